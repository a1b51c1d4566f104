#pragma once
// What is bound how, and in which words a mistake tells what is expected.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "hotswap/fields.hpp"

namespace hotswap::sdk::detail {

template <class T>
inline constexpr bool kIsUnbound = std::same_as<std::remove_cvref_t<T>, Unbound>;
template <class T>
concept HasFields = !kIsUnbound<decltype(kFields<T>)>;
template <class T>
concept HasNames = !kIsUnbound<decltype(kNames<T>)>;
template <class T>
concept HasFromText = !kIsUnbound<decltype(kFromText<T>)>;

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsSequence = false;
template <class T>
inline constexpr bool kIsSequence<std::vector<T>> = true;
/// std::map, std::unordered_map and their like.
template <class T>
concept IsMap = std::same_as<typename T::key_type, std::string> && requires(T map) {
  typename T::mapped_type;
  map.try_emplace(std::string());
};
template <class T>
inline constexpr bool kIsBound =
    HasFields<T> || HasNames<T> || HasFromText<T> || kIsOptional<T> || kIsSequence<T> || IsMap<T>;

std::string words(std::int64_t value);
std::string words(std::uint64_t value);
std::string words(double value);
std::string words_of_milliseconds(double value);
std::string words_of_integer(std::size_t bits, bool is_signed);

template <class T>
std::string words_of_value(T value) {
  if constexpr (kIsDuration<T>) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    return words_of_milliseconds(std::chrono::duration_cast<Milliseconds>(value).count());
  } else if constexpr (std::floating_point<T>) {
    return words(static_cast<double>(value));
  } else if constexpr (std::signed_integral<T>) {
    return words(static_cast<std::int64_t>(value));
  } else {
    return words(static_cast<std::uint64_t>(value));
  }
}

/// What is expected where a T shall stand.
template <class T>
std::string expected_words() {
  if constexpr (kIsOptional<T>) {
    return expected_words<typename T::value_type>();
  } else if constexpr (std::same_as<T, bool>) {
    return "true or false";
  } else if constexpr (std::integral<T>) {
    return words_of_integer(sizeof(T) * 8, std::signed_integral<T>);
  } else if constexpr (std::floating_point<T>) {
    return "a number";
  } else if constexpr (kIsDuration<T>) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    constexpr double kTick = std::chrono::duration_cast<Milliseconds>(T(1)).count();
    if (kTick <= 1 || std::floating_point<typename T::rep>) return "a duration such as 250ms or 5m";
    return "a duration of whole " + words_of_milliseconds(kTick);
  } else if constexpr (HasNames<T>) {
    std::string all;
    for (const auto& each : kNames<T>) {
      all += all.empty() ? "one of \"" : ", \"";
      all.append(each.text) += '"';
    }
    return all;
  } else if constexpr (std::same_as<T, std::string> || HasFromText<T>) {
    return "a string";
  } else if constexpr (kIsSequence<T>) {
    return "an array";
  } else {
    return "an object";
  }
}

}  // namespace hotswap::sdk::detail
