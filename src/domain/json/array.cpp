#include <algorithm>
#include <limits>
#include <new>

#include "domain/base/assert.hpp"
#include "domain/json/member_index.hpp"
#include "domain/json/value.hpp"

namespace hotswap::json {
namespace {

using detail::Cell;

constexpr std::size_t kFirstCapacity = 4;
constexpr std::size_t kLinearSearch = 16;

/// Moves the content into a block with room for `capacity` items of `width` cells each.
void move_to_block(Cell& cell, std::size_t capacity, std::size_t width) {
  HS_ASSERT(capacity <= std::numeric_limits<std::uint32_t>::max());
  auto* block =
      detail::allocate_block(capacity * width * sizeof(Cell), static_cast<std::uint32_t>(capacity));
  const auto count = cell.count();
  if (count != 0) std::memcpy(block, cell.block(), count * width * sizeof(Cell));
  detail::free_block(cell.block());
  cell = Cell(cell.kind(), block, count);
}

void make_room(Cell& cell, std::size_t width) {
  const std::size_t capacity = detail::block_capacity(cell.block());
  if (cell.count() < capacity) return;
  move_to_block(cell, std::max(kFirstCapacity, capacity * 2), width);
}

}  // namespace

Array::Array(std::initializer_list<Value> items) : Array(items.begin(), items.end()) {}
Array::Array(std::size_t count) : Array() { resize(count); }
Array::Array(std::size_t count, const Value& value) : Array() {
  reserve(count);
  while (size() < count) push_back(value);
}

std::size_t Array::capacity() const { return detail::block_capacity(cell_.block()); }

Value& Array::at(std::size_t index) {
  HS_ASSERT(index < size());
  return begin()[index];
}
const Value& Array::at(std::size_t index) const {
  HS_ASSERT(index < size());
  return begin()[index];
}

void Array::reserve(std::size_t count) {
  if (count > capacity()) move_to_block(cell_, count, 1);
}

void Array::resize(std::size_t count) {
  if (count < size()) erase(begin() + count, end());
  reserve(count);
  while (size() < count) push_back({});
}

void Array::clear() { *this = Array(); }

void Array::push_back(Value value) {
  make_room(cell_, 1);
  new (static_cast<void*>(end())) Value(std::move(value));
  cell_.set_count(cell_.count() + 1);
}

void Array::pop_back() { erase(end() - 1); }

Array::iterator Array::insert(const_iterator before, Value value) {
  const auto index = before - begin();
  make_room(cell_, 1);
  auto* const at = begin() + index;
  std::memmove(static_cast<void*>(at + 1), at, static_cast<std::size_t>(end() - at) * sizeof(Cell));
  new (static_cast<void*>(at)) Value(std::move(value));
  cell_.set_count(cell_.count() + 1);
  return at;
}

Array::iterator Array::erase(const_iterator at) { return erase(at, at + 1); }

Array::iterator Array::erase(const_iterator first, const_iterator last) {
  auto* const from = begin() + (first - begin());
  auto* const to = begin() + (last - begin());
  if (from == to) return from;
  for (auto* item = from; item != to; ++item) item->~Value();
  std::memmove(static_cast<void*>(from), to, static_cast<std::size_t>(end() - to) * sizeof(Cell));
  cell_.set_count(cell_.count() - static_cast<std::uint32_t>(to - from));
  return from;
}

bool Array::operator==(const Array& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

Object::Object(std::initializer_list<std::pair<std::string_view, Value>> members) : Object() {
  reserve(members.size());
  for (const auto& [name, value] : members) set(name, value);
}

const Value* Object::find(std::string_view name) const {
  for (const auto& member : *this) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Value* Object::find(std::string_view name) {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

Value& Object::set(std::string_view name, Value value) {
  if (auto* found = find(name)) return *found = std::move(value);
  return append(name, std::move(value));
}

Value& Object::append(std::string_view name, Value value) {
  Text own_name(name);  // the view may look into this object
  make_room(cell_, 2);
  auto* added = new (static_cast<void*>(end())) Member{std::move(own_name), std::move(value)};
  cell_.set_count(cell_.count() + 1);
  return added->value;
}

bool Object::erase(std::string_view name) {
  const auto at =
      std::ranges::find(*this, name, [](const Member& member) { return member.name.view(); });
  if (at == end()) return false;
  std::move(at + 1, end(), at);
  (end() - 1)->~Member();
  cell_.set_count(cell_.count() - 1);
  return true;
}

void Object::reserve(std::size_t count) {
  if (count > detail::block_capacity(cell_.block())) move_to_block(cell_, count, 2);
}

bool Object::operator==(const Object& other) const {
  if (size() != other.size()) return false;
  if (size() <= kLinearSearch) {
    return std::ranges::all_of(*this, [&](const Member& member) {
      const auto* match = other.find(member.name);
      return match != nullptr && *match == member.value;
    });
  }
  const MemberIndex mine(*this);
  const MemberIndex theirs(other);
  return std::ranges::equal(mine.sorted(), theirs.sorted(), [](const auto* a, const auto* b) {
    return a->name == b->name && a->value == b->value;
  });
}

}  // namespace hotswap::json
