#include "domain/secret/plain_view.hpp"

#include "domain/secret/marker.hpp"

namespace hotswap {
namespace {

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
    const bool known = secret_form(value) == SecretForm::Value;
    json::Value* plain = known ? value.as_object()->find("value") : nullptr;
    // Nobody asks the vault before delivery, and what it keeps are strings. Of one that is sealed
    // still, nothing is known either.
    json::Value revealed = plain ? std::move(*plain) : json::Value("");
    if (!plain) view_.unknown.insert(&value);
    value = std::move(revealed);
    hide(value);
  }

  /// All of a value that is a secret, which may be a whole document.
  void hide(const json::Value& value) {
    view_.secret.insert(&value);
    if (const auto* items = value.as_array())
      for (const json::Value& item : *items) hide(item);
    if (const auto* object = value.as_object())
      for (const json::Member& member : *object) hide(member.value);
  }

  PlainView& view_;
};

}  // namespace

bool is_secret_marker(const json::Value& value) { return secret_form(value) != SecretForm::None; }

std::optional<PlainView> plain_view(const json::Value& document) {
  if (!holds_secret(document)) return std::nullopt;
  PlainView view{document, {}, {}};
  Revealer(view).inside(view.document);
  return view;
}

}  // namespace hotswap
