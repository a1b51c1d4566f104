#pragma once
// The world of world.hpp with schemas: short ways to register, link, upload and decide.

#include "domain/json/parse.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {

inline const Caller kAuthor = caller_with(Role::Developer, "dora");
inline const Caller kOtherAdmin = caller_with(Role::Admin, "bob");

/// Pools of at most `max`.
inline std::string pool_schema(int max) {
  return R"({"type":"object","properties":{"pool":{"type":"integer","maximum":)" +
         std::to_string(max) + R"(}},"required":["pool"]})";
}
inline std::string pool(int size) { return R"({"pool":)" + std::to_string(size) + "}"; }

class SchemaWorld : public World {
 protected:
  static json::Value parsed(std::string_view text) {
    auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    return value ? std::move(*value) : json::Value();
  }

  static RegisterSchema request(const std::string& schema, const std::string& number = {},
                                const std::string& id = "payments") {
    RegisterSchema request;
    request.id = SchemaId(id);
    request.document = parsed(schema);
    if (!number.empty()) request.number = SemVer::parse(number).value();
    return request;
  }
  Result<RegisteredVersion> add(const std::string& schema, const std::string& number = {},
                                const std::string& id = "payments") {
    return node().schemas.add(kAuthor, request(schema, number, id));
  }
  /// That must succeed.
  SchemaVersion added(const std::string& schema, const std::string& number = {},
                      const std::string& id = "payments") {
    auto done = add(schema, number, id);
    EXPECT_TRUE(done) << done.error().reason << ' ' << done.error().detail;
    return done ? done->version : SchemaVersion{};
  }
  Result<SchemaVersion> decide(const SchemaVersion& version, bool approve,
                               const Caller& caller = kOtherAdmin) {
    return node().schemas.decide(
        caller, {version.schema, version.number, approve, version.hash, "looked at it"});
  }
  SchemaVersion stored(const std::string& number, const std::string& id = "payments") {
    return store_.schema_version(SchemaId(id), SemVer::parse(number).value()).value();
  }

  Result<Profile> create(const std::string& link, const std::string& name = "pay.production",
                         const std::string& environment = "Production") {
    auto draft = profile_draft_from_json(json::Object{
        {"name", name}, {"serviceName", "pay"}, {"environment", environment}, {"schemaId", link}});
    if (!draft) return std::unexpected(draft.error());
    return node().configs.create(kAdmin, std::move(*draft));
  }
  void link(const std::string& text, const std::string& name = "pay.production",
            const std::string& environment = "Production") {
    const auto made = create(text, name, environment);
    ASSERT_TRUE(made) << made.error().detail;
  }
  Result<Uploaded> put(const std::string& number, const std::string& document,
                       const std::string& name = "pay.production") {
    Upload upload;
    upload.number = SemVer::parse(number).value();
    upload.data = parsed(document);
    return node().configs.upload(kAdmin, ProfileName(name), std::move(upload));
  }
  void stored_version(const std::string& number, const std::string& document,
                      const std::string& name = "pay.production") {
    const auto done = put(number, document, name);
    ASSERT_TRUE(done) << done.error().detail;
  }

  void instance(const std::string& id, const std::string& built_for = {}) {
    Registration request;
    request.id = InstanceId(id);
    request.instance.service = ServiceName("pay");
    request.instance.environment = "Production";
    request.instance.hostname = id;
    if (!built_for.empty()) request.instance.schemas["payments"] = built_for;
    const auto done = node().fleet.register_instance(kAdmin, std::move(request));
    ASSERT_TRUE(done) << done.error().detail;
    ids_.insert(InstanceId(id));
  }
  Result<Deployment> deploy(const std::string& version, OnUnfit on_unfit = OnUnfit::Refuse,
                            bool force = false) {
    StartDeployment request;
    request.profile = ProfileName("pay.production");
    request.version = version;
    request.strategy = strategy_from_json(parsed(R"({"type":"Direct"})"), "$").value();
    request.on_unfit = on_unfit;
    request.force = force;
    return node().deployments.start(kAdmin, std::move(request));
  }
  /// Until the version is stable.
  void make_live(const std::string& version) {
    const auto started = deploy(version, OnUnfit::Refuse, true);
    ASSERT_TRUE(started) << started.error().detail;
    for (int i = 0; i < 60 && state(started->id) != "Succeeded"; ++i) {
      round();
      pass(std::chrono::seconds(30));
    }
    ASSERT_EQ(state(started->id), "Succeeded");
  }

  std::vector<TimelineEvent> events(const std::string& kind, const std::string& profile = {}) {
    auto all = store_.events({.profile = profile, .deployment = {}}, 0, 500).value();
    std::erase_if(all, [&](const TimelineEvent& event) { return event.kind != kind; });
    return all;
  }
  std::vector<AuditEntry> audit(const std::string& action) {
    AuditFilter filter;
    filter.action = action;
    return store_.audit(filter, {.limit = 100, .cursor = {}}).value().items;
  }
};

}  // namespace hotswap::testing
