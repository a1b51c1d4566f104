#pragma once
// What the containers' headers leave until Value is complete; value.hpp includes it.

#include "domain/json/value.hpp"

namespace hotswap::json {

static_assert(sizeof(Value) == sizeof(detail::Cell) && sizeof(Member) == 2 * sizeof(detail::Cell),
              "blocks hold cells that are moved byte by byte");

template <class It>
  requires(!std::is_integral_v<It>)
Array::Array(It first, It last) : Array() {
  for (; first != last; ++first) emplace_back(*first);
}
inline Array::Array(const Array& other) : cell_(detail::copy_content(other.cell_)) {}
inline Array::Array(Array&& other) noexcept
    : cell_(std::exchange(other.cell_, detail::Cell(Kind::Array))) {}
inline Array& Array::operator=(const Array& other) { return *this = Array(other); }
inline Array& Array::operator=(Array&& other) noexcept {
  const Array old(std::move(*this));
  cell_ = std::exchange(other.cell_, detail::Cell(Kind::Array));
  return *this;
}
inline Array::~Array() {
  if (cell_.has_block()) detail::free_content(cell_);
}
inline Array::iterator Array::end() { return begin() + size(); }
inline Array::const_iterator Array::end() const { return begin() + size(); }
inline std::reverse_iterator<Value*> Array::rbegin() { return std::reverse_iterator(end()); }
inline std::reverse_iterator<Value*> Array::rend() { return std::reverse_iterator(begin()); }
inline std::reverse_iterator<const Value*> Array::rbegin() const {
  return std::reverse_iterator(end());
}
inline std::reverse_iterator<const Value*> Array::rend() const {
  return std::reverse_iterator(begin());
}
inline Value& Array::operator[](std::size_t at) { return begin()[at]; }
inline const Value& Array::operator[](std::size_t at) const { return begin()[at]; }

template <class... Arguments>
Value& Array::emplace_back(Arguments&&... arguments) {
  push_back(Value(std::forward<Arguments>(arguments)...));
  return back();
}

inline Object::Object(const Object& other) : cell_(detail::copy_content(other.cell_)) {}
inline Object::Object(Object&& other) noexcept
    : cell_(std::exchange(other.cell_, detail::Cell(Kind::Object))) {}
inline Object& Object::operator=(const Object& other) { return *this = Object(other); }
inline Object& Object::operator=(Object&& other) noexcept {
  const Object old(std::move(*this));
  cell_ = std::exchange(other.cell_, detail::Cell(Kind::Object));
  return *this;
}
inline Object::~Object() {
  if (cell_.has_block()) detail::free_content(cell_);
}
inline Object::const_iterator Object::end() const { return begin() + size(); }
inline Object::iterator Object::end() { return begin() + size(); }

}  // namespace hotswap::json
