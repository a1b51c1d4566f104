#include "domain/secret/plain_view.hpp"

#include <algorithm>

namespace hotswap {
namespace {

bool is_word(const json::Value* value, std::string_view word) {
  const auto* text = value ? value->as_string() : nullptr;
  return text && *text == word;
}

/// What a read shows in a secret's place: `{"type":"secret","masked":true,"fingerprint":"…"}`.
bool is_masked(const json::Object& object) {
  const json::Value* masked = object.find("masked");
  const bool* flag = masked ? masked->as_bool() : nullptr;
  if (!flag || !*flag) return false;
  const json::Value* fingerprint = object.find("fingerprint");
  return object.size() == (fingerprint ? 3u : 2u) && (!fingerprint || fingerprint->as_string());
}

bool has_marker_inside(const json::Value& value) {
  const auto holds = [](const json::Value& child) {
    return is_secret_marker(child) || has_marker_inside(child);
  };
  if (const auto* items = value.as_array()) return std::ranges::any_of(*items, holds);
  const auto* object = value.as_object();
  return object && std::ranges::any_of(*object, holds, &json::Member::value);
}

/// Replaces in place: no vector grows, so that every address stays.
class Revealer {
 public:
  explicit Revealer(PlainView& view) : view_(view) {}

  void inside(json::Value& value) {
    if (auto* items = value.as_array())
      for (json::Value& item : *items) at(item);
    if (auto* object = value.as_object())
      for (json::Member& member : *object) at(member.value);
  }

 private:
  void at(json::Value& value) {
    if (!is_secret_marker(value)) return inside(value);
    json::Value* plain = value.as_object()->find("value");
    // Nobody asks the vault before delivery, and what it keeps are strings.
    json::Value revealed = plain ? std::move(*plain) : json::Value("");
    if (!plain) view_.unknown.insert(&value);
    value = std::move(revealed);
    view_.secret.insert(&value);
  }

  PlainView& view_;
};

}  // namespace

bool is_secret_marker(const json::Value& value) {
  const auto* object = value.as_object();
  if (!object || !is_word(object->find("type"), "secret")) return false;
  if (is_masked(*object)) return true;
  if (object->size() != 2) return false;
  if (const json::Value* plain = object->find("value"))
    return !plain->as_object() && !plain->as_array();
  const json::Value* reference = object->find("ref");
  return reference && reference->as_string();
}

std::optional<PlainView> plain_view(const json::Value& document) {
  if (!has_marker_inside(document)) return std::nullopt;
  PlainView view{document, {}, {}};
  Revealer(view).inside(view.document);
  return view;
}

}  // namespace hotswap
