#include "infrastructure/store/cursor.hpp"

#include <gtest/gtest.h>

namespace hotswap::store {
namespace {

TEST(Cursor, gives_back_its_key) {
  for (const std::string& key : {std::string("a"), std::string("ünï/ö"), std::string("\0x", 2)}) {
    EXPECT_EQ(decode_cursor("profiles", encode_cursor("profiles", key)).value(), key);
  }
  EXPECT_EQ(decode_number_cursor("audit", encode_cursor("audit", "18446744073709551615")).value(),
            18446744073709551615U);
}

TEST(Cursor, of_another_list_or_edited_is_refused) {
  const auto good = encode_cursor("profiles", "abc");
  EXPECT_FALSE(decode_cursor("versions", good).has_value());
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto edited = good;
    edited[i] = edited[i] == '5' ? '6' : '5';
    EXPECT_EQ(decode_cursor("profiles", edited).error().reason, "cursor.invalid");
    EXPECT_FALSE(decode_cursor("profiles", good.substr(0, i)).has_value());
  }
  EXPECT_FALSE(decode_number_cursor("audit", encode_cursor("audit", "12x")).has_value());
  EXPECT_FALSE(decode_number_cursor("audit", encode_cursor("audit", "-1")).has_value());
}

TEST(Cursor, pages_are_bounded) {
  EXPECT_EQ(page_limit({0, ""}), 1U);
  EXPECT_EQ(page_limit({50, ""}), 50U);
  EXPECT_EQ(page_limit({1'000'000, ""}), 500U);
}

}  // namespace
}  // namespace hotswap::store
