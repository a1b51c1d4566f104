#include "domain/schema/compat/wording.hpp"

#include <algorithm>
#include <array>

#include "domain/json/write.hpp"

namespace hotswap::schema::compat {
namespace {

constexpr std::size_t kLongest = 60;
constexpr std::size_t kLead = 20;  // of what is the same before a difference
constexpr std::size_t kMost = 8;

struct TypeWord {
  TypeMask mask;
  std::string_view one;
  std::string_view many;
};
constexpr std::array kWords{TypeWord{kNull, "null", "null"},
                            TypeWord{kBoolean, "boolean", "booleans"},
                            TypeWord{kNumber, "number", "numbers"},
                            TypeWord{kInteger, "integer", "integers"},
                            TypeWord{kFraction, "fractional number", "fractional numbers"},
                            TypeWord{kString, "string", "strings"},
                            TypeWord{kArray, "array", "arrays"},
                            TypeWord{kObject, "object", "objects"}};

std::vector<std::string> words_of(TypeMask mask, std::string_view TypeWord::* form) {
  std::vector<std::string> words;
  for (const auto& word : kWords) {
    if ((mask & word.mask) != word.mask) continue;
    words.emplace_back(word.*form);
    mask &= static_cast<TypeMask>(~word.mask);
  }
  return words;
}

std::string shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  auto end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

TypeMask possible_types(const Node& node, int depth) {
  constexpr int kDeep = 8;
  if (node.never) return 0;
  auto types = node.types;
  if (!node.logic || depth > kDeep) return types;
  const auto& logic = *node.logic;
  const auto any_of = [&](const std::vector<const Node*>& branches) {
    TypeMask mask = 0;
    for (const auto* branch : branches) mask |= possible_types(*branch, depth + 1);
    return mask;
  };
  for (const auto* branch : logic.all) types &= possible_types(*branch, depth + 1);
  if (logic.reference != nullptr) types &= possible_types(*logic.reference, depth + 1);
  if (!logic.any.empty()) types &= any_of(logic.any);
  if (!logic.one.empty()) types &= any_of(logic.one);
  return types;
}

}  // namespace

std::string say(const json::Value& value) { return shortened(json::write(value)); }

std::string quoted(std::string_view text) { return say(json::Value(text)); }

std::string say(const Bound& bound) { return json::layout(bound.at); }

std::string joined(const std::vector<std::string>& parts, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " " + std::string(last) + " " : ", ";
    text += parts[i];
  }
  return text;
}

std::string say_types(TypeMask mask) {
  if (mask == kAnyType) return "any type";
  return mask == 0 ? "no type at all" : joined(words_of(mask, &TypeWord::one), "or");
}

std::string say_plural(TypeMask mask) { return joined(words_of(mask, &TypeWord::many), "and"); }

std::string say_list(const std::vector<const json::Value*>& values) {
  std::vector<std::string> parts;
  for (const auto* value : values) {
    if (parts.size() == kMost) break;
    parts.push_back(say(*value));
  }
  if (values.size() > kMost) parts.push_back(std::to_string(values.size() - kMost) + " more");
  return joined(parts, "and");
}

std::string say_schema(const Node& node) {
  if (node.anything()) return "anything";
  if (node.never) return "nothing";
  if (node.values) return (node.values->size() > 1 ? "one of " : "") + say_list(*node.values);
  if (node.logic && node.logic->reference != nullptr && node.types == kAnyType) {
    return say_schema(*node.logic->reference);
  }
  const auto types = possible_types(node, 0);
  return types == kAnyType ? "any type, with conditions" : say_types(types);
}

std::string say_change(const json::Value& before, const json::Value& after) {
  const auto old = json::write(before);
  const auto now = json::write(after);
  const auto [left, right] = std::ranges::mismatch(old, now);
  auto same = static_cast<std::size_t>(left - old.begin());
  if (std::max(old.size(), now.size()) <= kLongest || same <= kLead) {
    return "from " + say(before) + " to " + say(after);
  }
  same -= kLead;
  const auto part = [&](const std::string& text) {
    auto from = same;
    while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) --from;
    return "…" + shortened(text.substr(from));
  };
  return "from " + part(old) + " to " + part(now);
}

}  // namespace hotswap::schema::compat
