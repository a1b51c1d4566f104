#pragma once
// Which types a configuration value can be read as, and what can go wrong.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <expected>
#include <limits>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "hotswap/detail/hash.hpp"
#include "hotswap/detail/table.hpp"

namespace hotswap::sdk {

enum class ReadError : std::uint8_t {
  Missing,    ///< nothing stands at this path
  WrongType,  ///< a value of another type stands there
  OutOfRange  ///< a number that the asked type does not hold
};

namespace detail {

template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;
/// A letter: neither a number nor a text. (signed char and unsigned char are small integers.)
template <class T>
inline constexpr bool kIsCharacter =
    std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <class T>
inline constexpr bool kIsScalar =
    (std::is_arithmetic_v<T> && !kIsCharacter<T>) || std::same_as<T, std::string> ||
    std::same_as<T, std::string_view> || kIsDuration<T>;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = kIsScalar<T>;
template <class T>
inline constexpr bool kBorrows = std::same_as<T, std::string_view>;
template <class T>
inline constexpr bool kBorrows<std::vector<T>> = kBorrows<T>;

template <class T>
std::expected<T, ReadError> read_integer(const Node& node) noexcept {
  if (node.kind != Kind::Number) return std::unexpected(ReadError::WrongType);
  if (!node.whole) [[unlikely]] {
    constexpr bool kHoldsAll = std::unsigned_integral<T> && sizeof(T) >= sizeof(std::uint64_t);
    if (kHoldsAll && node.wide) return static_cast<T>(node.integer);
    return std::unexpected(ReadError::OutOfRange);
  }
  if (!std::in_range<T>(node.integer)) return std::unexpected(ReadError::OutOfRange);
  return static_cast<T>(node.integer);
}

/// Exact: 1,500 ms are no whole number of seconds.
template <class T>
std::expected<T, ReadError> to_duration(std::int64_t milliseconds) noexcept {
  using Ticks = std::ratio_divide<std::milli, typename T::period>;  // in a millisecond
  if constexpr (std::floating_point<typename T::rep>) {
    return std::chrono::duration_cast<T>(std::chrono::milliseconds(milliseconds));
  } else {
    std::int64_t ticks = 0;
    if (milliseconds % Ticks::den != 0 ||
        __builtin_mul_overflow(milliseconds / Ticks::den, Ticks::num, &ticks) ||
        !std::in_range<typename T::rep>(ticks))
      return std::unexpected(ReadError::OutOfRange);
    return T(static_cast<typename T::rep>(ticks));
  }
}

template <class T>
std::expected<T, ReadError> read_scalar(const Node& node) {
  if constexpr (std::same_as<T, bool>) {
    if (node.kind == Kind::Bool) return node.integer != 0;
  } else if constexpr (std::integral<T>) {
    return read_integer<T>(node);
  } else if constexpr (std::floating_point<T>) {
    if (node.kind == Kind::Number) return static_cast<T>(node.real);
  } else if constexpr (kIsDuration<T>) {
    if (node.kind == Kind::String && node.time) return to_duration<T>(node.integer);
    if (node.kind == Kind::Number) {
      if (!node.whole) return std::unexpected(ReadError::OutOfRange);
      return to_duration<T>(node.integer);
    }
  } else {
    if (node.kind == Kind::String) return T(node.text, node.size);
  }
  return std::unexpected(ReadError::WrongType);
}

template <class T>
std::expected<T, ReadError> read_node(const Table& table, const Node& node) {
  if constexpr (kIsVector<T>) {
    if (node.kind != Kind::Array) return std::unexpected(ReadError::WrongType);
    T all;
    all.reserve(node.size);
    for (std::uint32_t i = 0; i < node.size; ++i) {
      auto item = read_scalar<typename T::value_type>(
          table.nodes[table.items[static_cast<std::size_t>(node.integer) + i]]);
      if (!item) return std::unexpected(item.error());
      all.push_back(*std::move(item));
    }
    return all;
  } else {
    return read_scalar<T>(node);
  }
}

}  // namespace detail

/// bool, integers (exact: 1.0 is 1, 1.5 is none), floating point, std::string, std::string_view,
/// durations of std::chrono (a whole number of milliseconds, or text: `PT1.5S`, `250ms`, `30s`,
/// `5m`, `2h`; exact, too), and std::vector of these; not char. Structs and more: see bind.hpp.
template <class T>
concept Readable = detail::kIsScalar<T> || detail::kIsVector<T>;

/// A path that is hashed once, by the compiler if constexpr; reads by key skip the hashing.
///   constexpr Key<int> kMaxPool{"pool.max"};   // the text must outlive the key
template <Readable T>
class Key {
 public:
  constexpr explicit Key(std::string_view path) noexcept
      : path_(path), hash_(detail::hash_path(path)) {}
  [[nodiscard]] constexpr std::string_view path() const noexcept { return path_; }
  [[nodiscard]] constexpr std::uint64_t hash() const noexcept { return hash_; }

 private:
  std::string_view path_;
  std::uint64_t hash_;
};

}  // namespace hotswap::sdk
