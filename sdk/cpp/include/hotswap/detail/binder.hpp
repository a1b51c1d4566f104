#pragma once
// How values are bound. What depends on the type is here, the rest in bind.cpp. Depth is bounded by
// that of the document.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <expected>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "hotswap/detail/words.hpp"
#include "hotswap/fields.hpp"

namespace hotswap::sdk {
class Snapshot;
}

namespace hotswap::sdk::detail {

class Binder {
 public:
  explicit Binder(const Snapshot& snapshot);

  template <class T>
  void bind_at(std::string_view path, T& value) {
    const Node* node = find(path);
    if (node != nullptr) return bind(*node, value);
    if constexpr (!kIsOptional<T>) missing(path, expected_words<T>());
  }
  [[nodiscard]] Mistakes& mistakes() noexcept { return mistakes_; }

 private:
  template <class T>
  void bind(const Node& node, T& value) {
    if constexpr (kIsOptional<T>) {
      value.reset();
      if (node.kind != Kind::Null) bind(node, value.emplace());
    } else if constexpr (kIsScalar<T>) {
      static_assert(!kBorrows<T>, "a bound struct outlives the snapshot: use std::string");
      auto read = read_scalar<T>(node);
      if (!read) return wrong(node, read.error(), expected_words<T>());
      value = *std::move(read);
    } else if constexpr (HasNames<T>) {
      bind_name(node, value);
    } else if constexpr (HasFromText<T>) {
      bind_text(node, value);
    } else if constexpr (kIsSequence<T>) {
      bind_items(node, value);
    } else if constexpr (HasFields<T>) {
      if (node.kind != Kind::Object) return wrong(node, ReadError::WrongType, "an object");
      const auto each = [&](const auto&... fields) { (bind_field(node, fields, value), ...); };
      std::apply(each, kFields<T>);
    } else {
      static_assert(IsMap<T>, "specialize hotswap::sdk::kFields (or kNames, kFromText) for it");
      bind_members(node, value);
    }
  }

  template <class T>
  void bind_name(const Node& node, T& value) {
    const std::string_view text(node.text, node.kind == Kind::String ? node.size : 0);
    for (const auto& each : kNames<T>) {
      if (node.kind == Kind::String && each.text == text) {
        value = each.value;
        return;
      }
    }
    unknown_name(node, expected_words<T>());
  }

  template <class T>
  void bind_text(const Node& node, T& value) {
    if (node.kind != Kind::String) return wrong(node, ReadError::WrongType, "a string");
    try {
      std::expected<T, std::string> made = kFromText<T>(std::string_view(node.text, node.size));
      if (!made) return wrong(node, ReadError::WrongType, std::move(made.error()));
      value = *std::move(made);
    } catch (const std::exception& thrown) {
      threw(node, thrown.what());
    } catch (...) {
      threw(node, "what is no std::exception");
    }
  }

  template <class T>
  void bind_items(const Node& node, T& value) {
    if (node.kind != Kind::Array) return wrong(node, ReadError::WrongType, "an array");
    value.clear();
    value.reserve(node.size);
    for (std::uint32_t i = 0; i < node.size; ++i) {
      typename T::value_type item{};
      bind(child(node, i), item);
      value.push_back(std::move(item));
    }
  }

  template <class T>
  void bind_members(const Node& node, T& value) {
    if (node.kind != Kind::Object) return wrong(node, ReadError::WrongType, "an object");
    value.clear();
    for (std::uint32_t i = 0; i < node.size; ++i) {
      const Node& member = child(node, i);
      bind(member, value.try_emplace(name_of(node, member)).first->second);
    }
  }

  template <class S, class Member, class Fallback, class T>
  void bind_field(const Node& node, const Field<S, Member, Fallback>& field, T& value) {
    const Node* found = member(node, field.name);
    Member& target = value.*(field.member);
    if (found == nullptr) {
      if constexpr (!std::same_as<Fallback, Required> && !std::same_as<Fallback, Keep>) {
        target = Member(field.fallback);
      } else if constexpr (std::same_as<Fallback, Required> && !kIsOptional<Member>) {
        missing_member(node, field.name, expected_words<Member>());
      }
      return;
    }
    const auto before = count();
    bind(*found, target);
    if constexpr (Field<S, Member, Fallback>::kOrdered) {
      if (field.bounds && count() == before) check_bounds(*found, *field.bounds, target);
    }
  }

  template <class Bounds, class T>
  void check_bounds(const Node& node, const Bounds& bounds, const T& value) {
    if constexpr (kIsOptional<T>) {
      if (value) check_bounds(node, bounds, *value);
    } else if (!(value >= bounds.low && value <= bounds.high)) {
      wrong(node, ReadError::OutOfRange,
            "a value from " + words_of_value(bounds.low) + " to " + words_of_value(bounds.high));
    }
  }

  [[nodiscard]] const Node* find(std::string_view path) const;
  [[nodiscard]] const Node* member(const Node& object, std::string_view name) const;
  [[nodiscard]] const Node& child(const Node& parent, std::uint32_t index) const;
  [[nodiscard]] std::string name_of(const Node& object, const Node& member) const;
  [[nodiscard]] std::size_t count() const { return mistakes_.all.size() + mistakes_.more; }
  void missing(std::string_view path, std::string expected);
  void missing_member(const Node& object, std::string_view name, std::string expected);
  void wrong(const Node& node, ReadError error, std::string expected);
  void unknown_name(const Node& node, std::string expected);
  void threw(const Node& node, std::string_view words);
  void add(std::string path, std::string found, std::string expected);

  const Snapshot& snapshot_;
  Table table_;
  Mistakes mistakes_;
};

}  // namespace hotswap::sdk::detail
