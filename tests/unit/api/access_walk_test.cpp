// Every route by every role against the one matrix, and the OpenAPI document against the table.
#include "api/resources/documents.hpp"
#include "api/resources/routes.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

/// The pattern with something in its places.
std::string filled(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') {
      out += pattern[i];
      continue;
    }
    out += "x";
    i = pattern.find('}', i);
  }
  return out;
}

Request call(World& world, const Route& route, const std::string& token) {
  auto request = world.request(route.method, filled(route.pattern), token);
  if (route.body != BodyKind::None) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = "{}";
  }
  return request;
}

std::string token_of(const World& world, Role role) {
  if (role != Role::Instance) return world.token(role);
  // Routes of one instance are asked about instance `x`, those of one service about `x` in `x`.
  return world.tokens.mint_instance(InstanceId("x"), ServiceName("x"), "x");
}

TEST(AccessWalk, EveryRouteByEveryRoleFollowsTheMatrix) {
  World world;
  for (const auto& route : routes()) {
    for (const auto role : kRoles) {
      world.clock.advance(std::chrono::seconds(2));  // one of the routes revokes instance `x`
      const auto answer = world.ask(call(world, route, token_of(world, role)));
      const bool may = !route.action || allowed(role, *route.action);
      EXPECT_EQ(answer.status == 403, !may) << to_string(role) << " " << to_string(route.method)
                                            << " " << route.pattern << " gave " << answer.status;
      EXPECT_NE(answer.status, 401);
      EXPECT_LT(answer.status, 500) << to_string(route.method) << " " << route.pattern;
    }
  }
}

TEST(AccessWalk, StrangersGetTheSameRefusalEverywhere) {
  World world;
  std::string detail;
  for (const auto& route : routes()) {
    for (const auto& token : {std::string(), std::string("a.b.c"), std::string(9000, 'a')}) {
      const auto answer = world.ask(call(world, route, token));
      EXPECT_EQ(answer.status == 401, route.action.has_value()) << route.pattern;
      if (!route.action) continue;
      EXPECT_FALSE(answer.header("WWW-Authenticate").empty());
      if (detail.empty()) detail = answer.text("detail");
      EXPECT_EQ(answer.text("detail"), detail);
    }
  }
  EXPECT_EQ(world.ask(world.request(Method::Get, "/api/v1/nothing", "")).status, 401);
}

TEST(AccessWalk, AnInstanceSpeaksForItselfOnly) {
  World world;
  world.make_profile();
  const auto one = world.join("one");
  const auto other = world.join("other");
  for (const auto* what : {"/stream", "/configs"}) {
    const auto target = "/api/v1/instances/" + one.id + what;
    EXPECT_EQ(world.ask(world.request(Method::Get, target, other.token)).status, 403);
  }
  const auto beat =
      world.request(Method::Post, "/api/v1/instances/" + one.id + "/heartbeat", other.token, "{}");
  EXPECT_EQ(world.ask(beat).status, 403);
  EXPECT_EQ(
      world.ask(world.request(Method::Delete, "/api/v1/instances/" + one.id, other.token)).status,
      403);
  const auto taken =
      world.request(Method::Post, "/api/v1/instances", other.token,
                    R"({"id":")" + one.id + R"(","serviceName":"pay","environment":"Production"})");
  EXPECT_EQ(world.ask(taken).text("reason"), "instance.other");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(c));
  return out;
}

TEST(OpenApi, NamesExactlyTheRoutesOfTheTable) {
  std::set<std::string> documented, routed;
  const auto& paths = *openapi_document().find("paths")->as_object();
  for (const auto& [path, methods] : paths) {
    for (const auto& [method, operation] : *methods.as_object()) {
      if (method != "parameters") documented.insert(method + " " + path);
    }
  }
  for (const auto& route : routes()) {
    routed.insert(lower(to_string(route.method)) + " " + std::string(route.pattern));
  }
  EXPECT_EQ(documented, routed);
}

TEST(OpenApi, NamesExactlyTheQueryParametersOfEveryRoute) {
  for (const auto& route : routes()) {
    const auto* operation =
        openapi_document().find("paths")->find(route.pattern)->find(lower(to_string(route.method)));
    ASSERT_NE(operation, nullptr) << route.pattern;
    std::set<std::string> documented, known;
    if (const auto* parameters = operation->find("parameters")) {
      for (const auto& parameter : *parameters->as_array()) {
        const auto* where = parameter.find("in");
        if (where && *where->as_string() == "query") {
          documented.insert(*parameter.find("name")->as_string());
        }
      }
    }
    std::istringstream words{std::string(route.query)};
    for (std::string word; words >> word;) known.insert(word);
    EXPECT_EQ(documented, known) << route.pattern;
    EXPECT_EQ(operation->find("requestBody") != nullptr, route.body != BodyKind::None)
        << route.pattern;
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  const std::function<void(const json::Value&)> walk = [&](const json::Value& value) {
    if (const auto* reference = value.find("$ref")) {
      const auto* at = &openapi_document();
      std::istringstream parts(std::string(reference->as_string()->substr(2)));
      for (std::string part; at && std::getline(parts, part, '/');) at = at->find(part);
      EXPECT_NE(at, nullptr) << *reference->as_string();
    }
    if (const auto* object = value.as_object()) {
      for (const auto& [name, member] : *object) walk(member);
    }
    if (const auto* items = value.as_array()) {
      for (const auto& item : *items) walk(item);
    }
  };
  walk(openapi_document());
}

TEST(Documents, AreServedToEverybody) {
  World world;
  const auto document = world.ask(world.request(Method::Get, "/openapi.json", ""));
  EXPECT_EQ(document.text("openapi"), "3.1.0");
  const auto docs = world.ask(world.request(Method::Get, "/docs", ""));
  EXPECT_TRUE(docs.response.body->contains("/api/v1/configs/{name}/rollback"));
  const auto errors = world.ask(world.request(Method::Get, "/docs/errors", ""));
  EXPECT_TRUE(errors.response.body->contains("id=\"deployment.already_active\""));
}

}  // namespace
}  // namespace hotswap::api::testing
