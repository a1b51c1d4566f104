#include "domain/erasure/eraser.hpp"

#include <gtest/gtest.h>

#include "domain/erasure/place.hpp"
#include "domain/json/write.hpp"

namespace hotswap::erasure {
namespace {

const Eraser kAnn("ann", "erased-1");

TEST(Eraser, whole_words_become_the_pseudonym) {
  EXPECT_EQ(kAnn.text("ann"), "erased-1");
  EXPECT_EQ(kAnn.text("by ann, for ann."), "by erased-1, for erased-1.");
  EXPECT_EQ(kAnn.text("configs/ann/versions"), "configs/erased-1/versions");
  EXPECT_EQ(kAnn.text("(ann)"), "(erased-1)");
  EXPECT_EQ(kAnn.text(""), "");
}

TEST(Eraser, longer_words_stay) {
  for (const auto* text : {"anna", "joann", "ann-lee", "ann_1", "ann@example.com", "lee@ann",
                           "ann.lee", "lee.ann", "ann2", "annä", "Ann"}) {
    EXPECT_EQ(kAnn.text(text), text);
  }
  EXPECT_EQ(kAnn.text("anna asked ann"), "anna asked erased-1");
  EXPECT_EQ(Eraser("aa", "x").text("aaa aa"), "aaa x");
}

TEST(Eraser, names_of_more_than_letters_are_words_as_well) {
  EXPECT_EQ(Eraser("ann@example.com", "x").text("mail ann@example.com."), "mail x.");
  EXPECT_EQ(Eraser("ann@example.com", "x").text("ann@example.com.au"), "ann@example.com.au");
  EXPECT_EQ(Eraser("Ann Lee", "x").text("by Ann Lee today"), "by x today");
  EXPECT_EQ(Eraser("Jürgen", "x").text("von Jürgen"), "von x");
}

TEST(Eraser, goes_through_json_but_leaves_the_programs_own_words) {
  const json::Value value =
      json::Object{{"by", "ann"},
                   {"state", "ann"},
                   {"deep", json::Array{json::Object{{"note", "for ann"}}, 1.50}}};
  EXPECT_EQ(json::write(kAnn.json(value)),
            R"({"by":"erased-1","state":"ann","deep":[{"note":"for erased-1"},1.5]})");
}

TEST(Eraser, finds_names_that_json_writes_differently) {
  const Eraser quoted("o\"neil", "x");
  const json::Value value = json::Object{{"by", "o\"neil"}};
  const auto text = json::write(value);
  EXPECT_TRUE(quoted.holds(text));
  EXPECT_EQ(quoted.json_text(text), R"({"by":"x"})");
}

TEST(Plan, tells_what_is_rewritten_what_goes_and_what_is_left) {
  const auto& versions = spec_of(Place::Versions);
  const TextRow row{{"p", "1.0.0"}, {"ann", "for anna", "", "1"}};
  const auto out = plan(versions, row, kAnn);
  ASSERT_TRUE(out.changed);
  EXPECT_EQ(out.changed->texts[0], "erased-1");
  EXPECT_TRUE(out.left);  // anna, and the content
  EXPECT_FALSE(out.removed);
  const auto answer = plan(spec_of(Place::Idempotent), {{"k"}, {"{}", R"({"by":"ann"})"}}, kAnn);
  EXPECT_TRUE(answer.removed);
  const auto other = plan(versions, {{"p", "1.0.0"}, {"bob", "", "", std::nullopt}}, kAnn);
  EXPECT_FALSE(other.changed || other.removed || other.left);
}

}  // namespace
}  // namespace hotswap::erasure
