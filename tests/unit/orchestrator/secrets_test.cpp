// Secrets from the upload to the store and back, and the rotation of what wraps their keys.
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "orchestrator/secret_migration.hpp"
#include "orchestrator/secret_rotation.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

constexpr std::string_view kCanary = "canary-4711";

class SecretsTest : public World {
 protected:
  SecretsTest() { create_profile(); }
  const ProfileName name_{"pay.production"};

  Result<Uploaded> put(const std::string& number, const std::string& data, bool dry = false) {
    Upload upload;
    upload.number = SemVer::parse(number).value();
    upload.data = json::parse(data).value();
    upload.dry_run = dry;
    return node().configs.upload(kAdmin, name_, upload);
  }
  Version stored(const std::string& number) {
    return store_.version(name_, SemVer::parse(number).value()).value();
  }
  json::Value opened(const std::string& number) {
    auto document = node().versions.document(stored(number));
    EXPECT_TRUE(document) << document.error().detail;
    return document ? *document : json::Value();
  }
  static std::string secret(std::string_view value) {
    return R"({"key":{"type":"secret","value":")" + std::string(value) + R"("},"a":1})";
  }
};

TEST_F(SecretsTest, the_store_never_sees_a_plain_value) {
  ASSERT_TRUE(put("1.0.0", R"({"key":{"type":"secret","value":"canary-4711"},
                              "deep":[{"type":"secret","value":{"canary":[4711]}}]})"));
  const auto version = stored("1.0.0");
  EXPECT_FALSE(version.content.contains("canary"));
  EXPECT_FALSE(version.content.contains("4711"));
  EXPECT_FALSE(version.key.empty());
  EXPECT_EQ(version.size, version.content.size());
  EXPECT_EQ(opened("1.0.0"), json::parse(R"({"key":{"type":"secret","value":"canary-4711"},
                              "deep":[{"type":"secret","value":{"canary":[4711]}}]})")
                                 .value());
}

TEST_F(SecretsTest, the_same_content_has_the_same_hash_although_it_is_sealed_anew) {
  ASSERT_TRUE(put("1.0.0", secret(kCanary)));
  EXPECT_FALSE(put("1.0.0", secret(kCanary))->created);
  EXPECT_EQ(put("1.0.0", secret("another")).error().reason, "version.exists");
  ASSERT_TRUE(put("1.1.0", secret(kCanary)));
  EXPECT_EQ(stored("1.0.0").hash, stored("1.1.0").hash);
  EXPECT_NE(stored("1.0.0").content, stored("1.1.0").content);
  ASSERT_TRUE(put("1.2.0", secret("another")));
  EXPECT_NE(stored("1.0.0").hash, stored("1.2.0").hash);
}

TEST_F(SecretsTest, a_sealed_secret_opens_nowhere_else) {
  ASSERT_TRUE(put("1.0.0", R"({"a":{"type":"secret","value":"one-secret"},
                              "b":{"type":"secret","value":"two-secret"}})"));
  const auto good = stored("1.0.0");
  const auto reason = [&](const Version& version) {
    const auto document = node().versions.document(version);
    return document ? "opened" : document.error().reason;
  };
  EXPECT_EQ(reason(good), "opened");
  auto moved = good;
  moved.number = SemVer(1, 0, 1);
  EXPECT_EQ(reason(moved), "secret.damaged");
  moved = good;
  moved.profile = ProfileName("other.production");
  EXPECT_EQ(reason(moved), "secret.damaged");
  auto document = json::parse(good.content).value();
  auto& members = *document.as_object();
  std::swap(*members.find("a"), *members.find("b"));
  moved = good;
  moved.content = json::write(document);
  EXPECT_EQ(reason(moved), "secret.damaged");
}

TEST_F(SecretsTest, content_that_comes_back_is_sealed_for_its_new_number) {
  ASSERT_TRUE(put("1.0.0", secret(kCanary)));
  ASSERT_TRUE(put("1.1.0", secret("another")));
  const auto back = node().configs.roll_back_content(kAdmin, name_, "1.0.0", false);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->hash, stored("1.0.0").hash);
  EXPECT_NE(stored(back->number.str()).key, stored("1.0.0").key);
  EXPECT_EQ(opened(back->number.str()), json::parse(secret(kCanary)).value());
}

TEST_F(SecretsTest, a_dry_run_stores_nothing_and_says_what_it_would_be) {
  ASSERT_TRUE(put("1.0.0", secret(kCanary)));
  const auto same = put("1.1.0", secret(kCanary), true);
  ASSERT_TRUE(same) << same.error().detail;
  EXPECT_EQ(same->version.hash, stored("1.0.0").hash);
  EXPECT_FALSE(same->version.content.contains(kCanary));
  EXPECT_FALSE(store_.version(name_, SemVer(1, 1, 0)));
}

TEST_F(SecretsTest, without_a_key_secrets_are_refused_and_nothing_else) {
  Sealing none(store_, "");
  node().configs.seal_with(none.sealer);
  const auto refused = put("1.0.0", secret(kCanary));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "secret.no_key");
  EXPECT_TRUE(put("1.0.1", R"({"a":1})"));
  EXPECT_TRUE(put("1.0.2", R"({"a":{"type":"secret","ref":"vault:x#y"}})"));
  node().configs.seal_with(node().sealing.sealer);
}

TEST_F(SecretsTest, what_looks_like_a_secret_and_is_none_is_refused) {
  const auto refused = put("1.0.0", R"({"k":{"type":"secret","value":"canary-4711","x":1}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "secret.invalid");
  EXPECT_FALSE(refused.error().detail.contains("canary"));
}

TEST_F(SecretsTest, plain_text_is_for_admins_with_a_reason_that_the_audit_keeps) {
  ASSERT_TRUE(put("1.0.0", secret(kCanary)));
  const auto reason = [&](const Caller& caller, const std::string& why) {
    const auto read = node().configs.plain_version(caller, name_, "1.0.0", why);
    return read ? json::write(read->document) : read.error().reason;
  };
  EXPECT_EQ(reason(caller_with(Role::Developer), "curious"), "access.forbidden");
  EXPECT_EQ(reason(caller_with(Role::Operator), "curious"), "access.forbidden");
  EXPECT_EQ(reason(kAdmin, ""), "secret.reason");
  AuditFilter reads;
  reads.action = "secret.read";
  EXPECT_EQ(store_.audit(reads, {})->items.size(), 0U);
  EXPECT_TRUE(reason(kAdmin, "incident 7").contains(kCanary));
  const auto entries = store_.audit(reads, {})->items;
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].detail, "incident 7");
  EXPECT_EQ(entries[0].resource, "configs/pay.production/versions/1.0.0");
  // What cannot be told is not shown.
  store_.fail_before_commit();
  EXPECT_EQ(reason(kAdmin, "incident 8"), "store.unavailable");
}

TEST_F(SecretsTest, what_an_older_program_stored_plain_is_sealed_once_and_can_be_delivered) {
  Version old;
  old.profile = name_;
  old.number = SemVer(1, 0, 0);
  old.content = secret(kCanary);
  old.size = old.content.size();
  old.hash = "old-hash";
  ASSERT_TRUE(store_.commit({change::InsertVersion{old}}));
  MemoryLogger logger;
  SecretMigration migration({store_, node().sealing.sealer, logger});
  const auto outcome = migration.run();
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_EQ(outcome->sealed, 1U);
  EXPECT_EQ(outcome->left, 0U);
  EXPECT_FALSE(stored("1.0.0").content.contains(kCanary));
  EXPECT_NE(stored("1.0.0").hash, "old-hash");
  EXPECT_EQ(opened("1.0.0"), json::parse(secret(kCanary)).value());
  EXPECT_EQ(migration.run()->sealed, 0U);
}

TEST_F(SecretsTest, without_a_key_what_is_plain_stays_and_the_log_says_so) {
  Version old;
  old.profile = name_;
  old.number = SemVer(1, 0, 0);
  old.content = secret(kCanary);
  old.hash = "old-hash";
  ASSERT_TRUE(store_.commit({change::InsertVersion{old}}));
  Sealing none(store_, "");
  MemoryLogger logger;
  SecretMigration migration({store_, none.sealer, logger});
  const auto outcome = migration.run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->left, 1U);
  EXPECT_EQ(stored("1.0.0").content, secret(kCanary));
}

class RotationTest : public SecretsTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(put("1.0.0", secret(kCanary)));
    ASSERT_TRUE(put("1.1.0", secret("another")));
    ASSERT_TRUE(put("1.2.0", R"({"a":1})"));
  }
  /// A server with a new key in front of the old one.
  struct Server {
    Server(Store& store, FakeClock& clock, const std::string& keys)
        : committer(store),
          sealing(store, keys),
          rotation({store, committer, sealing.wrapper, clock, logger, metrics}) {}
    MemoryLogger logger;
    MemoryMetrics metrics;
    Committer committer;
    Sealing sealing;
    SecretRotation rotation;
  };
  const std::string old_ = std::string(64, '7');
  const std::string new_ = std::string(64, '8');
};

TEST_F(RotationTest, wraps_every_key_anew_and_lets_the_old_one_go) {
  Server server(store_, clock_, new_ + '\n' + old_);
  const auto before = server.rotation.status(kAdmin).value();
  EXPECT_FALSE(before.last);
  EXPECT_EQ(before.use.size(), 1U) << "all under the old key";
  const auto contents = stored("1.0.0").content + stored("1.1.0").content;
  const auto begun = server.rotation.start(kAdmin);
  ASSERT_TRUE(begun) << begun.error().detail;
  EXPECT_TRUE(begun->running());
  EXPECT_EQ(begun->remaining, 3U) << "two versions and the fingerprints' key";
  while (server.rotation.tick()) continue;
  const auto done = server.rotation.status(kAdmin).value();
  EXPECT_FALSE(done.running());
  EXPECT_EQ(done.use,
            (std::map<std::string, std::uint64_t>{{server.sealing.wrapper.current(), 3}}));
  EXPECT_EQ(stored("1.0.0").content + stored("1.1.0").content, contents);
  // The old key is retired; fingerprints and values are what they were.
  Sealing only_new(store_, new_);
  EXPECT_EQ(only_new.sealer.open(stored("1.0.0")).value(), json::parse(secret(kCanary)).value());
  EXPECT_EQ(only_new.sealer.hash(name_, json::parse(secret(kCanary)).value()).value(),
            stored("1.0.0").hash);
}

TEST_F(RotationTest, goes_on_where_another_server_was_stopped) {
  Server first(store_, clock_, new_ + '\n' + old_);
  ASSERT_TRUE(first.rotation.start(kAdmin));
  EXPECT_TRUE(first.rotation.tick()) << "a batch, and maybe more";
  Server second(store_, clock_, new_ + '\n' + old_);
  EXPECT_TRUE(second.rotation.status(kAdmin)->running());
  while (second.rotation.tick()) continue;
  EXPECT_FALSE(second.rotation.status(kAdmin)->running());
}

TEST_F(RotationTest, a_commit_that_fails_is_tried_again) {
  Server server(store_, clock_, new_ + '\n' + old_);
  ASSERT_TRUE(server.rotation.start(kAdmin));
  store_.fail_before_commit();
  EXPECT_FALSE(server.rotation.tick());
  EXPECT_FALSE(server.rotation.status(kAdmin)->error.empty());
  EXPECT_FALSE(server.rotation.tick()) << "not at once";
  clock_.advance(std::chrono::minutes(1));
  while (server.rotation.tick()) continue;
  EXPECT_FALSE(server.rotation.status(kAdmin)->running());
}

TEST_F(RotationTest, a_server_without_the_new_key_says_so_and_changes_nothing) {
  Server knowing(store_, clock_, new_ + '\n' + old_);
  ASSERT_TRUE(knowing.rotation.start(kAdmin));
  Server ignorant(store_, clock_, old_);
  EXPECT_FALSE(ignorant.rotation.tick());
  EXPECT_TRUE(ignorant.rotation.status(kAdmin)->error.contains("same keys"));
  EXPECT_EQ(ignorant.rotation.start(kAdmin).error().reason, "secret.rotating");
  EXPECT_EQ(ignorant.sealing.sealer.open(stored("1.0.0")).value(),
            json::parse(secret(kCanary)).value());
}

TEST_F(RotationTest, a_new_key_is_made_where_that_is_the_servers_own_to_do) {
  Server server(store_, clock_, old_);
  std::vector<std::string> lines{old_};
  LocalKeyWrapper own(server.sealing.cipher, test_keys(old_), [&] {
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    return read_local_keys(text);
  });
  SecretRotation rotation(
      {store_, server.committer, own, clock_, server.logger, server.metrics, [&]() -> Result<void> {
         lines.insert(lines.begin(), new_);
         return own.reload();
       }});
  const auto begun = rotation.start(kAdmin);
  ASSERT_TRUE(begun) << begun.error().detail;
  EXPECT_EQ(begun->last->to, test_keys(new_).front().id);
  EXPECT_EQ(rotation.start(kAdmin)->last->to, begun->last->to) << "asked again it is the same one";
  while (rotation.tick()) continue;
  EXPECT_EQ(rotation.status(kAdmin)->use.size(), 1U);
}

TEST_F(RotationTest, is_for_admins) {
  Server server(store_, clock_, new_);
  for (const Role role : {Role::Operator, Role::Developer, Role::Viewer, Role::Instance}) {
    EXPECT_EQ(server.rotation.start(caller_with(role)).error().reason, "access.forbidden");
    EXPECT_EQ(server.rotation.status(caller_with(role)).error().reason, "access.forbidden");
  }
}

}  // namespace
}  // namespace hotswap::testing
