#pragma once
// The two containers of JSON values, each in 16 bytes; used as a std::vector is.

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "domain/json/cell.hpp"

namespace hotswap::json {

class Value;
struct Member;

class Array {
 public:
  using value_type = Value;
  using reference = Value&;
  using const_reference = const Value&;
  using iterator = Value*;
  using const_iterator = const Value*;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;

  Array() noexcept : cell_(Kind::Array) {}
  Array(std::initializer_list<Value> items);
  explicit Array(std::size_t count);
  Array(std::size_t count, const Value& value);
  template <class It>
    requires(!std::is_integral_v<It>)
  Array(It first, It last);
  Array(const Array& other);
  Array(Array&& other) noexcept;
  Array& operator=(const Array& other);
  Array& operator=(Array&& other) noexcept;
  ~Array();

  [[nodiscard]] std::size_t size() const { return cell_.count(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t capacity() const;
  [[nodiscard]] iterator begin() { return static_cast<Value*>(cell_.block()); }
  [[nodiscard]] iterator end();
  [[nodiscard]] const_iterator begin() const { return static_cast<const Value*>(cell_.block()); }
  [[nodiscard]] const_iterator end() const;
  [[nodiscard]] std::reverse_iterator<Value*> rbegin();
  [[nodiscard]] std::reverse_iterator<Value*> rend();
  [[nodiscard]] std::reverse_iterator<const Value*> rbegin() const;
  [[nodiscard]] std::reverse_iterator<const Value*> rend() const;
  [[nodiscard]] Value& operator[](std::size_t at);
  [[nodiscard]] const Value& operator[](std::size_t at) const;
  [[nodiscard]] Value& at(std::size_t index);              ///< asserts the range
  [[nodiscard]] const Value& at(std::size_t index) const;  ///< asserts the range
  [[nodiscard]] Value& front() { return (*this)[0]; }
  [[nodiscard]] const Value& front() const { return (*this)[0]; }
  [[nodiscard]] Value& back() { return (*this)[size() - 1]; }
  [[nodiscard]] const Value& back() const { return (*this)[size() - 1]; }

  void reserve(std::size_t count);
  void resize(std::size_t count);
  void clear();
  void push_back(Value value);
  template <class... Arguments>
  Value& emplace_back(Arguments&&... arguments);
  void pop_back();
  iterator insert(const_iterator before, Value value);
  iterator erase(const_iterator at);
  iterator erase(const_iterator first, const_iterator last);

  bool operator==(const Array& other) const;

 private:
  friend class Value;
  detail::Cell cell_;
};

/// Object with ordered members and unique names. Look-up is linear: configuration objects are small
/// (a large one is searched through an index by those who need it often).
class Object {
 public:
  using value_type = Member;
  using iterator = Member*;
  using const_iterator = const Member*;

  Object() noexcept : cell_(Kind::Object) {}
  Object(std::initializer_list<std::pair<std::string_view, Value>> members);
  Object(const Object& other);
  Object(Object&& other) noexcept;
  Object& operator=(const Object& other);
  Object& operator=(Object&& other) noexcept;
  ~Object();

  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);
  /// Sets or appends.
  Value& set(std::string_view name, Value value);
  /// Appends without a look-up; the caller knows that the name is new.
  Value& append(std::string_view name, Value value);
  bool erase(std::string_view name);
  [[nodiscard]] std::size_t size() const { return cell_.count(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const_iterator begin() const { return static_cast<const Member*>(cell_.block()); }
  [[nodiscard]] const_iterator end() const;
  [[nodiscard]] iterator begin() { return static_cast<Member*>(cell_.block()); }
  [[nodiscard]] iterator end();
  void reserve(std::size_t count);
  bool operator==(const Object& other) const;  ///< same members in any order

 private:
  friend class Value;

  detail::Cell cell_;
};

}  // namespace hotswap::json
