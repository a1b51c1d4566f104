#pragma once
// The one JSON value of the project, for documents and for envelopes. Members keep their order,
// numbers keep their exact text, so that 1.0 stays 1.0 and 2^53+1 loses no digit.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hotswap::json {

class Value;
struct Member;
using Array = std::vector<Value>;

/// A JSON number as written, e.g. `1.0`, `-0`, `12345678901234567890`, `1e400`.
struct Number {
  std::string text;
  bool operator==(const Number&) const = default;
};

/// Object with ordered members and unique names. Look-up is linear: configuration objects are small
/// (a large one is searched through an index by those who need it often).
class Object {
 public:
  // Defined below Member, which the vector needs complete.
  Object() noexcept;
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();
  Object(std::initializer_list<std::pair<std::string, Value>> members);

  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);
  /// Sets or appends.
  Value& set(std::string name, Value value);
  /// Appends without a look-up; the caller knows that the name is new.
  Value& append(std::string name, Value value);
  bool erase(std::string_view name);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const;
  [[nodiscard]] auto begin() const { return members_.begin(); }
  [[nodiscard]] auto end() const { return members_.end(); }
  [[nodiscard]] auto begin() { return members_.begin(); }
  [[nodiscard]] auto end() { return members_.end(); }
  void reserve(std::size_t count);
  bool operator==(const Object& other) const;  ///< same members in any order

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  using Storage = std::variant<std::monostate, bool, Number, std::string, Array, Object>;

  Value();  ///< null
  Value(std::nullptr_t);
  Value(bool flag);
  Value(int number);
  Value(std::int64_t number);
  Value(std::uint64_t number);
  Value(double number);  ///< shortest text that reads back the same; NaN and infinities become null
  Value(Number number);
  Value(const char* text);
  Value(std::string_view text);
  Value(std::string text);
  Value(Array items);
  Value(Object members);
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  [[nodiscard]] bool is_null() const { return storage_.index() == 0; }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&storage_); }
  [[nodiscard]] const Number* as_number() const { return std::get_if<Number>(&storage_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&storage_); }
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&storage_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&storage_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&storage_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&storage_); }
  /// The integer, if this is a number whose value is exactly one that fits (`1.0` and `1e2` do).
  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  /// The nearest double, if this is a number (overflow gives an infinity).
  [[nodiscard]] std::optional<double> as_double() const;
  /// Member of an object, or nullptr.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// `null`, `boolean`, `number`, `string`, `array` or `object`.
  [[nodiscard]] std::string_view type_name() const;
  [[nodiscard]] const Storage& storage() const { return storage_; }

  /// Becomes an empty T (bool, Number, std::string, Array or Object), to be filled in place.
  template <class T>
  T& emplace() {
    return storage_.template emplace<T>();
  }

  /// Same JSON value: member order does not matter, numbers compare by exact value (1.0 == 1).
  bool operator==(const Value& other) const;

 private:
  Storage storage_;
};

struct Member {
  std::string name;
  Value value;
};

inline Object::Object() noexcept = default;
inline Object::Object(const Object&) = default;
inline Object::Object(Object&&) noexcept = default;
inline Object& Object::operator=(const Object&) = default;
inline Object& Object::operator=(Object&&) noexcept = default;
inline Object::~Object() = default;

// Here, where Member is complete.
inline Value::Value() = default;
inline Value::Value(std::nullptr_t) {}
inline Value::Value(bool flag) : storage_(flag) {}
inline Value::Value(Number number) : storage_(std::move(number)) {}
inline Value::Value(const char* text) : storage_(std::string(text)) {}
inline Value::Value(std::string_view text) : storage_(std::string(text)) {}
inline Value::Value(std::string text) : storage_(std::move(text)) {}
inline Value::Value(Array items) : storage_(std::move(items)) {}
inline Value::Value(Object members) : storage_(std::move(members)) {}
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;

}  // namespace hotswap::json
