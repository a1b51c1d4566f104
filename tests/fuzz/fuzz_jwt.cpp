// A token, and below it keys in any form. Whatever the token says, it is nobody's who did not sign
// it: not by a key of another form, not by another algorithm, not by a change of a genuine one.

#include "api/auth/jwt.hpp"
#include "domain/base/assert.hpp"
#include "fuzz/input.hpp"

using namespace hotswap;
using namespace hotswap::api;

namespace {

constexpr WallTime kNow{std::chrono::milliseconds(1'767'225'600'000)};

const KeySet& own_keys() {
  static const KeySet kKeys = [] {
    KeySet keys;
    keys.keys.push_back(
        Key::secret(Algorithm::HS256, "a secret that no fuzzer is going to find out", "own")
            .value());
    return keys;
  }();
  return kKeys;
}

const std::string& genuine() {
  static const std::string kToken = [] {
    Claims claims;
    claims.principal.subject = "somebody";
    claims.principal.roles = {Role::Viewer};
    claims.issued_at = kNow;
    claims.expires = kNow + std::chrono::hours(1);
    return mint(claims, own_keys().keys.front());
  }();
  return kToken;
}

void expect_refused(std::string_view token, const KeySet& keys) {
  const auto claims = verify(token, keys, {}, kNow);
  HS_ASSERT(!claims);
  HS_ASSERT(claims.error().code == ErrorCode::Unauthenticated);
  HS_ASSERT(claims.error().reason == "auth.required");
}

/// The genuine token with a piece of it replaced.
void check_change(std::string_view change) {
  if (change.empty()) return;
  const auto at = static_cast<unsigned char>(change.front()) % genuine().size();
  auto token = genuine();
  token.replace(at, std::min(change.size() - 1, token.size() - at), change.substr(1));
  if (token != genuine()) expect_refused(token, own_keys());
}

void check_keys(std::string_view text, std::string_view token) {
  const auto remote = read_keys(text, KeyOrigin::Remote);
  if (remote) {
    HS_ASSERT(remote->keys.size() <= kKeySetKeys);
    for (const auto& key : remote->keys) {
      HS_ASSERT(!key.can_sign());
      HS_ASSERT(!key.verify(token, {}));
    }
    static_cast<void>(verify(token, *remote, {}, kNow));
  } else {
    HS_ASSERT(remote.error().reason == "token.key");
  }
  const auto local = read_keys(text, KeyOrigin::Local);
  if (!local) return;
  // Who knows a key's public half, which is the text here, can sign nothing by it.
  for (const auto& key : local->keys)
    if (!key.can_sign()) HS_ASSERT(!key.verify(genuine(), text));
  static_cast<void>(verify(token, *local, {}, kNow));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kReady = verify(genuine(), own_keys(), {}, kNow).has_value();
  HS_ASSERT(kReady);
  fuzz::Input input(data, size);
  const auto token = input.take_line();
  if (token != genuine()) expect_refused(token, own_keys());
  expect_refused(token, {});
  check_change(input.rest());
  check_keys(input.rest(), token);
  if (const auto payload = read_token_object(input.rest()))
    if (const auto claims = read_claims(*payload, {}))
      static_cast<void>(check_claims(*claims, {}, kNow));
  return 0;
}
