#pragma once
// Reading the server's answers: a missing or strange member gives an empty value, never an error,
// so that an older command line can talk to a newer server.

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/json/value.hpp"

namespace hotswap::cli {

/// Value at member names joined by dots, or nullptr.
[[nodiscard]] const json::Value* value_at(const json::Value& value, std::string_view path);
/// A scalar as text (numbers as written); empty for null, absent, arrays and objects. Control
/// characters are replaced, because others wrote it.
[[nodiscard]] std::string text_at(const json::Value& value, std::string_view path);
[[nodiscard]] std::int64_t int_at(const json::Value& value, std::string_view path);
[[nodiscard]] double double_at(const json::Value& value, std::string_view path);
[[nodiscard]] bool bool_at(const json::Value& value, std::string_view path);
/// Items of an array; none if it is absent.
[[nodiscard]] const json::Array& items_at(const json::Value& value, std::string_view path);
/// Array of strings as `a, b`.
[[nodiscard]] std::string joined_at(const json::Value& value, std::string_view path);

}  // namespace hotswap::cli
