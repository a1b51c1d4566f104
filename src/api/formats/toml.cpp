#include "api/formats/toml.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "api/formats/toml_depth.hpp"
#include "domain/json/decimal.hpp"
#include "domain/json/scan.hpp"

namespace hotswap::api {
namespace {

std::unexpected<Error> malformed(const toml::source_position& at, std::string_view why) {
  return fail(ErrorCode::Malformed, "toml.malformed",
              "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " +
                  std::string(why));
}

/// The text's lines, for looking up what a value was written as.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at)) {
      starts_.push_back(++at);
    }
  }

  /// What starts there (columns count characters), to the end of its line.
  [[nodiscard]] std::string_view from(const toml::source_position& at) const {
    if (at.line == 0 || at.line > starts_.size()) return {};
    auto line = text_.substr(starts_[at.line - 1]);
    line = line.substr(0, line.find('\n'));
    std::size_t characters = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool starts = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
      if (starts && ++characters == at.column) return line.substr(i);
    }
    return {};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

class Converter {
 public:
  Converter(std::string_view text, int max_depth) : lines_(text), max_depth_(max_depth) {}

  Result<json::Value> convert(const toml::node& node) {
    if (const auto* table = node.as_table()) return nested(node, [&] { return members(*table); });
    if (const auto* array = node.as_array()) return nested(node, [&] { return items(*array); });
    if (const auto* text = node.as_string()) return json::Value(text->get());
    if (const auto* number = node.as_integer()) return json::Value(number->get());
    if (const auto* flag = node.as_boolean()) return json::Value(flag->get());
    if (const auto* number = node.as_floating_point()) return real(*number);
    return time(node);
  }

 private:
  template <class F>
  Result<json::Value> nested(const toml::node& node, F&& inside) {
    if (depth_ == max_depth_) {
      return malformed(node.source().begin,
                       "nested deeper than " + std::to_string(max_depth_) + " levels");
    }
    ++depth_;
    auto value = inside();
    --depth_;
    return value;
  }

  Result<json::Value> members(const toml::table& table) {
    using Entry = std::pair<const toml::key*, const toml::node*>;
    std::vector<Entry> ordered;
    ordered.reserve(table.size());
    for (const auto& [key, node] : table) ordered.emplace_back(&key, &node);
    std::ranges::sort(ordered, [](const Entry& a, const Entry& b) {
      return a.first->source().begin < b.first->source().begin;
    });
    json::Object object;
    object.reserve(ordered.size());
    for (const auto& [key, node] : ordered) {
      auto value = convert(*node);
      if (!value) return value;
      object.append(key->str(), std::move(*value));
    }
    return json::Value(std::move(object));
  }

  Result<json::Value> items(const toml::array& array) {
    json::Array out;
    out.reserve(array.size());
    for (const auto& node : array) {
      auto value = convert(node);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return json::Value(std::move(out));
  }

  /// As it was written, if that is found again; else the shortest text of the double.
  Result<json::Value> real(const toml::value<double>& number) const {
    const double value = number.get();
    if (!std::isfinite(value)) {
      return malformed(number.source().begin, "JSON has neither infinities nor NaN");
    }
    std::string literal;
    for (const char c : lines_.from(number.source().begin)) {
      if (c == '_' || (c == '+' && literal.empty())) continue;
      if (std::string_view("0123456789+-.eE").find(c) == std::string_view::npos) break;
      literal += c;
    }
    json::Scanner scanner(literal);
    std::string_view exact;
    const bool found =
        scanner.number(exact) && scanner.at_end() && json::nearest_double(exact) == value;
    return found ? json::Value(json::Number(exact)) : json::Value(value);
  }

  static Result<json::Value> time(const toml::node& node) {
    std::ostringstream text;
    if (const auto* date = node.as_date()) {
      text << date->get();
    } else if (const auto* time_of_day = node.as_time()) {
      text << time_of_day->get();
    } else if (const auto* both = node.as_date_time()) {
      text << both->get();
    }
    return json::Value(text.str());
  }

  Lines lines_;
  int max_depth_;
  int depth_ = 0;
};

}  // namespace

Result<json::Value> toml_to_json(std::string_view text, json::ParseLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::TooLarge, "json.too_large",
                "The document has " + std::to_string(text.size()) + " bytes, the limit is " +
                    std::to_string(limits.bytes) + ".");
  }
  const auto too_deep = "nested deeper than " + std::to_string(limits.depth) + " levels";
  if (const auto line = too_deep_line(text, static_cast<std::size_t>(limits.depth))) {
    return malformed({static_cast<toml::source_index>(*line), 1}, too_deep);
  }
  try {
    return Converter(text, limits.depth).convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return malformed(error.source().begin, error.description());
  }
}

}  // namespace hotswap::api
