#include "infrastructure/kubernetes/place.hpp"

#include <algorithm>

#include "domain/secret/secret_base64.hpp"
#include "domain/secret/wipe_json.hpp"

namespace hotswap::kubernetes {
namespace {

constexpr std::size_t kLabel = 63;
constexpr std::size_t kName = 253;

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "secret.invalid", std::move(detail));
}

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLabel && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  if (text.size() > kName) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_key(std::string_view text) {
  return text.size() <= kName && text != "." && !text.starts_with("..") &&
         std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
         });
}

const json::Value* the_only(const json::Object& data) {
  return data.size() == 1 ? &data.begin()->value : nullptr;
}

Result<ProvidedSecret> value_in(const json::Value& document, const Place& place) {
  const auto* kind = document.find("kind");
  const auto* data = document.find("data");
  if (kind == nullptr || *kind != json::Value("Secret"))
    return fail(ErrorCode::Unavailable, "secret.unavailable",
                "The API server of Kubernetes answered no Secret: correct --kubernetes-url");
  const auto* members = data == nullptr ? nullptr : data->as_object();
  const auto count = members == nullptr ? 0 : members->size();
  if (place.key.empty() && count != 1)
    return invalid("The Secret " + place.text() + " has " + std::to_string(count) +
                   " keys: name one behind a #, as in #password");
  const auto* value = members == nullptr  ? nullptr
                      : place.key.empty() ? the_only(*members)
                                          : members->find(place.key);
  if (value == nullptr)
    return fail(ErrorCode::NotFound, "secret.not_found",
                "The Secret " + place.text() + " has no key " + place.key);
  const auto* text = value->as_string();
  auto bytes = text == nullptr ? std::nullopt : from_base64(text->view());
  if (!bytes)
    return fail(
        ErrorCode::Unavailable, "secret.unavailable",
        "The API server of Kubernetes answered a value of " + place.text() + " that is no base64");
  const auto* metadata = document.find("metadata");
  const auto* revision = metadata == nullptr ? nullptr : metadata->find("resourceVersion");
  const auto* version = revision == nullptr ? nullptr : revision->as_string();
  return ProvidedSecret{std::move(*bytes), version == nullptr ? "" : version->str(), {}};
}

}  // namespace

Result<Place> read_place(const SecretReference& reference) {
  const auto slash = reference.path.find('/');
  if (slash == std::string::npos)
    return invalid("a reference to k8s names a namespace and a Secret, as in k8s:payments/db#user");
  Place place{reference.path.substr(0, slash), reference.path.substr(slash + 1), reference.key};
  if (!is_label(place.name_space))
    return invalid(
        "the namespace of a reference to k8s has up to 63 lower-case letters, digits and dashes");
  if (!is_subdomain(place.name))
    return invalid(
        "the Secret of a reference to k8s has up to 253 lower-case letters, digits, dashes and "
        "full stops");
  if (!is_key(place.key))
    return invalid(
        "the key of a reference to k8s has up to 253 letters, digits, dashes, underscores and "
        "full stops");
  return place;
}

Result<ProvidedSecret> read_secret(json::Value document, const Place& place) {
  auto provided = value_in(document, place);
  wipe_texts(document);
  return provided;
}

}  // namespace hotswap::kubernetes
