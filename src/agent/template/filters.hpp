#pragma once
// What stands behind a | in a template. All are pure, none can reach outside of the value.

#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::agent {

struct Filter {
  enum class Kind {
    Default,
    Json,
    Pretty,
    Shell,
    Xml,
    Url,
    Base64,
    Upper,
    Lower,
    Trim,
    Join,
    Length,
    Indent
  } kind = Kind::Default;
  json::Value argument;
};

/// How a filter is called: nothing for an unknown word.
struct FilterForm {
  std::string_view word;
  Filter::Kind kind;
  enum class Argument { None, Any, Text, Number } argument;
};
[[nodiscard]] const FilterForm* find_filter(std::string_view word);
/// For a message: `default, json, …`.
[[nodiscard]] std::string filter_words();

/// The text of a value that stands for itself in a file: a string, a number as written, true or
/// false. Error: a sentence that begins with `holds`.
[[nodiscard]] Result<std::string> plain_text(const json::Value& value);
/// Not for Default, which is about values that are not there.
[[nodiscard]] Result<json::Value> apply_filter(const Filter& filter, const json::Value& value);

/// In single quotes, whatever it holds.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace hotswap::agent
