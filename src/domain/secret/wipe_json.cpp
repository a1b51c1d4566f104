#include "domain/secret/wipe_json.hpp"

#include "domain/secret/secret_text.hpp"

namespace hotswap {
namespace {

/// The value is not const, so neither are its bytes.
void wipe_text(const json::Text& text) { wipe(const_cast<char*>(text.data()), text.size()); }

}  // namespace

void wipe_texts(json::Value& value) {
  if (const auto* text = value.as_string()) wipe_text(*text);
  if (const auto* number = value.as_number()) wipe_text(number->text);
  if (auto* items = value.as_array())
    for (auto& item : *items) wipe_texts(item);
  if (auto* members = value.as_object())
    for (auto& member : *members) wipe_texts(member.value);
}

}  // namespace hotswap
