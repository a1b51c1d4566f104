#include "domain/secret/sealed.hpp"

#include <gtest/gtest.h>

#include <set>

#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/marker.hpp"
#include "domain/secret/mask.hpp"
#include "domain/secret/uploaded.hpp"

namespace hotswap {
namespace {

json::Value parsed(std::string_view text) { return json::parse(text).value(); }
const ProfileName kPay("pay.production");
const ProfileName kOther("other.production");
const std::string kKey(32, 'k');

TEST(Fingerprint, tells_equal_from_different_within_a_profile_only) {
  const auto print = [](const ProfileName& profile, std::string_view value) {
    return fingerprint_of(kKey, profile, parsed(value));
  };
  EXPECT_EQ(print(kPay, R"("hunter2")"), print(kPay, R"("hunter2")"));
  EXPECT_EQ(print(kPay, R"({"a":1,"b":2})"), print(kPay, R"({"b":2,"a":1.0})"));
  EXPECT_NE(print(kPay, R"("hunter2")"), print(kPay, R"("hunter3")"));
  EXPECT_NE(print(kPay, R"("7")"), print(kPay, "7"));
  EXPECT_NE(print(kPay, R"("hunter2")"), print(kOther, R"("hunter2")"));
  EXPECT_NE(print(kPay, R"("x")"), fingerprint_of("another key", kPay, parsed(R"("x")")));
  EXPECT_EQ(print(kPay, "null").size(), 32U);
}

TEST(SealingContext, no_two_places_have_the_same) {
  std::set<std::string> seen;
  for (const auto* profile : {"a", "ab", "a1"})
    for (const auto* number : {"1.0.0", "11.0.0", "1.0.0-b"})
      for (const auto* pointer : {"", "/b", "/b/c", "/1", "0/b"})
        seen.insert(sealing_context(ProfileName(profile), SemVer::parse(number).value(), pointer));
  EXPECT_EQ(seen.size(), 45U);
}

TEST(ContentHash, covers_a_sealed_secret_by_its_fingerprint_and_not_by_its_sealing) {
  const auto with = [](std::string_view sealed, std::string_view print) {
    return content_hash(json::Object{{"k", sealed_marker(sealed, print)}, {"a", 1}});
  };
  EXPECT_EQ(with("AAAA", "f1"), with("BBBB", "f1"));
  EXPECT_NE(with("AAAA", "f1"), with("AAAA", "f2"));
  EXPECT_EQ(with("AAAA", "f1"), sha256_hex(R"({"a":1,"k":{"fingerprint":"f1","type":"secret"}})"));
}

TEST(ContentHash, of_a_document_without_secrets_is_that_of_its_canonical_form) {
  const auto document = parsed(R"({"b":1.0,"a":{"type":"secret","name":"volume"}})");
  EXPECT_EQ(content_hash(document), sha256_hex(json::canonical(document)));
}

TEST(ReplaceSecrets, finds_every_place_by_its_pointer_and_looks_into_none) {
  std::vector<std::string> places;
  const auto document = parsed(
      R"({"a/b":{"type":"secret","value":{"deep":{"type":"secret","value":1}}},
          "l":[0,{"type":"secret","ref":"vault:x"},[{"type":"secret","value":null}]]})");
  const auto replaced = replace_secrets(
      document, [&](const std::string& pointer, const json::Value&) -> Result<json::Value> {
        places.push_back(pointer);
        return json::Value("*");
      });
  EXPECT_EQ(places, (std::vector<std::string>{"/a~1b", "/l/1", "/l/2/0"}));
  EXPECT_EQ(*replaced, parsed(R"({"a/b":"*","l":[0,"*",["*"]]})"));
}

TEST(Masked, shows_the_fingerprint_of_what_is_sealed_and_nothing_else) {
  const auto seen = masked(json::Object{{"k", sealed_marker("c2VhbGVk", "f1")}});
  EXPECT_EQ(json::write(seen), R"({"k":{"type":"secret","masked":true,"fingerprint":"f1"}})");
}

TEST(MaskedDiff, a_secret_that_was_sealed_anew_has_not_changed) {
  const json::Value one = json::Object{{"k", sealed_marker("AAAA", "f1")}};
  const json::Value again = json::Object{{"k", sealed_marker("BBBB", "f1")}};
  const json::Value other = json::Object{{"k", sealed_marker("CCCC", "f2")}};
  EXPECT_TRUE(masked_diff(one, again).changes.empty());
  const auto changes = masked_diff(one, other).changes;
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].path, "$.k");
  EXPECT_EQ(json::write(changes[0].from), R"({"type":"secret","masked":true,"fingerprint":"f1"})");
  EXPECT_EQ(json::write(changes[0].to), R"({"type":"secret","masked":true,"fingerprint":"f2"})");
  // As read by people: the same.
  EXPECT_EQ(masked_diff(masked(one), masked(other)).changes.size(), 1U);
}

TEST(MaskedDiff, a_change_inside_a_secret_that_is_a_document_is_one_change_of_the_secret) {
  const auto from = parsed(R"({"k":{"type":"secret","value":{"user":"canary-a","port":1}}})");
  const auto to = parsed(R"({"k":{"type":"secret","value":{"user":"canary-b","port":1}}})");
  const auto changes = masked_diff(from, to).changes;
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_FALSE((json::write(changes[0].from) + json::write(changes[0].to)).contains("canary"));
}

TEST(SecretTexts, are_found_in_secrets_that_are_documents) {
  const auto texts = secret_texts(
      parsed(R"({"k":{"type":"secret","value":{"a":["first-one",{"b":123456}],"c":"x"}}})"));
  EXPECT_EQ(texts.size(), 2U);
  EXPECT_EQ(without_secrets("login first-one failed (123456)", texts), "login ••• failed (•••)");
}

TEST(UploadedSecrets, are_found_wherever_they_are) {
  EXPECT_FALSE(uploaded_secrets(parsed(R"({"a":[{"type":"secret","name":"volume"}]})")).value());
  for (const auto* text : {R"({"a":[[{"type":"secret","value":{"type":"secret"}}]]})",
                           R"({"a":{"type":"secret","ref":"vault:x#y"}})"})
    EXPECT_TRUE(uploaded_secrets(parsed(text)).value()) << text;
}

TEST(UploadedSecrets, what_would_be_stored_in_plain_sight_or_is_none_is_refused_with_its_place) {
  for (const auto* bad :
       {R"({"type":"secret","value":"canary","note":"x"})", R"({"type":"secret","masked":true})",
        R"({"type":"secret","masked":true,"fingerprint":"f"})",
        R"({"type":"secret","sealed":"AAAA","fingerprint":"f"})",
        R"({"type":"secret","value":"canary","ref":"vault:x"})"}) {
    const auto refused =
        uploaded_secrets(parsed(R"({"list":[1,{"odd key":)" + std::string(bad) + "}]}"));
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().reason, "secret.invalid");
    ASSERT_EQ(refused.error().fields.size(), 1U) << bad;
    EXPECT_EQ(refused.error().fields[0].path, "$.list[1]['odd key']");
    EXPECT_FALSE(refused.error().detail.contains("canary"));
  }
  EXPECT_EQ(uploaded_secrets(parsed(R"({"type":"secret","value":"s"})")).error().reason,
            "secret.invalid");
}

}  // namespace
}  // namespace hotswap
