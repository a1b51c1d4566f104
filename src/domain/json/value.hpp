#pragma once
// The one JSON value of the project, for documents and for envelopes. Members keep their order,
// numbers keep their exact text, so that 1.0 stays 1.0 and 2^53+1 loses no digit. A value takes 16
// bytes, a member 32; short texts and numbers lie inside.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "domain/json/array.hpp"
#include "domain/json/text.hpp"

namespace hotswap::json {

/// A JSON number as written, e.g. `1.0`, `-0`, `12345678901234567890`, `1e400`.
struct Number {
  explicit Number(std::string_view literal) : text(literal, Kind::Number) {}
  Number(const Number& other) : text(other.text, Kind::Number) {}
  Number(Number&& other) noexcept : text(std::move(other.text), Kind::Number) {}
  Number& operator=(const Number&) = default;
  Number& operator=(Number&&) noexcept = default;
  ~Number() = default;
  bool operator==(const Number&) const = default;

  Text text;
};

class Value {
 public:
  Value() {}  ///< null
  Value(std::nullptr_t) {}
  Value(bool flag) : cell_(detail::Cell::of(flag)) {}
  Value(int number);
  Value(std::int64_t number);
  Value(std::uint64_t number);
  Value(double number);  ///< shortest text that reads back the same; NaN and infinities become null
  Value(Number number) : Value(std::exchange(number.text.cell_, detail::Cell(Kind::Number))) {}
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(std::string_view text) : cell_(detail::make_text(Kind::String, text)) {}
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(Text text) : Value(std::exchange(text.cell_, detail::Cell(Kind::String))) {}
  Value(Array items) : Value(std::exchange(items.cell_, detail::Cell(Kind::Array))) {}
  Value(Object members) : Value(std::exchange(members.cell_, detail::Cell(Kind::Object))) {}
  /// Takes over what the cell owns.
  explicit Value(detail::Cell cell) : cell_(cell) {}
  Value(const Value& other) : cell_(detail::copy_content(other.cell_)) {}
  /// The other becomes null.
  Value(Value&& other) noexcept : cell_(std::exchange(other.cell_, detail::Cell())) {}
  Value& operator=(const Value& other) { return *this = Value(other); }
  Value& operator=(Value&& other) noexcept {
    // The old content goes last: the new one may be a part of it.
    const Value old(std::exchange(cell_, std::exchange(other.cell_, detail::Cell())));
    return *this;
  }
  ~Value() {
    if (cell_.has_block()) detail::free_content(cell_);
  }

  [[nodiscard]] Kind kind() const { return cell_.kind(); }
  [[nodiscard]] bool is_null() const { return kind() == Kind::Null; }
  [[nodiscard]] const bool* as_bool() const {
    static constexpr bool kFlags[] = {false, true};
    return kind() == Kind::Bool ? &kFlags[cell_.flag() ? 1 : 0] : nullptr;
  }
  [[nodiscard]] const Number* as_number() const {
    return kind() == Kind::Number ? &number_ : nullptr;
  }
  [[nodiscard]] const Text* as_string() const { return kind() == Kind::String ? &text_ : nullptr; }
  [[nodiscard]] const Array* as_array() const { return kind() == Kind::Array ? &items_ : nullptr; }
  [[nodiscard]] const Object* as_object() const {
    return kind() == Kind::Object ? &members_ : nullptr;
  }
  [[nodiscard]] Array* as_array() { return kind() == Kind::Array ? &items_ : nullptr; }
  [[nodiscard]] Object* as_object() { return kind() == Kind::Object ? &members_ : nullptr; }
  /// The integer, if this is a number whose value is exactly one that fits (`1.0` and `1e2` do).
  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  /// The nearest double, if this is a number (overflow gives an infinity).
  [[nodiscard]] std::optional<double> as_double() const;
  /// Member of an object, or nullptr.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// `null`, `boolean`, `number`, `string`, `array` or `object`.
  [[nodiscard]] std::string_view type_name() const;

  /// Calls with what is inside: std::monostate for null, bool, Number, Text, Array or Object.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    switch (kind()) {
      case Kind::Null:
        break;
      case Kind::Bool:
        return visitor(cell_.flag());
      case Kind::Number:
        return visitor(number_);
      case Kind::String:
        return visitor(text_);
      case Kind::Array:
        return visitor(items_);
      case Kind::Object:
        return visitor(members_);
    }
    return visitor(std::monostate());
  }

  /// Same JSON value: member order does not matter, numbers compare by exact value (1.0 == 1).
  bool operator==(const Value& other) const;

 private:
  // All are a cell and nothing else; its kind says which of them it is.
  union {
    detail::Cell cell_{};
    Text text_;
    Number number_;
    Array items_;
    Object members_;
  };
};

struct Member {
  Text name;
  Value value;
};

}  // namespace hotswap::json

#include "domain/json/array_inline.hpp"
