#include "cli/contexts/contexts.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

json::Value value(std::string_view text) { return json::parse(text).value(); }

const Contexts kTwo{
    .current = "dev",
    .all = {{"dev", {.server = "http://dev", .token = "dev-token"}},
            {"prod",
             {.server = "https://prod", .token_file = "/run/token", .ca_file = "/etc/ca.pem"}}}};

TEST(ContextsFile, reads_what_it_writes) {
  const auto back = contexts_from(contexts_json(kTwo));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->current, "dev");
  EXPECT_EQ(back->all.at("prod").server, "https://prod");
  EXPECT_EQ(back->all.at("prod").token_file, "/run/token");
  EXPECT_EQ(back->all.at("prod").ca_file, "/etc/ca.pem");
  EXPECT_EQ(back->all.at("dev").token, "dev-token");
}

TEST(ContextsFile, an_empty_one_has_none) {
  EXPECT_TRUE(contexts_from(json::Value())->all.empty());
  EXPECT_TRUE(contexts_from(value(R"({"contexts":null})"))->all.empty());
}

TEST(ContextsFile, every_mistake_is_told_with_its_place_and_what_was_meant) {
  const auto bad = contexts_from(value(
      R"({"curent":"x","contexts":{"a":{"server":1,"tokn":"t"},
        "b":{"tokenFile":"f"},"c":"http://c"}})"));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "contexts.invalid");
  std::map<std::string, std::string> told;
  for (const auto& field : bad.error().fields) told[field.path] += field.message;
  EXPECT_EQ(told["$.curent"], "no such key; did you mean current?");
  EXPECT_EQ(told["$.contexts.a.tokn"], "no such key; did you mean token?");
  EXPECT_TRUE(told["$.contexts.a.server"].contains("must be text"));
  EXPECT_EQ(told["$.contexts.b.server"], "is missing");
  EXPECT_TRUE(told.contains("$.contexts.c"));
}

TEST(ContextsFile, the_current_one_must_be_there) {
  const auto bad = contexts_from(value(R"({"current":"x","contexts":{}})"));
  ASSERT_FALSE(bad);
  EXPECT_TRUE(bad.error().detail.contains("$.current")) << bad.error().detail;
}

TEST(ContextsFile, says_whether_it_holds_tokens) {
  EXPECT_TRUE(kTwo.holds_tokens());
  EXPECT_FALSE(
      (Contexts{.current = {}, .all = {{"a", {.server = "s", .token_file = "f"}}}}).holds_tokens());
}

TEST(Connection, without_a_word_it_is_the_server_of_this_machine) {
  const auto out = connection_of({}, {}, {}).value();
  EXPECT_EQ(out.server.value, kDefaultServer);
  EXPECT_EQ(out.server.source, "default");
  EXPECT_TRUE(out.token.value.empty());
}

TEST(Connection, flag_wins_over_environment_over_context) {
  auto out = connection_of({}, {}, kTwo).value();
  EXPECT_EQ(out.server.value, "http://dev");
  EXPECT_EQ(out.server.source, "context dev");
  EXPECT_EQ(out.token.value, "dev-token");
  out = connection_of({}, {.context = "prod"}, kTwo).value();
  EXPECT_EQ(out.server.value, "https://prod");
  EXPECT_EQ(out.token_file.value, "/run/token");
  EXPECT_EQ(out.ca_file.source, "context prod");
  out = connection_of({.context = "dev"}, {.context = "prod"}, kTwo).value();
  EXPECT_EQ(out.context.source, "--context");
  EXPECT_EQ(out.server.value, "http://dev");
  out = connection_of({.server = "http://flag"}, {.server = "http://env"}, kTwo).value();
  EXPECT_EQ(out.server.source, "--server");
}

TEST(Connection, of_token_and_file_the_nearer_word_counts) {
  const auto out = connection_of({.token_file = "mine"}, {.token = "env"}, kTwo).value();
  EXPECT_EQ(out.token_file.value, "mine");
  EXPECT_TRUE(out.token.value.empty());
  const auto other = connection_of({}, {.token = "env"}, kTwo).value();
  EXPECT_EQ(other.token.value, "env");
  EXPECT_EQ(other.token.source, "HOTSWAP_TOKEN");
}

TEST(Connection, a_contexts_token_never_goes_to_another_server) {
  const auto out = connection_of({.server = "http://elsewhere"}, {}, kTwo).value();
  EXPECT_TRUE(out.token.value.empty());
  EXPECT_TRUE(out.token_file.value.empty());
  EXPECT_TRUE(out.ca_file.value.empty());
  EXPECT_EQ(connection_of({.server = "http://dev"}, {}, kTwo).value().token.value, "dev-token");
}

TEST(Connection, a_context_that_is_not_there_is_told_with_those_that_are) {
  const auto bad = connection_of({.context = "staging"}, {}, kTwo);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "context.not_found");
  EXPECT_TRUE(bad.error().detail.contains("dev, prod")) << bad.error().detail;
  EXPECT_TRUE(connection_of({.context = "x"}, {}, {}).error().detail.contains("context set"));
}

TEST(TokenTrouble, an_expired_one_says_since_when) {
  // {"alg":"HS256"} . {"exp":1000,"sub":"ann"} . a signature
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDAsInN1YiI6ImFubiJ9.c2ln";
  EXPECT_EQ(token_trouble(token, 1000 + 7200), "the token expired 2h ago");
  EXPECT_EQ(token_trouble(token, 999), std::nullopt);
}

TEST(TokenTrouble, one_that_is_not_valid_yet_says_from_when) {
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJuYmYiOjIwMDB9.c2ln";  // {"nbf":2000}
  EXPECT_EQ(token_trouble(token, 1940), "the token is not valid before 1m from now");
}

TEST(TokenTrouble, what_is_no_token_is_told) {
  EXPECT_TRUE(token_trouble("hello", 0)->contains("no JWT"));
  EXPECT_TRUE(token_trouble("a.b.c.d", 0)->contains("no JWT"));
  EXPECT_TRUE(token_trouble("a.!!.c", 0)->contains("cannot be read"));
  EXPECT_TRUE(token_trouble("a.bnVsbA.c", 0)->contains("cannot be read"));
}

TEST(MaskedToken, shows_too_little_to_use_it) {
  EXPECT_EQ(masked_token("eyJhbGciOiJIUzI1NiJ9"), "eyJh… (20 characters)");
  EXPECT_EQ(masked_token("abc"), "… (3 characters)");
  EXPECT_EQ(masked_token(""), "");
}

}  // namespace
}  // namespace hotswap::cli
