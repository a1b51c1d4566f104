// A reference to a secret, then the list of those that are allowed. What is asked of Vault or
// Kubernetes stays below the place that the reference names, whatever it holds.

#include "domain/base/assert.hpp"
#include "domain/secret/allowed_references.hpp"
#include "domain/secret/secret_base64.hpp"
#include "fuzz/input.hpp"
#include "infrastructure/kubernetes/place.hpp"
#include "infrastructure/vault/path.hpp"
#include "infrastructure/vault/transit.hpp"

using namespace hotswap;

namespace {

bool is_url_path(std::string_view text) {
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "-._~/%") == std::string_view::npos;
}

void check_vault(const SecretReference& reference) {
  const auto path = vault::read_kv_path(reference.path);
  if (!path) {
    HS_ASSERT(path.error().reason == "secret.invalid" && !path.error().detail.empty());
    return;
  }
  for (const int version : {1, 2}) {
    const vault::Mount mount{path->segments.front(), version};
    HS_ASSERT(vault::leads_to(mount, *path));
    auto asked = vault::request_path(mount, *path);
    if (const auto query = asked.find('?'); query != std::string::npos) {
      HS_ASSERT(version == 2 && path->version);
      HS_ASSERT(asked.substr(query) == "?version=" + std::to_string(*path->version));
      asked.resize(query);
    }
    HS_ASSERT(is_url_path(asked));
    HS_ASSERT(
        asked.starts_with(vault::percent_encoded(mount.path) + (version == 2 ? "/data/" : "/")));
    HS_ASSERT(!("/" + asked + "/").contains("/../") && !("/" + asked + "/").contains("/./"));
    HS_ASSERT(!asked.contains("//") && !asked.ends_with('/'));
    HS_ASSERT(!asked.contains("%2F") && !asked.contains("%25") && !asked.contains("%2E"));
    // A path that was read leads to the same secret when it is written and read again.
    const auto again = vault::read_kv_path(path->text());
    HS_ASSERT(again && again->segments == path->segments);
  }
}

void check_kubernetes(const SecretReference& reference) {
  const auto place = kubernetes::read_place(reference);
  if (!place) return;
  HS_ASSERT(place->name_space.find_first_of("/.%?#") == std::string::npos);
  HS_ASSERT(place->name.find_first_of("/%?#") == std::string::npos);
  HS_ASSERT(place->name != "." && place->name != "..");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto text = input.take_line();
  if (const auto allowed = AllowedReferences::read(input.rest()))
    if (const auto reference = parse_secret_reference(text))
      HS_ASSERT(!input.rest().empty() || allowed->allow(*reference, {"p", "s", "e"}));
  if (const auto key = vault::read_transit_key(text))
    HS_ASSERT(!key->name.empty() && !key->mount.empty() && !key->name.contains('/'));
  if (const auto bytes = from_base64(text)) HS_ASSERT(to_base64(bytes->view()).view() == text);
  HS_ASSERT(from_base64(to_base64(text).view())->view() == text);
  const auto reference = parse_secret_reference(text);
  if (!reference) {
    HS_ASSERT(reference.error().reason == "secret.invalid");
    return 0;
  }
  check_vault(*reference);
  check_kubernetes(*reference);
  return 0;
}
