#pragma once
// The few words that the pages are made of.

#include <optional>
#include <string>
#include <string_view>

#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap::api::html {

/// Safe as text and inside a quoted attribute.
[[nodiscard]] std::string escaped(std::string_view text);
/// The member at a path of names (`state.name`); null if there is none.
[[nodiscard]] const json::Value& at(const json::Value& value, std::string_view path);
/// A string as it is, a number as written; empty for anything else.
[[nodiscard]] std::string text(const json::Value& value, std::string_view path);
[[nodiscard]] std::optional<double> number(const json::Value& value, std::string_view path);
/// Of an array; an empty one if there is none.
[[nodiscard]] const json::Array& items(const json::Value& value, std::string_view path);
/// `15:04:05` of an RFC 3339 time; other text as it is.
[[nodiscard]] std::string clock(std::string_view time);
/// `2026-11-23 15:04:05 UTC`
[[nodiscard]] std::string day_and_clock(std::string_view time);
/// `850 ms`, `2.5 s`, `3 min 20 s`, `4.2 h`
[[nodiscard]] std::string length(Duration duration);
/// At most four digits, no exponent where people want none: `0.31`, `12.5`, `1,250`.
[[nodiscard]] std::string figure(double value);

}  // namespace hotswap::api::html
