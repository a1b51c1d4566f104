#include "domain/secret/mask.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"
#include "domain/json/path.hpp"
#include "domain/secret/marker.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kShortestSecret = 4;

/// What a read shows in a marker's place; with a fingerprint if the marker has one.
json::Value mask_of(const json::Value& marker) {
  json::Object mask{{"type", "secret"}, {"masked", true}};
  if (auto fingerprint = secret_member(marker, "fingerprint"); !fingerprint.empty())
    mask.set("fingerprint", std::move(fingerprint));
  return mask;
}

/// Sealed secrets as their masks: two that are sealed anew differ in their fingerprints only.
json::Value unsealed(const json::Value& document) {
  if (!holds_secret(document, SecretForm::Sealed)) return document;
  auto form = replace_secrets(
      document, [](const std::string&, const json::Value& marker) -> Result<json::Value> {
        return secret_form(marker) == SecretForm::Sealed ? mask_of(marker) : marker;
      });
  HS_ASSERT(form.has_value());  // nothing above fails
  return std::move(*form);
}

/// The mask at a place of a document, of nothing in particular if no marker stands there.
json::Value mask_at(const json::Value& root, const std::string& pointer) {
  const auto* marker = json::at_pointer(root, pointer);
  return mask_of(marker != nullptr && is_secret_marker(*marker) ? *marker : json::Value());
}

/// The pointer and JSONPath of the outermost secret that a change lies in or is; empty if none.
struct Place {
  std::string pointer, path;
};

Place secret_at(const json::Value& root, const std::string& pointer) {
  const auto tokens = json::pointer_tokens(pointer);
  if (!tokens) return {};
  const json::Value* value = &root;
  Place place{"", "$"};
  for (const std::string& token : *tokens) {
    if (is_secret_marker(*value)) return place;
    if (const auto* items = value->as_array()) {
      const auto index = json::pointer_index(token);
      if (!index || *index >= items->size()) return {};
      place = {json::pointer_item(place.pointer, *index), json::path_item(place.path, *index)};
      value = &(*items)[*index];
      continue;
    }
    const auto* member = value->find(token);
    if (member == nullptr) return {};
    place = {json::pointer_member(place.pointer, token), json::path_member(place.path, token)};
    value = member;
  }
  return is_secret_marker(*value) ? place : Place{};
}

bool inside_secret(const json::Value& from, const json::Value& to, const Difference& change,
                   Place& place) {
  // A removed value's place is one of the old document; any other's of the new one.
  const bool removed = change.kind == Difference::Kind::Removed;
  place = secret_at(removed ? from : to, change.pointer);
  // What becomes a secret, or was one in the same place before, counts as well.
  if (place.path.empty() && !removed) place = secret_at(from, change.pointer);
  return !place.path.empty();
}

/// Texts and numbers of a secret's value, which may be a whole document.
void gather_plain(const json::Value& plain, std::vector<std::string>& out) {
  const auto* text = plain.as_string();
  const auto* number = plain.as_number();
  if (text != nullptr && text->size() >= kShortestSecret) out.push_back(text->str());
  if (number != nullptr && number->text.size() >= kShortestSecret)
    out.push_back(number->text.str());
  if (const auto* items = plain.as_array())
    for (const auto& item : *items) gather_plain(item, out);
  if (const auto* members = plain.as_object())
    for (const auto& member : *members) gather_plain(member.value, out);
}

void gather(const json::Value& value, std::vector<std::string>& out) {
  if (is_secret_marker(value)) {
    if (secret_form(value) == SecretForm::Value) gather_plain(*value.find("value"), out);
    return;
  }
  if (const auto* items = value.as_array())
    for (const auto& item : *items) gather(item, out);
  if (const auto* members = value.as_object())
    for (const auto& member : *members) gather(member.value, out);
}

}  // namespace

json::Value masked(const json::Value& document) {
  if (is_secret_marker(document)) return mask_of(document);
  if (const auto* items = document.as_array()) {
    json::Array out;
    out.reserve(items->size());
    for (const auto& item : *items) out.push_back(masked(item));
    return out;
  }
  if (const auto* members = document.as_object()) {
    json::Object out;
    out.reserve(members->size());
    for (const auto& [name, value] : *members) out.append(name, masked(value));
    return out;
  }
  return document;
}

Diff masked_diff(const json::Value& stored_from, const json::Value& stored_to) {
  const json::Value from = unsealed(stored_from);
  const json::Value to = unsealed(stored_to);
  Diff out;
  for (Difference& change : diff(from, to).changes) {
    Place place;
    if (!inside_secret(from, to, change, place)) {
      change.from = masked(change.from);
      change.to = masked(change.to);
      out.changes.push_back(std::move(change));
      continue;
    }
    const bool known = std::ranges::any_of(
        out.changes, [&](const Difference& other) { return other.pointer == place.pointer; });
    if (known) continue;
    const bool whole = place.pointer == change.pointer;
    using Kind = Difference::Kind;
    const Kind kind = whole ? change.kind : Kind::Modified;
    out.changes.push_back({kind, place.path, place.pointer,
                           kind == Kind::Added ? json::Value() : mask_at(from, place.pointer),
                           kind == Kind::Removed ? json::Value() : mask_at(to, place.pointer),
                           change.moved_from});
  }
  return out;
}

std::vector<std::string> secret_texts(const json::Value& document) {
  std::vector<std::string> out;
  gather(document, out);
  // Longest first: one secret may be the beginning of another.
  std::ranges::sort(out, std::ranges::greater{}, &std::string::size);
  return out;
}

std::string without_secrets(std::string_view text, const std::vector<std::string>& secrets) {
  static constexpr std::string_view kMask = "•••";
  std::string out(text);
  for (const std::string& secret : secrets)
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at))
      out.replace(at, secret.size(), kMask), at += kMask.size();
  return out;
}

}  // namespace hotswap
