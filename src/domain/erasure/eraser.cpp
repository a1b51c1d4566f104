#include "domain/erasure/eraser.hpp"

#include <algorithm>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::erasure {
namespace {

/// Members whose strings the program reads as its own words: a person called Running must not make
/// a deployment unreadable.
constexpr std::string_view kOwnWords[] = {
    "compatibility", "environment", "kind",  "level",  "mode",     "name", "outcome", "phase",
    "policy",        "severity",    "state", "status", "strategy", "type", "verdict"};

/// Of far more than the store ever keeps in one text.
constexpr json::ParseLimits kParse{.bytes = std::size_t{64} << 20};

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 128 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= 'a' && byte <= 'z') || c == '_' || c == '-' || c == '@';
}

/// Whether a longer word goes on at `at` in the direction of `step`.
bool goes_on(std::string_view text, std::size_t at, std::ptrdiff_t step) {
  if (at >= text.size()) return false;
  if (is_letter(text[at])) return true;
  const auto next = at + static_cast<std::size_t>(step);
  return text[at] == '.' && next < text.size() && is_letter(text[next]);
}

std::string escaped(std::string_view text) {
  std::string quoted;
  json::write_string_to(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

Eraser::Eraser(std::string name, std::string pseudonym)
    : name_(std::move(name)), in_json_(escaped(name_)), pseudonym_(std::move(pseudonym)) {}

std::string Eraser::text(std::string_view text) const {
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find(name_); at != text.npos && !name_.empty();
       at = text.find(name_, std::max(at + 1, done))) {
    const auto end = at + name_.size();
    // Below 0 wraps to a place beyond the end.
    if (goes_on(text, at - 1, -1) || goes_on(text, end, 1)) continue;
    out.append(text.substr(done, at - done)).append(pseudonym_);
    done = end;
  }
  return out.append(text.substr(done));
}

json::Value Eraser::json(const json::Value& value) const {
  if (const auto* text = value.as_string()) return this->text(*text);
  if (const auto* array = value.as_array()) {
    json::Array out;
    for (const auto& item : *array) out.push_back(json(item));
    return out;
  }
  const auto* object = value.as_object();
  if (object == nullptr) return value;
  json::Object out;
  for (const auto& [name, member] : *object) {
    const bool own = member.as_string() != nullptr &&
                     std::ranges::find(kOwnWords, std::string_view(name)) != std::end(kOwnWords);
    out.append(name, own ? member : json(member));
  }
  return out;
}

std::string Eraser::json_text(std::string_view text) const {
  if (!holds(text)) return std::string(text);
  const auto value = json::parse(text, kParse);
  return value ? json::write(json(*value)) : this->text(text);
}

bool Eraser::holds(std::string_view text) const {
  return text.contains(name_) || text.contains(in_json_);
}

}  // namespace hotswap::erasure
