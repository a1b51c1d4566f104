// Secrets that are kept elsewhere: asked for once, kept for a while, delivered again when changed.
#include "orchestrator/secret_resolver.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

/// A store of secrets in memory.
class MemoryProvider final : public SecretProvider {
 public:
  Result<ProvidedSecret> read(const SecretReference& reference) override {
    ++reads;
    if (error) return std::unexpected(*error);
    return ProvidedSecret{SecretText(values[reference.path]), versions[reference.path], fresh};
  }
  std::map<std::string, std::string> values, versions;
  std::optional<Error> error;
  Duration fresh = 10s;
  int reads = 0;
};

/// One server with a resolver.
struct Resolving {
  Resolving(Store& store, FakeClock& clock, MemoryProvider& provider)
      : committer(store),
        sealing(store),
        resolver({store, committer, sealing.sealer, clock, logger, metrics,
                  SecretProviders{{"mem", &provider}},
                  [this](const VersionName& version) { return used.contains(version); }}) {
    committer.on_secret_changed([this](const std::string& r) { resolver.changed_elsewhere(r); });
    resolver.on_changed([this](const VersionName& version) { told.push_back(version); });
  }
  MemoryLogger logger;
  MemoryMetrics metrics;
  Committer committer;
  Sealing sealing;
  std::set<VersionName> used;
  std::vector<VersionName> told;
  SecretResolver resolver;
};

class ResolverTest : public World {
 protected:
  ResolverTest() {
    create_profile();
    provider_.values["a"] = "first-value";
    one_.used.insert(version_);
  }
  std::string resolved(Resolving& at, const std::string& reference = "mem:a") {
    auto document = json::parse(R"({"k":{"type":"secret","ref":")" + reference + R"("}})").value();
    const auto done = at.resolver.resolve(version_, std::move(document));
    if (!done) return done.error().reason;
    return json::write(*done->document.find("k")->find("value")) + ' ' +
           std::to_string(done->secrets);
  }
  std::size_t told(const std::string& kind) {
    std::size_t count = 0;
    for (const auto& event :
         store_.events({.profile = "pay.production", .deployment = {}}, 0, 100).value())
      if (event.kind == kind) ++count;
    return count;
  }

  const VersionName version_{ProfileName("pay.production"), SemVer(1, 0, 0)};
  MemoryProvider provider_;
  Resolving one_{store_, clock_, provider_};
};

TEST_F(ResolverTest, AReferenceIsAskedForOnceAsLongAsItIsFresh) {
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  EXPECT_EQ(provider_.reads, 1);
  clock_.advance(10s);
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  EXPECT_EQ(provider_.reads, 2);
  EXPECT_TRUE(one_.told.empty()) << "it has not changed";
}

TEST_F(ResolverTest, ADocumentWithoutReferencesIsLeftAlone) {
  const auto document = json::parse(R"({"k":{"type":"secret","value":"s"},"a":1})").value();
  const auto done = one_.resolver.resolve(version_, document);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->document, document);
  EXPECT_EQ(done->secrets, 0U);
}

TEST_F(ResolverTest, AChangedValueIsDeliveredAgainByEveryServer) {
  Resolving two(store_, clock_, provider_);
  two.used.insert(version_);
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  EXPECT_EQ(resolved(two), "\"first-value\" 1");
  provider_.values["a"] = "second-value";
  clock_.advance(10s);
  one_.resolver.refresh();
  EXPECT_EQ(one_.told, (std::vector{version_}));
  EXPECT_EQ(resolved(one_), "\"second-value\" 2");
  two.resolver.changed_elsewhere("mem:a");  // as the change log tells it
  two.resolver.refresh();
  EXPECT_EQ(two.told, (std::vector{version_}));
  EXPECT_EQ(resolved(two), "\"second-value\" 2") << "the same revision on both";
  EXPECT_EQ(told("secret.changed"), 2U);
}

TEST_F(ResolverTest, TheProvidersVersionDoesNotSayThatAValueHasChanged) {
  provider_.versions["a"] = "7";
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  provider_.versions["a"] = "8";  // another key of the same secret
  clock_.advance(10s);
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  provider_.values["a"] = "second-value";  // deleted, and written anew
  provider_.versions["a"] = "8";
  clock_.advance(10s);
  EXPECT_EQ(resolved(one_), "\"second-value\" 2");
}

TEST_F(ResolverTest, TheStoreNeverSeesAValueOrAPlainHashOfIt) {
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  const auto kept = store_.secret_reference("mem:a")->value().fingerprint;
  EXPECT_FALSE(kept.contains("first-value"));
  EXPECT_EQ(kept.size(), 32U);
}

TEST_F(ResolverTest, AProviderThatIsAwayIsNotAskedForEachOfThousands) {
  provider_.error = Error{ErrorCode::Unavailable, "secret.unavailable", "Away.", {}, {}};
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(resolved(one_), "secret.unavailable");
  EXPECT_EQ(provider_.reads, 1);
  EXPECT_EQ(told("secret.unavailable"), 1U);
  EXPECT_EQ(one_.metrics.value("hotswap_secret_failures_total", {}), 1);
  provider_.error.reset();
  clock_.advance(SecretResolver::kRetryFirst);
  one_.resolver.refresh();
  EXPECT_EQ(one_.told, (std::vector{version_})) << "whoever went without is told";
  EXPECT_EQ(told("secret.available"), 1U);
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
}

TEST_F(ResolverTest, TheLastValueGoesOnForAWhileAndNotForEver) {
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  provider_.error = Error{ErrorCode::Unavailable, "secret.unavailable", "Away.", {}, {}};
  clock_.advance(10s);
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  clock_.advance(10min);
  EXPECT_EQ(resolved(one_), "secret.unavailable");
  EXPECT_EQ(told("secret.unavailable"), 1U) << "told once";
}

TEST_F(ResolverTest, WhatItsStoreTakesAwayIsGoneAtOnce) {
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  provider_.error = Error{ErrorCode::Forbidden, "secret.denied", "No.", {}, {}};
  clock_.advance(10s);
  EXPECT_EQ(resolved(one_), "secret.denied");
}

TEST_F(ResolverTest, TriesBecomeRarerUpToALimit) {
  provider_.error = Error{ErrorCode::Unavailable, "secret.unavailable", "Away.", {}, {}};
  EXPECT_EQ(resolved(one_), "secret.unavailable");
  for (int i = 0; i < 600; ++i) {
    clock_.advance(1s);
    one_.resolver.refresh();
  }
  EXPECT_GT(provider_.reads, 10);
  EXPECT_LT(provider_.reads, 16);
}

TEST_F(ResolverTest, WhatNobodyIsToHoldIsNotAskedForAnyMore) {
  EXPECT_EQ(resolved(one_), "\"first-value\" 1");
  one_.used.clear();
  clock_.advance(10s);
  one_.resolver.refresh();
  EXPECT_EQ(provider_.reads, 1);
}

TEST_F(ResolverTest, AnUnknownStoreIsNamed) {
  EXPECT_EQ(resolved(one_, "vault:x#y"), "secret.no_provider");
  EXPECT_EQ(resolved(one_, "no reference"), "secret.invalid");
}

}  // namespace
}  // namespace hotswap::testing
