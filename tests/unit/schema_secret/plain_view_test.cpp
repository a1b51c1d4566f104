#include "domain/secret/plain_view.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap {
namespace {

json::Value parsed(std::string_view text) { return json::parse(text).value(); }

TEST(SecretMarker, IsTypeSecretBesideAValueOrAReferenceAndNothingElse) {
  for (const char* text :
       {R"({"type":"secret","value":"s"})", R"({"value":7,"type":"secret"})",
        R"({"type":"secret","value":null})", R"({"type":"secret","ref":"vault:secret/data/p#k"})",
        R"({"type":"secret","masked":true,"fingerprint":"ab12"})",
        R"({"type":"secret","masked":true})", R"({"type":"secret","value":{"any":"JSON"}})",
        R"({"type":"secret","value":[1]})",
        R"({"type":"secret","sealed":"AAAA","fingerprint":"ab12"})"})
    EXPECT_TRUE(is_secret_marker(parsed(text))) << text;
}

TEST(SecretMarker, LeavesPlainDataAlone) {
  for (const char* text :
       {R"({"type":"secret"})", R"({"type":"secret","ref":7})",
        R"({"type":"secret","sealed":"AAAA"})",
        R"({"type":"secret","sealed":7,"fingerprint":"ab12"})",
        R"({"type":"secret","value":"s","ref":"r"})",
        R"({"type":"secret","name":"tls","mountPath":"/etc/tls"})",
        R"({"type":"secret","value":"s","note":"x"})", R"({"type":"Secret","value":"s"})",
        R"({"type":"secret","masked":false})", R"({"type":"secret","masked":true,"value":"s"})",
        R"({"type":"secret","masked":true,"fingerprint":7})", R"(["type","secret"])",
        R"("secret")"})
    EXPECT_FALSE(is_secret_marker(parsed(text))) << text;
}

TEST(PlainView, OfADocumentWithoutSecretsIsNothing) {
  EXPECT_FALSE(plain_view(parsed(R"({"a":[1,{"type":"secret","name":"volume"}],"b":"x"})")));
  // The place of a secret is inside a document.
  EXPECT_FALSE(plain_view(parsed(R"({"type":"secret","value":"s"})")));
}

TEST(PlainView, ShowsThePlainValueInTheMarkersPlace) {
  const auto view = plain_view(parsed(
      R"({"user":"app","password":{"type":"secret","value":"s3"},
          "pins":[1,{"type":"secret","value":4711}],"deep":{"k":{"type":"secret","value":null}}})"));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->document,
            parsed(R"({"user":"app","password":"s3","pins":[1,4711],"deep":{"k":null}})"));
  EXPECT_EQ(view->secret.size(), 3u);
  EXPECT_TRUE(view->secret.contains(view->document.find("password")));
  EXPECT_TRUE(view->secret.contains(&(*view->document.find("pins")->as_array())[1]));
  EXPECT_TRUE(view->secret.contains(view->document.find("deep")->find("k")));
  EXPECT_TRUE(view->unknown.empty());
}

TEST(PlainView, AReferenceIsAStringNobodyKnowsYet) {
  const auto view = plain_view(
      parsed(R"({"a":{"type":"secret","ref":"vault:x#y"},"b":{"type":"secret","masked":true}})"));
  ASSERT_TRUE(view);
  for (const char* name : {"a", "b"}) {
    const json::Value* value = view->document.find(name);
    EXPECT_TRUE(value->as_string());
    EXPECT_TRUE(view->secret.contains(value));
    EXPECT_TRUE(view->unknown.contains(value));
  }
}

TEST(PlainView, AllOfASecretThatIsADocumentStaysUnseen) {
  const auto view =
      plain_view(parsed(R"({"db":{"type":"secret","value":{"user":"u","ports":[1,2]}},"a":1})"));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->document, parsed(R"({"db":{"user":"u","ports":[1,2]},"a":1})"));
  EXPECT_EQ(view->secret.size(), 5u);
  EXPECT_TRUE(view->secret.contains(view->document.find("db")->find("user")));
  EXPECT_FALSE(view->secret.contains(view->document.find("a")));
}

TEST(PlainView, OfWhatIsSealedNothingIsKnown) {
  const auto view =
      plain_view(parsed(R"({"a":{"type":"secret","sealed":"AAAA","fingerprint":"ab12"}})"));
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->unknown.contains(view->document.find("a")));
}

TEST(PlainView, AddressesOutliveAMove) {
  auto view = plain_view(parsed(R"({"a":{"type":"secret","value":"s"}})"));
  const PlainView moved = std::move(*view);
  EXPECT_TRUE(moved.secret.contains(moved.document.find("a")));
}

}  // namespace
}  // namespace hotswap
