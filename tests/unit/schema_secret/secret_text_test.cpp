#include "domain/secret/secret_text.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace hotswap {
namespace {

static_assert(!std::is_copy_constructible_v<SecretText>);
static_assert(!std::is_copy_assignable_v<SecretText>);

TEST(SecretText, what_it_is_made_from_is_overwritten_to_its_capacity) {
  std::string text(100, 's');
  text.resize(40);
  const char* memory = text.data();
  const auto secret = SecretText::from(std::move(text));
  EXPECT_EQ(secret.view(), std::string(40, 's'));
  EXPECT_EQ(std::string(memory, 100), std::string(100, '\0'));  // its memory is still its own
}

TEST(SecretText, moving_moves_no_bytes_and_leaves_nothing) {
  SecretText one("canary-of-a-move");
  const char* memory = one.view().data();
  SecretText two(std::move(one));
  EXPECT_EQ(two.view().data(), memory);
  EXPECT_TRUE(one.empty());  // NOLINT(bugprone-use-after-move): that is what is asked
  SecretText three("another");
  three = std::move(two);
  EXPECT_EQ(three.view(), "canary-of-a-move");
  EXPECT_EQ(three.clone().view(), three.view());
}

TEST(SecretText, a_wiped_string_holds_nothing_but_zeroes) {
  std::string text = "a password that is long enough for the heap";
  const auto size = text.size();
  const char* memory = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string(memory, size), std::string(size, '\0'));
}

}  // namespace
}  // namespace hotswap
