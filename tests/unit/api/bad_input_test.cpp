// Bad input is answered by a problem that names the place and the remedy, and changes nothing.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

struct BadInput : ::testing::Test {
  World world;
  void SetUp() override { world.make_profile(); }

  /// The answer to a body that must change nothing.
  Answer refused(const std::string& target, const std::string& body) {
    const auto before = world.store.commits();
    auto answer = world.post(target, body);
    EXPECT_EQ(world.store.commits(), before) << body.substr(0, 200);
    EXPECT_EQ(answer.response.content_type, "application/problem+json");
    EXPECT_FALSE(answer.text("detail").empty());
    EXPECT_FALSE(answer.text("traceId").empty());
    return answer;
  }
  Answer refused_version(const std::string& body) {
    return refused("/api/v1/configs/pay.production/versions", body);
  }
};
using Paths = std::vector<std::string>;

TEST_F(BadInput, WrongSemanticVersion) {
  for (const auto* number : {"1", "1.2", "01.2.3", "1.2.3-", "v1.2.3", "", "1.2.3.4"}) {
    const auto answer =
        refused_version(R"({"version":")" + std::string(number) + R"(","data":{}})");
    EXPECT_EQ(answer.status, 422) << number;
    EXPECT_EQ(answer.paths(), Paths{"$.version"}) << number;
  }
  EXPECT_EQ(refused("/api/v1/configs/pay.production/versions?version=x", "{}").paths(),
            Paths{"?version"});
}

TEST_F(BadInput, UnknownEnvironmentAndFieldsAllAtOnce) {
  const auto answer =
      refused("/api/v1/configs", R"({"name":"Bad Name","serviceName":"pay","environment":"Prod",)"
                                 R"("strategi":"Canary"})");
  EXPECT_EQ(answer.status, 422);
  auto paths = answer.paths();
  std::ranges::sort(paths);
  EXPECT_EQ(paths, (Paths{"$.environment", "$.name", "$.strategi"}));
}

TEST_F(BadInput, DuplicateName) {
  const auto answer =
      world.post("/api/v1/configs", R"({"name":"pay.production",)"
                                    R"("serviceName":"pay","environment":"Staging"})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.text("reason"), "config.exists");
  EXPECT_EQ(world.get("/api/v1/configs/pay.production").text("environment"), "Production");
}

TEST_F(BadInput, TextThatIsNoJson) {
  const std::string bomb(100000, '[');
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"{", "json.malformed"},
      {"\xef\xbb\xbf{}", "json.malformed"},
      {"{\"version\":\"\xff\"}", "json.malformed"},
      {R"({"version":"1.0.0","data":{"a":1,"a":2}})", "json.duplicate_name"},
      {bomb, "json.too_deep"},
      {R"({"version":"1.0.0","data":{"a":"\ud800"}})", "json.malformed"},
      {R"({"version":"1.0.0","data":{"a":NaN}})", "json.malformed"}};
  for (const auto& [body, reason] : bad) {
    const auto answer = refused_version(body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 60);
    EXPECT_EQ(answer.text("reason"), reason) << body.substr(0, 60);
  }
}

TEST_F(BadInput, DocumentsBeyondOneMebibyte) {
  const auto answer =
      refused_version(R"({"version":"1.0.0","data":{"a":")" + std::string(1 << 20, 'x') + R"("}})");
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(answer.text("detail").contains("1048576"));
}

TEST_F(BadInput, DocumentsThatAreNoObject) {
  for (const auto* data : {"1", "[]", "null", "\"text\""}) {
    const auto answer = refused_version(R"({"version":"1.0.0","data":)" + std::string(data) + "}");
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.paths(), Paths{"$.data"});
  }
}

TEST_F(BadInput, EnvelopesThatLackOrDoubleSomething) {
  EXPECT_EQ(refused_version(R"({"version":"1.0.0"})").paths(), Paths{"$.data"});
  EXPECT_EQ(refused_version(R"({"data":{}})").paths(), Paths{"$.version"});
  EXPECT_EQ(refused_version(R"({"version":"1.0.0","bump":"patch","data":{}})").status, 422);
  EXPECT_EQ(refused_version(R"({"bump":"huge","data":{}})").paths(), Paths{"$.bump"});
  EXPECT_EQ(refused_version(R"({"version":"1.0.0","data":{},"vresion":1})").paths(),
            Paths{"$.vresion"});
}

TEST_F(BadInput, ForeignContentTypes) {
  auto request = world.request(Method::Post, "/api/v1/configs", world.token(Role::Admin), "{}");
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", ""}) {
    request.headers.back().value = type;
    EXPECT_EQ(world.ask(request).status, 415);
  }
}

TEST_F(BadInput, ParametersAndMethodsThatDoNotExist) {
  EXPECT_EQ(world.get("/api/v1/configs?limit=abc").paths(), Paths{"?limit"});
  EXPECT_EQ(world.get("/api/v1/configs?offset=3").paths(), Paths{"?offset"});
  EXPECT_EQ(world.get("/api/v1/configs?cursor=garbage").text("reason"), "cursor.invalid");
  EXPECT_EQ(world.get("/api/v1/deployments?state=running").paths(), Paths{"?state"});
  EXPECT_EQ(world.get("/api/v1/instances?label=x").paths(), Paths{"?label"});
  const auto method = world.ask(Role::Admin, Method::Put, "/api/v1/configs");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.header("Allow"), "POST, GET, HEAD");
  for (const auto* later : {"/api/v1/secrets/all", "/api/v1/clusters"}) {
    EXPECT_EQ(world.get(later).status, 404);
  }
}

TEST_F(BadInput, RegistrationsOfSchemas) {
  const struct {
    const char* body;
    Paths paths;
  } table[] = {
      {"[]", {"$"}},
      {"{}", {"$.name", "$.schema"}},
      {R"({"name":"Bad Name","schema":{}})", {"$.name"}},
      {R"({"name":"","schema":{}})", {"$.name"}},
      {R"({"name":7,"schema":{}})", {"$.name"}},
      {R"({"name":"a","schema":"text"})", {"$.schema"}},
      {R"({"name":"a","schema":null})", {"$.schema"}},
      {R"({"name":"a","schema":{},"version":"1.2"})", {"$.version"}},
      {R"({"name":"a","schema":{},"compatibility":"backward"})", {"$.compatibility"}},
      {R"({"name":"a","schema":{},"policy":"harsh"})", {"$.policy"}},
      {R"({"name":"a","schema":{},"formats":true})", {"$.formats"}},
      {R"({"name":"a","schema":{},"dryrun":true})", {"$.dryrun"}},
      {R"({"name":"a","schema":{"type":"integre"}})", {"$.schema.type", "$.schema.type"}},
      {R"({"name":"a","schema":{"properties":{"b":{"minimum":"1"}}}})",
       {"$.schema.properties.b.minimum"}},
      {R"({"name":"a","schema":{"items":{"$ref":"#/$defs/b"}}})", {"$.schema.items"}},
      {R"({"name":"a","schema":{"items":{"pattern":"("}}})", {"$.schema.items"}},
  };
  for (const auto& [body, paths] : table) {
    const auto answer = world.post("/api/v1/schemas", body);
    EXPECT_EQ(answer.status, 422) << body;
    EXPECT_EQ(answer.paths(), paths) << body;
  }
  EXPECT_EQ(world.get("/api/v1/schemas?state=approved").paths(), Paths{"?state"});
  EXPECT_EQ(world.get("/api/v1/schemas").body.find("items")->as_array()->size(), 0u);
}

TEST_F(BadInput, SchemasThatAreTooLargeOrHostile) {
  const auto registered = [&](const std::string& schema) {
    return world.post("/api/v1/schemas", R"({"name":"a","schema":)" + schema + "}");
  };
  const auto large = registered(R"({"description":")" + std::string(1 << 20, 'x') + R"("})");
  EXPECT_EQ(large.status, 413) << large.text("reason");
  EXPECT_EQ(registered(R"({"$ref":"#"})").text("reason"), "schema.endless");
  EXPECT_EQ(registered(R"({"$ref":"https://example.org/x.json"})").text("reason"),
            "schema.unresolved");
  EXPECT_EQ(registered(R"({"$schema":"https://example.org/mine"})").text("reason"),
            "schema.unknown_dialect");
  std::string deep = "true";
  for (int i = 0; i < 200; ++i) deep = R"({"not":)" + deep + "}";
  EXPECT_EQ(registered(deep).text("reason"), "json.too_deep");
}

TEST_F(BadInput, DecisionsWithoutWhatTheyAreBoundTo) {
  const std::string schema = "/api/v1/schemas/payments";
  ASSERT_EQ(world.post("/api/v1/schemas", R"({"name":"payments","schema":{}})").status, 201);
  for (const auto* verb : {"/approve", "/reject"}) {
    const auto nothing = world.post(schema + verb, "{}");
    EXPECT_EQ(nothing.paths(), (Paths{"$.version", "$.hash", "$.comment"}));
    const auto empty = world.post(schema + verb, R"({"version":"1.0","hash":"h","comment":""})");
    EXPECT_EQ(empty.paths(), (Paths{"$.version", "$.comment"}));
    const auto approved =
        world.post(schema + verb, R"({"version":"1.0.0","hash":"h","comment":"c"})");
    EXPECT_EQ(approved.status, 409);
  }
  EXPECT_EQ(world.post(schema + "/validate", "{}").paths(), Paths{"$.data"});
  EXPECT_EQ(world.post(schema + "/validate", R"({"data":1,"output":"loud"})").paths(),
            Paths{"$.output"});
  EXPECT_EQ(world.get(schema + "/versions/latest/impact").paths(), Paths{"{version}"});
  EXPECT_EQ(world.get(schema + "/versions/9.0.0").text("reason"), "schema.version_not_found");
  EXPECT_EQ(world.get(schema + "/versions/%5E9").status, 404);
  EXPECT_EQ(world.get(schema + "/versions/newest").paths(), Paths{"{version}"});
  EXPECT_EQ(world.get(schema + "/diff/1.0.0/%5E9").status, 404);
  EXPECT_EQ(world.get("/api/v1/schemas/none").text("reason"), "schema.not_found");
}

TEST_F(BadInput, SchemasOfProfilesAndInstances) {
  const auto linked = [&](const std::string& link) {
    return world.post("/api/v1/configs", R"({"name":"p","serviceName":"p","environment":"Staging")"
                                         R"(,"schemaId":")" +
                                             link + R"("})");
  };
  for (const auto* link : {"Bad Name", "payments@", "payments@x.y", "none@^1", "none"}) {
    const auto answer = linked(link);
    EXPECT_TRUE(answer.status == 422 || answer.status == 404) << link << answer.status;
  }
  const auto registered = world.post("/api/v1/instances",
                                     R"({"serviceName":"pay","environment":"Production","schemas":)"
                                     R"({"payments":"^1","Bad Name":"1.0.0","other":1}})");
  EXPECT_EQ(registered.paths(), (Paths{"$.schemas", "$.schemas", "$.schemas"}));
}

TEST_F(BadInput, HeartbeatsAndRegistrations) {
  const auto member = world.join("one");
  const auto beat = [&](const std::string& body) {
    return world
        .ask(world.request(Method::Post, "/api/v1/instances/" + member.id + "/heartbeat",
                           member.token, body))
        .paths();
  };
  EXPECT_EQ(beat(R"({"status":"fine"})"), Paths{"$.status"});
  EXPECT_EQ(beat(R"({"observed":{"pay.production":{"state":"done"}}})"),
            Paths{"$.observed['pay.production'].state"});
  EXPECT_EQ(beat(R"({"metrics":{"requests":1,"errors":2}})").size(), 1u);
  EXPECT_EQ(beat(R"({"observed":{"p":{"state":"applied","generation":-1}}})"),
            Paths{"$.observed.p.generation"});
  const auto registered =
      world.post("/api/v1/instances", R"({"serviceName":"Pay!","environment":"Live","port":70000,)"
                                      R"("healthUrl":"ftp://x","id":"a b"})");
  EXPECT_EQ(registered.status, 422);
  EXPECT_EQ(registered.paths().size(), 5u);
}

TEST_F(BadInput, AStoreThatIsAwayIsA503WithoutInternals) {
  world.store.set_down(true);
  const auto answer = world.get("/api/v1/configs");
  EXPECT_EQ(answer.status, 503);
  EXPECT_FALSE(answer.header("Retry-After").empty());
  EXPECT_EQ(world.ask(world.request(Method::Get, "/health/ready", "")).status, 503);
  EXPECT_EQ(world.ask(world.request(Method::Get, "/health/live", "")).status, 200);
}

}  // namespace
}  // namespace hotswap::api::testing
