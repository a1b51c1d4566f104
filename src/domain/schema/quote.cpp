#include "domain/schema/quote.hpp"

#include <algorithm>
#include <vector>

#include "domain/json/write.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kShown = 60;
constexpr std::size_t kNear = 2;
constexpr std::size_t kLongName = 64;  ///< longer names are not guessed

/// Writes at most a little more than is shown, so that a large value costs no more than a small
/// one.
void write_start(std::string& out, const json::Value& value) {
  if (out.size() > kShown) return;
  if (const auto* text = value.as_string()) {
    const auto start = clipped(std::string(std::string_view(*text).substr(0, kShown * 4)), kShown);
    json::write_string_to(out, start);
  } else if (const auto* array = value.as_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size() && out.size() <= kShown; ++i) {
      if (i > 0) out += ',';
      write_start(out, (*array)[i]);
    }
    out += ']';
  } else if (const auto* object = value.as_object()) {
    out += '{';
    bool first = true;
    for (const auto& member : *object) {
      if (out.size() > kShown) break;
      if (!std::exchange(first, false)) out += ',';
      json::write_string_to(out, std::string_view(member.name).substr(0, kShown));
      out += ':';
      write_start(out, member.value);
    }
    out += '}';
  } else {
    json::write_to(out, value);
  }
}

/// Damerau-Levenshtein with neighbours swapped as one edit.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      next[j] = std::min({replaced, row[j] + 1, next[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row.back();
}

}  // namespace

std::string clipped(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

std::string quote(const json::Value& value, const PlainView* secrets) {
  if (is_hidden(value, secrets)) return "(secret)";
  std::string out;
  write_start(out, value);
  return value.as_string() != nullptr ? out : clipped(std::move(out), kShown);
}

std::string quote_text(std::string_view text) {
  std::string out;
  json::write_string_to(out, clipped(std::string(text.substr(0, kShown * 4)), kShown));
  return out;
}

bool is_hidden(const json::Value& value, const PlainView* secrets) {
  if (secrets == nullptr || secrets->secret.empty()) return false;
  if (secrets->secret.contains(&value)) return true;
  const auto hidden = [&](const auto& inner) { return is_hidden(inner, secrets); };
  if (const auto* array = value.as_array()) return std::ranges::any_of(*array, hidden);
  const auto* object = value.as_object();
  return object != nullptr && std::ranges::any_of(*object, hidden, &json::Member::value);
}

std::string_view nearest_name(std::string_view word,
                              const std::vector<std::string_view>& candidates) {
  std::string_view best;
  if (word.size() > kLongName) return best;
  // Short words are all near to each other; a guess must keep at least one character.
  auto bound = std::min(kNear + 1, word.size());
  for (const auto candidate : candidates) {
    const auto longer = std::max(candidate.size(), word.size());
    const auto shorter = std::min(candidate.size(), word.size());
    if (longer - shorter >= bound) continue;
    const auto distance = edits(word, candidate);
    if (distance >= bound) continue;
    bound = distance;
    best = candidate;
  }
  return best;
}

}  // namespace hotswap::schema
