#include "agent/template/filters.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

using Kind = Filter::Kind;
using Argument = FilterForm::Argument;

constexpr std::array<FilterForm, 13> kForms = {{{"default", Kind::Default, Argument::Any},
                                                {"json", Kind::Json, Argument::None},
                                                {"pretty", Kind::Pretty, Argument::None},
                                                {"shell", Kind::Shell, Argument::None},
                                                {"xml", Kind::Xml, Argument::None},
                                                {"url", Kind::Url, Argument::None},
                                                {"base64", Kind::Base64, Argument::None},
                                                {"upper", Kind::Upper, Argument::None},
                                                {"lower", Kind::Lower, Argument::None},
                                                {"trim", Kind::Trim, Argument::None},
                                                {"join", Kind::Join, Argument::Text},
                                                {"length", Kind::Length, Argument::None},
                                                {"indent", Kind::Indent, Argument::Number}}};
constexpr std::int64_t kIndentMax = 200;

std::unexpected<Error> refused(std::string detail) {
  return fail(ErrorCode::Invalid, "template.invalid", std::move(detail));
}

/// ASCII alone: other letters depend on a language.
std::string in_case(std::string text, bool upper) {
  for (char& c : text) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").contains(c);
}

std::string url_escaped(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

std::string base64(std::string_view text) {
  static constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t three = 0;
    const auto count = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      three = (three << 8U) | (k < count ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? kLetters[(three >> (18U - 6U * k)) & 63U] : '=';
  }
  return out;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

/// All lines but the first, so that the tag's own place is that of the first.
std::string indented(std::string_view text, std::int64_t by) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out.append(static_cast<std::size_t>(by), ' ');
  }
  return out;
}

Result<json::Value> joined(const json::Value& value, std::string_view between) {
  const auto* items = value.as_array();
  if (items == nullptr)
    return refused("holds " + std::string(value.type_name()) + ", and `join` takes an array");
  std::string out;
  for (const auto& item : *items) {
    auto text = plain_text(item);
    if (!text) return refused("has an item that " + text.error().detail);
    if (&item != &items->front()) out += between;
    out += *text;
  }
  return json::Value(out);
}

Result<json::Value> length_of(const json::Value& value) {
  if (const auto* items = value.as_array()) return json::Value(std::uint64_t{items->size()});
  if (const auto* members = value.as_object()) return json::Value(std::uint64_t{members->size()});
  if (const auto* text = value.as_string()) return json::Value(std::uint64_t{text->size()});
  return refused("holds " + std::string(value.type_name()) + ", which has no length");
}

Result<json::Value> of_text(const Filter& filter, std::string text) {
  switch (filter.kind) {
    case Kind::Shell:
      return json::Value(shell_quoted(text));
    case Kind::Xml:
      return json::Value(xml_escaped(text));
    case Kind::Url:
      return json::Value(url_escaped(text));
    case Kind::Base64:
      return json::Value(base64(text));
    case Kind::Upper:
    case Kind::Lower:
      return json::Value(in_case(std::move(text), filter.kind == Kind::Upper));
    case Kind::Trim:
      return json::Value(trimmed(text));
    case Kind::Indent:
      return json::Value(indented(
          text, std::clamp<std::int64_t>(filter.argument.as_int().value_or(0), 0, kIndentMax)));
    default:
      return json::Value(text);
  }
}

}  // namespace

const FilterForm* find_filter(std::string_view word) {
  const auto* found = std::ranges::find(kForms, word, &FilterForm::word);
  return found == kForms.end() ? nullptr : found;
}

std::string filter_words() {
  std::string out;
  for (const auto& form : kForms) out += (out.empty() ? "" : ", ") + std::string(form.word);
  return out;
}

Result<std::string> plain_text(const json::Value& value) {
  if (const auto* text = value.as_string()) return text->str();
  if (const auto* number = value.as_number()) return number->text.str();
  if (const auto* flag = value.as_bool()) return std::string(*flag ? "true" : "false");
  if (value.is_null()) return refused("holds null: give `| default \"…\"`");
  return refused("holds an " + std::string(value.type_name()) +
                 ": name one of its members, loop with {{#each}}, or write it by `| json`");
}

Result<json::Value> apply_filter(const Filter& filter, const json::Value& value) {
  switch (filter.kind) {
    case Kind::Json:
      return json::Value(json::write(value));
    case Kind::Pretty:
      return json::Value(json::write_pretty(value));
    case Kind::Join:
      return joined(value, filter.argument.as_string()->view());
    case Kind::Length:
      return length_of(value);
    default:
      break;
  }
  auto text = plain_text(value);
  if (!text) return std::unexpected(text.error());
  return of_text(filter, *std::move(text));
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out += '\'';
}

}  // namespace hotswap::agent
