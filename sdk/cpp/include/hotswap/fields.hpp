#pragma once
// How a type tells what it is made of, and what a configuration may lack of it: see bind.hpp.

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "hotswap/read.hpp"

namespace hotswap::sdk {

/// One thing that keeps a value from being bound.
struct Mistake {
  std::string path;
  std::string found;     ///< `holds a string`, `is 0`, `is missing`
  std::string expected;  ///< `an integer of 32 bits`, `a value from 1 to 1000`
  /// `pool.max holds a string, an integer of 32 bits is expected`
  [[nodiscard]] std::string text() const;
  bool operator==(const Mistake&) const = default;
};

/// All that is wrong at once, in the order of the fields.
struct Mistakes {
  static constexpr std::size_t kKept = 100;

  std::vector<Mistake> all;
  std::size_t more = 0;  ///< beyond kKept, only counted
  [[nodiscard]] bool empty() const noexcept { return all.empty(); }
  /// In one line.
  [[nodiscard]] std::string text() const;
};

namespace detail {
struct Unbound {};
struct Required {};
struct Keep {};
/// Not constexpr: the compiler names it where a fallback breaks the bounds of its own field.
inline void the_fallback_lies_outside_of_between() {}
template <class T>
struct Unwrapped {
  using Type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using Type = T;
};
}  // namespace detail

/// To be specialized for a struct: a std::tuple of field() and maybe().
template <class T>
inline constexpr detail::Unbound kFields{};
/// To be specialized for an enum: a std::array of name().
template <class T>
inline constexpr detail::Unbound kNames{};
/// To be specialized for a type that is made from text: a function of a std::string_view that
/// returns std::expected<T, std::string>, whose error is what is expected (`a URL`).
template <class T>
inline constexpr detail::Unbound kFromText{};

/// A member under its name. `Fallback`: what holds when the document has no such member.
template <class Struct, class Member, class Fallback = detail::Required>
struct Field {
  using Number = typename detail::Unwrapped<Member>::Type;
  static constexpr bool kOrdered =
      !std::same_as<Number, bool> && (std::is_arithmetic_v<Number> || detail::kIsDuration<Number>);
  struct Bounds {
    Number low, high;
  };

  std::string_view name;
  Member Struct::* member;
  [[no_unique_address]] Fallback fallback{};
  [[no_unique_address]] std::conditional_t<kOrdered, std::optional<Bounds>, detail::Unbound>
      bounds{};

  /// The same, held to [low, high]. A fallback outside does not compile.
  [[nodiscard]] constexpr Field between(Number low, Number high) const
    requires kOrdered
  {
    if constexpr (std::constructible_from<Member, const Fallback&>) {
      const std::optional<Number> held{Member(fallback)};
      if (held && !(*held >= low && *held <= high)) detail::the_fallback_lies_outside_of_between();
    }
    auto bounded = *this;
    bounded.bounds = Bounds{low, high};
    return bounded;
  }
};

/// A member that must be there (a std::optional need not).
template <class Struct, class Member>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::* member) {
  return {name, member};
}
/// A member that is `fallback` if it is missing.
template <class Struct, class Member, class Fallback>
  requires std::constructible_from<Member, const Fallback&>
constexpr Field<Struct, Member, Fallback> field(std::string_view name, Member Struct::* member,
                                                Fallback fallback) {
  return {name, member, std::move(fallback)};
}
/// A member that keeps what the struct initializes it with if it is missing.
template <class Struct, class Member>
constexpr Field<Struct, Member, detail::Keep> maybe(std::string_view name,
                                                    Member Struct::* member) {
  return {name, member};
}

/// What an enumerator is called in a document.
template <class Enum>
struct Name {
  std::string_view text;
  Enum value;
};
template <class Enum>
constexpr Name<Enum> name(std::string_view text, Enum value) {
  return {text, value};
}

}  // namespace hotswap::sdk
