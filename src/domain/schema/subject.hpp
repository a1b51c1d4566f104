#pragma once
// What is being evaluated: a value, or a member's name under propertyNames.

#include <cstdint>
#include <span>
#include <string_view>

#include "domain/json/text.hpp"
#include "domain/json/value.hpp"

namespace hotswap::schema {

struct Subject {
  json::Kind kind;
  const json::Value* value;  ///< nullptr for a name
  const json::Text* text;    ///< of a string, a number or a name
};

[[nodiscard]] inline Subject subject_of(const json::Value& value) {
  const auto kind = value.kind();
  if (kind == json::Kind::String) return {kind, &value, value.as_string()};
  return {kind, &value, kind == json::Kind::Number ? &value.as_number()->text : nullptr};
}

/// Which members or items of one value were evaluated so far.
struct Evaluated {
  std::span<std::uint64_t> words;
  bool all = false;

  void mark(std::size_t i) { words[i / 64] |= std::uint64_t{1} << (i % 64); }
  [[nodiscard]] bool has(std::size_t i) const {
    return all || (words[i / 64] >> (i % 64) & 1U) != 0;
  }
  void add(const Evaluated& other) {
    all = all || other.all;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
  }
};

/// The resources entered on the way, innermost first: the dynamic scope.
struct Scope {
  const Scope* outer;
  std::uint32_t resource;
};

/// A name or an index, as a step of a path; or nothing.
struct Token {
  enum class Kind : std::uint8_t { None, Name, Index };
  Kind kind = Kind::None;
  std::string_view name;
  std::size_t index = 0;

  Token() = default;
  explicit Token(std::string_view text) : kind(Kind::Name), name(text) {}
  explicit Token(std::size_t number) : kind(Kind::Index), index(number) {}
};

/// What a refusal's message needs beside the value.
struct Detail {
  std::string_view name = {};  ///< the missing property, …
  std::size_t first = 0;       ///< a count or an index
  std::size_t second = 0;
  std::uint32_t table = 0xFFFFFFFF;  ///< index of the step's entry in its Program table
};

}  // namespace hotswap::schema
