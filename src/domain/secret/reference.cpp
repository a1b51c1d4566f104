#include "domain/secret/reference.hpp"

#include <algorithm>

#include "domain/secret/marker.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "secret.invalid", std::move(detail));
}

bool is_scheme(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.front() >= 'a' && std::ranges::all_of(text, fits);
}

void collect(const json::Value& value, const std::string& place, std::vector<std::string>& out) {
  if (is_secret_marker(value)) {
    const auto form = secret_form(value);
    if (form == SecretForm::Value || form == SecretForm::Sealed) return;
    const json::Value* reference = value.find("ref");
    if (reference == nullptr) {
      out.push_back("the secret at " + place + " is masked: its value was not stored");
    } else if (const auto parsed = parse_secret_reference(*reference->as_string()); !parsed) {
      out.push_back("the secret at " + place + ": " + parsed.error().detail);
    }
    return;
  }
  if (const auto* items = value.as_array())
    for (std::size_t i = 0; i < items->size(); ++i)
      collect((*items)[i], place + '[' + std::to_string(i) + ']', out);
  if (const auto* object = value.as_object())
    for (const auto& [name, item] : *object) collect(item, place + '.' + name, out);
}

}  // namespace

Result<SecretReference> parse_secret_reference(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon)))
    return invalid(
        "a reference starts with the name of its store and a colon, as in vault:path#key");
  SecretReference reference;
  reference.scheme = text.substr(0, colon);
  const auto rest = text.substr(colon + 1);
  const auto hash = rest.find('#');
  reference.path = rest.substr(0, hash);
  if (reference.path.empty())
    return invalid("a reference to " + reference.scheme + " needs a path after the colon");
  if (hash == std::string_view::npos) return reference;
  reference.key = rest.substr(hash + 1);
  if (reference.key.empty())
    return invalid("a reference to " + reference.scheme + " needs the name of a key after the #");
  return reference;
}

std::vector<std::string> secret_obstacles(const json::Value& document) {
  std::vector<std::string> obstacles;
  collect(document, "$", obstacles);
  return obstacles;
}

}  // namespace hotswap
