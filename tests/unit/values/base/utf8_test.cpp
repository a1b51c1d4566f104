#include "domain/base/utf8.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

TEST(ClipUtf8, KeepsWhatIsWellFormed) {
  EXPECT_EQ(clip_utf8("", 10), "");
  EXPECT_EQ(clip_utf8("plain", 10), "plain");
  EXPECT_EQ(clip_utf8("Größe € 𝄞", 100), "Größe € 𝄞");
}

TEST(ClipUtf8, CutsBetweenCharacters) {
  EXPECT_EQ(clip_utf8("abc", 2), "ab");
  EXPECT_EQ(clip_utf8("aé", 2), "a");
  EXPECT_EQ(clip_utf8("a€b", 3), "a");
  EXPECT_EQ(clip_utf8("𝄞", 3), "");
}

TEST(ClipUtf8, MarksEveryIllFormedByte) {
  EXPECT_EQ(clip_utf8("a\xFF"
                      "b",
                      10),
            "a?b");
  EXPECT_EQ(clip_utf8("\xC3", 10), "?");                 // cut short
  EXPECT_EQ(clip_utf8("\xC0\xAF", 10), "??");            // overlong
  EXPECT_EQ(clip_utf8("\xED\xA0\x80", 10), "???");       // a surrogate
  EXPECT_EQ(clip_utf8("\xF4\x90\x80\x80", 10), "????");  // beyond Unicode
  EXPECT_EQ(clip_utf8("\xE2\x82x", 10), "??x");
}

}  // namespace
}  // namespace hotswap
