// Secrets over HTTP and in the frames of instances.
#include "api/resources/desired.hpp"
#include "api/resources/secret_free.hpp"
#include "api/streams/stream_hub.hpp"
#include "domain/base/sha256.hpp"
#include "testing/memory_tracer.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto* kVersions = "/api/v1/configs/pay.production/versions";
constexpr auto* kOne = "/api/v1/configs/pay.production/versions/1.0.0";
constexpr auto* kWithSecret = R"({"a":1,"key":{"type":"secret","value":"canary-4711"}})";
const ProfileName kProfile("pay.production");

/// Counts how often a data key is unwrapped.
class CountingWrapper final : public KeyWrapper {
 public:
  explicit CountingWrapper(KeyWrapper& inner) : inner_(inner) {}
  Result<WrappedKey> wrap(const SecretText& key, std::string_view context) override {
    return inner_.wrap(key, context);
  }
  Result<SecretText> unwrap(const WrappedKey& wrapped, std::string_view context) override {
    ++unwrapped;
    return inner_.unwrap(wrapped, context);
  }
  std::string current() const override { return inner_.current(); }
  int unwrapped = 0;

 private:
  KeyWrapper& inner_;
};

/// Gives what a test says.
class ScriptedProvider final : public SecretProvider {
 public:
  Result<ProvidedSecret> read(const SecretReference&) override {
    const auto* work = TraceScope::current();
    traces.push_back(work == nullptr ? "" : tracing::traceparent(work->context));
    if (value.empty())
      return fail(ErrorCode::Unavailable, "secret.unavailable", "The store is away.");
    return ProvidedSecret{SecretText(value), {}, std::chrono::seconds(10)};
  }
  std::string value = "first-canary";
  std::vector<std::string> traces;  ///< of each read; empty: in none
};

struct SecretsOverHttp : ::testing::Test {
  World world;
  World::Member member;

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", kWithSecret);
    member = world.join("one");
  }
  Assignment assigned(const std::string& number, std::uint64_t generation) {
    const auto version = world.versions.get(kProfile, *SemVer::parse(number));
    return {InstanceId(member.id),
            kProfile,
            Assignment::Slot{(*version)->number, (*version)->hash, generation},
            {}};
  }
};

TEST_F(SecretsOverHttp, AReadShowsTheFingerprintOnly) {
  const auto read = world.get(kOne);
  EXPECT_FALSE(read.response.body->contains("canary")) << *read.response.body;
  EXPECT_FALSE(read.response.body->contains("sealed")) << *read.response.body;
  const auto* key = read.body.find("data")->find("key");
  EXPECT_EQ(*key->find("masked"), json::Value(true));
  EXPECT_EQ(key->find("fingerprint")->as_string()->size(), 32u);
}

TEST_F(SecretsOverHttp, ADifferenceSaysWhetherASecretHasChanged) {
  world.upload("1.1.0", R"({"a":2,"key":{"type":"secret","value":"canary-4711"}})");
  world.upload("1.2.0", R"({"a":2,"key":{"type":"secret","value":"canary-4712"}})");
  const auto same = world.get(std::string(kOne) + "/diff/1.1.0");
  EXPECT_EQ(same.body.find("modified")->as_array()->size(), 1u) << *same.response.body;
  for (const auto* type : {"application/json", "application/json-patch+json", "text/x-diff"}) {
    auto request = world.request(Method::Get, std::string(kVersions) + "/1.1.0/diff/1.2.0",
                                 world.token(Role::Viewer));
    request.headers.push_back({"Accept", type});
    const auto other = world.ask(request);
    EXPECT_TRUE(other.response.body->contains("key")) << type << *other.response.body;
    EXPECT_FALSE(other.response.body->contains("canary")) << type;
    EXPECT_FALSE(other.response.body->contains("sealed")) << type;
  }
}

TEST_F(SecretsOverHttp, PlainTextIsShownToAdminsWithAReasonAndIsNeverCached) {
  EXPECT_EQ(world.ask(Role::Viewer, Method::Get, std::string(kOne) + "?plain=true&reason=x").status,
            403);
  EXPECT_EQ(world.get(std::string(kOne) + "?plain=true").text("reason"), "secret.reason");
  const auto read = world.get(std::string(kOne) + "?plain=true&reason=incident");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(*read.body.find("data"), json::parse(kWithSecret).value());
  EXPECT_EQ(read.header("Cache-Control"), "no-store");
  EXPECT_FALSE(world.get(kOne).response.body->contains("canary"));
}

TEST_F(SecretsOverHttp, PlainTextGoesOverTlsOrStaysOnThisMachine) {
  auto request = world.request(Method::Get, std::string(kOne) + "?plain=true&reason=incident",
                               world.token(Role::Admin));
  request.peer = "203.0.113.7:5000";
  EXPECT_EQ(world.ask(request).text("reason"), "secret.insecure");
  request.tls = true;
  EXPECT_EQ(world.ask(request).status, 200);
}

TEST_F(SecretsOverHttp, ADryRunSaysTheHashAndStoresNothing) {
  const auto tried = world.post(std::string(kVersions) + "?dryRun=true",
                                R"({"bump":"patch","data":)" + std::string(kWithSecret) + "}");
  EXPECT_EQ(tried.status, 200) << *tried.response.body;
  EXPECT_EQ(tried.text("hash"), world.get(kOne).text("hash"));
  EXPECT_FALSE(tried.response.body->contains("canary"));
  EXPECT_EQ(world.get(kVersions).body.find("items")->as_array()->size(), 1u);
}

TEST_F(SecretsOverHttp, ARotationIsBegunAndLookedAt) {
  EXPECT_EQ(world.get("/api/v1/secrets/rotation").text("state"), "Never");
  const auto begun = world.post("/api/v1/secrets/rotate", "");
  EXPECT_EQ(begun.status, 202) << *begun.response.body;
  while (world.rotation.tick()) continue;
  const auto done = world.get("/api/v1/secrets/rotation");
  EXPECT_EQ(done.text("state"), "Done");
  EXPECT_EQ(*done.body.find("remaining"), json::Value(0));
}

TEST_F(SecretsOverHttp, AFrameHasTheValueAndTheHashOfWhatIsSent) {
  const auto frame =
      world.streams.frames().frame(FrameKind::Config, kProfile, *assigned("1.0.0", 1).active);
  ASSERT_TRUE(frame) << frame.error().detail;
  const std::string data = R"({"a":1,"key":"canary-4711"})";
  EXPECT_TRUE((*frame)->contains(R"("dataHash":")" + sha256_hex(data) + "\",\"data\":" + data))
      << **frame;
  EXPECT_FALSE((*frame)->contains(R"("secrets":)"));
  const auto activate =
      world.streams.frames().frame(FrameKind::Activate, kProfile, *assigned("1.0.0", 2).active);
  EXPECT_TRUE((*activate)->contains(R"("dataHash":")" + sha256_hex(data)));
  EXPECT_FALSE((*activate)->contains("canary"));
}

TEST_F(SecretsOverHttp, AThousandInstancesAreServedByOneDecryption) {
  CountingWrapper counting(world.sealing.wrapper);
  SecretSealer sealer(world.store, counting, world.sealing.cipher);
  world.versions.open_by([&](const Version& version) { return sealer.open(version); });
  const auto wanted = assigned("1.0.0", 1);
  std::vector<std::shared_ptr<RecordingStream>> streams;
  std::vector<Assignment> all;
  for (int i = 0; i < 1000; ++i) {
    auto one = wanted;
    one.instance = InstanceId("i-" + std::to_string(i));
    streams.push_back(std::make_shared<RecordingStream>());
    world.streams.open(one.instance, streams.back(), [] { return std::vector<Assignment>(); });
    all.push_back(std::move(one));
  }
  world.streams.assigned(all, AssignMode::Deliver, {});
  for (const auto& stream : streams) {
    ASSERT_EQ(stream->frames.size(), 1u);
    EXPECT_TRUE(stream->frames[0].contains("canary-4711"));
  }
  EXPECT_EQ(counting.unwrapped, 1);
}

TEST_F(SecretsOverHttp, WhatInstancesSayIsShownWithoutTheirSecrets) {
  const auto started = world.post("/api/v1/deployments",
                                  R"({"configName":"pay.production","configVersion":"1.0.0"})");
  ASSERT_EQ(started.status, 202) << *started.response.body;
  world.runner.run_due();
  const auto beat = world.ask(world.request(
      Method::Post, "/api/v1/instances/" + member.id + "/heartbeat", member.token,
      R"({"sequence":1,"observed":{"pay.production":{"version":"1.0.0","generation":1,)"
      R"("state":"rejected","error":"no login with canary-4711"}},)"
      R"("logs":[{"level":"error","message":"canary-4711 is wrong"}]})"));
  ASSERT_EQ(beat.status, 200) << *beat.response.body;
  world.runner.run_due();
  const auto seen = world.get("/api/v1/instances/" + member.id);
  EXPECT_TRUE(seen.response.body->contains("no login with •••")) << *seen.response.body;
  EXPECT_TRUE(seen.response.body->contains("••• is wrong")) << *seen.response.body;
  EXPECT_FALSE(seen.response.body->contains("canary"));
  const auto events = world.get("/api/v1/deployments/" + started.text("id") + "/events");
  if (events.response.body) EXPECT_FALSE(events.response.body->contains("canary"));
}

TEST_F(SecretsOverHttp, OverPlainHttpFromElsewhereTheyAreWithheldAndNothingElse) {
  world.upload("1.1.0", R"({"a":3})");
  ASSERT_EQ(
      world
          .post("/api/v1/deployments", R"({"configName":"pay.production","configVersion":"1.0.0"})")
          .status,
      202);
  world.runner.run_due();
  auto poll =
      world.request(Method::Get, "/api/v1/instances/" + member.id + "/configs", member.token);
  EXPECT_TRUE(world.ask(poll).response.body->contains("canary"));
  poll.peer = "203.0.113.7:5000";
  EXPECT_EQ(*world.ask(poll).response.body, R"({"configs":[]})");
  poll.tls = true;
  EXPECT_TRUE(world.ask(poll).response.body->contains("canary"));

  const auto seen = std::make_shared<RecordingStream>();
  world.streams.open(InstanceId(member.id), secret_free(seen, world.logger, member.id),
                     [this] { return std::vector{assigned("1.0.0", 1)}; });
  EXPECT_TRUE(seen->frames.empty());
  world.streams.assigned({assigned("1.1.0", 2)}, AssignMode::Deliver, {});
  EXPECT_EQ(seen->frames.size(), 1u);
}

struct Referred : SecretsOverHttp {
  ScriptedProvider provider;
  SecretResolver resolver{{world.store, world.committer, world.sealing.sealer, world.clock,
                           world.logger, world.metrics, SecretProviders{{"mem", &provider}}}};
  std::shared_ptr<RecordingStream> stream = std::make_shared<RecordingStream>();

  void SetUp() override {
    SecretsOverHttp::SetUp();
    world.upload("2.0.0", R"({"key":{"type":"secret","ref":"mem:a"}})");
    world.streams.frames().resolve_by([this](const VersionName& version, json::Value document) {
      return resolver.resolve(version, std::move(document));
    });
    resolver.on_changed([this](const VersionName& version) {
      world.streams.frames().forget(version);
      world.streams.deliver_again({assigned("2.0.0", 1)});
    });
  }
  void opens() {
    world.streams.open(InstanceId(member.id), stream,
                       [this] { return std::vector{assigned("2.0.0", 1)}; });
  }
};

TEST_F(Referred, AChangedValueIsSentAgainUnderTheSameGeneration) {
  opens();
  ASSERT_EQ(stream->frames.size(), 1u);
  EXPECT_TRUE(stream->frames[0].contains("first-canary")) << stream->frames[0];
  EXPECT_TRUE(stream->frames[0].contains(R"("secrets":1)"));
  const auto before = desired_etag(world.streams.frames(), {assigned("2.0.0", 1)});
  provider.value = "second-canary";
  world.clock.advance(std::chrono::seconds(10));
  resolver.refresh();
  ASSERT_EQ(stream->frames.size(), 2u);
  EXPECT_TRUE(stream->frames[1].starts_with("event: config\nid: 1\n")) << stream->frames[1];
  EXPECT_TRUE(stream->frames[1].contains("second-canary"));
  EXPECT_TRUE(stream->frames[1].contains(R"("secrets":2)"));
  EXPECT_NE(desired_etag(world.streams.frames(), {assigned("2.0.0", 1)}), before);
}

TEST_F(Referred, WithoutTheValueNothingIsSentUntilItCanBeHad) {
  provider.value.clear();
  opens();
  EXPECT_TRUE(stream->frames.empty()) << "the instance keeps what it has";
  const auto text = desired_text(world.streams.frames(), {assigned("2.0.0", 1)});
  EXPECT_EQ(text.value(), "[]") << "and may register all the same";
  provider.value = "first-canary";
  world.clock.advance(SecretResolver::kRetryFirst);
  resolver.refresh();
  ASSERT_EQ(stream->frames.size(), 1u);
  EXPECT_TRUE(stream->frames[0].contains("first-canary"));
}

TEST_F(Referred, AreReadInTheTraceOfWhoeverToldTheInstance) {
  const std::string root = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  hotswap::testing::MemoryTracer tracer(world.clock);
  world.streams.frames().trace_by(tracer, [&](const ProfileName&, std::uint64_t generation) {
    return generation == 1 ? root : std::string();
  });
  opens();
  ASSERT_EQ(stream->frames.size(), 1u);
  EXPECT_EQ(provider.traces, std::vector{root});
  world.clock.advance(std::chrono::seconds(10));
  resolver.refresh();
  EXPECT_EQ(provider.traces.back(), "") << "whether it has changed is asked for nobody";
}

}  // namespace
}  // namespace hotswap::api::testing
