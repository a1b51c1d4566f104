#include "domain/secret/secret_base64.hpp"
#include "unit/vault/world.hpp"

namespace hotswap::vault {
namespace {

constexpr auto kPolicy = R"(path "transit/encrypt/hotswap" { capabilities = ["update"] } )"
                         R"(path "transit/decrypt/hotswap" { capabilities = ["update"] } )"
                         R"(path "transit/keys/hotswap" { capabilities = ["read"] })";

const SecretText kKey{std::string_view("0123456789abcdef\0\xff\x80 and so on 32 b", 32)};

class Transit : public ::testing::Test {
 protected:
  Transit() {
    server_.post("sys/mounts/transit", R"({"type":"transit"})");
    server_.post("transit/keys/hotswap", "{}");
    server_.has_policy("wraps", kPolicy);
    world_.emplace(with_token(server_.makes_token("wraps")),
                   ConnectionOptions{.addresses = {server_.url()}});
    wrapper_.emplace(TransitKey{.name = "hotswap"}, world_->session, world_->clock);
  }
  std::string unwrapped(const WrappedKey& wrapped, std::string_view context) {
    const auto key = wrapper_->unwrap(wrapped, context);
    return key ? std::string(key->view()) : key.error().reason;
  }

  testing::VaultServer server_;
  std::optional<World> world_;
  std::optional<TransitKeyWrapper> wrapper_;
};

TEST_F(Transit, unwraps_what_it_wrapped_for_the_same_use_only) {
  const auto wrapped = wrapper_->wrap(kKey, "profile a, version 1");
  ASSERT_TRUE(wrapped) << wrapped.error().detail;
  EXPECT_EQ(wrapped->key_id, "vault-transit:transit/hotswap:v1");
  EXPECT_FALSE(wrapped->bytes.contains(to_base64(kKey.view()).view()));
  EXPECT_EQ(unwrapped(*wrapped, "profile a, version 1"), kKey.view());
  EXPECT_EQ(unwrapped(*wrapped, "profile a, version 2"), "secret.damaged");
  EXPECT_EQ(unwrapped(*wrapped, ""), "secret.damaged");
}

TEST_F(Transit, a_rotation_in_vault_is_seen_and_old_keys_still_unwrap) {
  const auto before = wrapper_->wrap(kKey, "c");
  ASSERT_TRUE(before);
  EXPECT_EQ(wrapper_->current(), "vault-transit:transit/hotswap:v1");
  server_.post("transit/keys/hotswap/rotate", "{}");
  EXPECT_EQ(wrapper_->current(), "vault-transit:transit/hotswap:v1") << "looked a moment ago";
  world_->clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(wrapper_->current(), "vault-transit:transit/hotswap:v2");
  const auto after = wrapper_->wrap(kKey, "c");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->key_id, "vault-transit:transit/hotswap:v2");
  EXPECT_EQ(unwrapped(*before, "c"), kKey.view());
  EXPECT_EQ(unwrapped(*after, "c"), kKey.view());
  server_.post("transit/keys/hotswap/config", R"({"min_decryption_version":2})");
  const auto refused = wrapper_->unwrap(*before, "c");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("min_decryption_version")) << refused.error().detail;
}

TEST_F(Transit, altered_or_foreign_wrappings_are_refused) {
  auto wrapped = *wrapper_->wrap(kKey, "c");
  auto altered = wrapped;
  altered.bytes[altered.bytes.size() - 10] ^= 1;
  EXPECT_EQ(unwrapped(altered, "c"), "secret.damaged");
  altered.bytes = "vault:v1:\",\"context\":\"";
  EXPECT_EQ(unwrapped(altered, "c"), "secret.damaged") << "and is no way to more JSON";
  wrapped.key_id = "local:1";
  EXPECT_EQ(unwrapped(wrapped, "c"), "secret.key_missing");
}

TEST_F(Transit, an_unreachable_or_unwilling_vault_is_told_with_what_to_do) {
  TransitKeyWrapper missing({.name = "nobody"}, world_->session, world_->clock);
  const auto denied = missing.wrap(kKey, "c");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(denied.error().detail.contains(
      "path \"transit/encrypt/nobody\" { capabilities = [\"update\"] }"))
      << denied.error().detail;
  EXPECT_EQ(missing.current(), "vault-transit:transit/nobody");
  server_.kill();
  const auto away = wrapper_->wrap(kKey, "c");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().reason, "secret.unavailable");
}

TEST(TransitKeys, are_named_with_or_without_their_mount) {
  EXPECT_EQ(read_transit_key("hotswap")->mount, "transit");
  EXPECT_EQ(read_transit_key("keys/eu/hotswap")->mount, "keys/eu");
  EXPECT_EQ(read_transit_key("keys/eu/hotswap")->name, "hotswap");
  EXPECT_FALSE(read_transit_key(""));
  EXPECT_FALSE(read_transit_key("a/../b"));
}

}  // namespace
}  // namespace hotswap::vault
