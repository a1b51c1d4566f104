#include "domain/erasure/record.hpp"

#include <gtest/gtest.h>

#include "domain/json/write.hpp"

namespace hotswap::erasure {
namespace {

// RFC 7914, section 11, the first 32 bytes; and Python's hashlib.pbkdf2_hmac.
TEST(NameProof, is_pbkdf2) {
  EXPECT_EQ(prove("passwd", "salt", 1).hash,
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  EXPECT_EQ(prove("Ann Lee", "00000000-0000-4000-8000-000000000000", 20000).hash,
            "2fde3484defc4003f50c7d5ad9c21f2f8a268f308658b1c8a5aa98429ae7aec0");
}

TEST(NameProof, fits_its_name_alone) {
  const auto proof = prove("ann", "salt", 3);
  EXPECT_TRUE(fits(proof, "ann"));
  EXPECT_FALSE(fits(proof, "anna"));
  EXPECT_FALSE(fits(prove("ann", "other", 3), "bob"));
}

Erasure sample() {
  Erasure erasure;
  erasure.id = "12ab34cd";
  erasure.kind = Kind::Profile;
  erasure.reason = "request of a customer";
  erasure.by = "root";
  erasure.started = WallTime(std::chrono::seconds(1'700'000'000));
  erasure.finished = erasure.started + std::chrono::seconds(2);
  erasure.proof = prove("pay.production", "salt", 2);
  erasure.chain_before = "aa";
  erasure.chain_after = "bb";
  erasure.rewritten = {{"events", 3}};
  erasure.removed = {{"versions", 7}};
  erasure.left = {{"instances", 1}};
  erasure.revision = 9;
  erasure.step = Step::Texts;
  erasure.schema = "pay";
  erasure.place = Place::Targets;
  erasure.after = {"d-1", "4"};
  erasure.pass = 2;
  erasure.found = true;
  erasure.batches = 5;
  return erasure;
}

TEST(Erasure, is_read_as_it_was_stored) {
  const auto read = erasure_from_json(stored_json(sample()));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, sample());
}

TEST(Erasure, the_proof_tells_all_but_the_name) {
  const auto text = json::write(to_json(sample()));
  EXPECT_FALSE(text.contains("pay"));
  for (const auto* part : {R"("pseudonym":"erased-12ab34cd")", R"("state":"running")",
                           R"("versions":7)", R"("chainBefore":"aa")", R"("by":"root")"}) {
    EXPECT_TRUE(text.contains(part)) << part;
  }
}

TEST(Erasure, walks_all_places_until_a_pass_finds_nothing) {
  Erasure erasure;
  int pages = 0;
  const auto walk = [&](bool finds) {
    const auto pass = erasure.pass;
    while (!is_done(erasure) && erasure.pass == pass) {
      erasure.found = erasure.found || finds;
      advance(erasure, {});
      ++pages;
    }
  };
  walk(true);
  EXPECT_EQ(erasure.pass, 2U);
  EXPECT_EQ(erasure.place, Place::Profiles);
  walk(false);
  EXPECT_TRUE(is_done(erasure));
  EXPECT_EQ(pages, 2 * kPlaceCount);
}

TEST(Erasure, a_name_that_keeps_coming_up_ends_the_walk_all_the_same) {
  Erasure erasure;
  for (int pages = 0; pages < 1000 && !is_done(erasure); ++pages) {
    erasure.found = true;
    advance(erasure, {});
  }
  EXPECT_TRUE(is_done(erasure));
  EXPECT_EQ(erasure.pass, kPasses);
}

TEST(Erasure, stays_in_a_place_while_there_is_more) {
  Erasure erasure;
  advance(erasure, {"p-500"});
  EXPECT_EQ(erasure.place, Place::Profiles);
  EXPECT_EQ(erasure.after, std::vector<std::string>{"p-500"});
}

std::string mistakes(const json::Value& value) {
  const auto request = request_from_json(value);
  if (request) return "";
  std::string paths;
  for (const auto& field : request.error().fields) paths += field.path + ' ';
  return paths;
}

TEST(ErasureRequest, is_of_one_name_for_a_reason_that_does_not_hold_it) {
  EXPECT_EQ(mistakes(json::Object{{"person", "ann"}, {"reason", "asked for"}}), "");
  EXPECT_EQ(mistakes(json::Object{{"person", "ann"}}), "$.reason ");
  EXPECT_EQ(mistakes(json::Object{{"reason", "asked for"}}), "$.person ");
  EXPECT_EQ(mistakes(json::Object{{"person", "a"}, {"profile", "p"}, {"reason", "x"}}),
            "$.person ");
  EXPECT_EQ(mistakes(json::Object{{"person", "ann"}, {"reason", "ann asked"}}), "$.reason ");
  EXPECT_EQ(mistakes(json::Object{{"person", std::string(257, 'a')}, {"reason", "x"}}),
            "$.person ");
  EXPECT_FALSE(mistakes(json::Object{{"name", "ann"}, {"reason", "x"}}).empty());
}

}  // namespace
}  // namespace hotswap::erasure
