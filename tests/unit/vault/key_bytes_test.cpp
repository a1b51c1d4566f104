#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/bound_key.hpp"
#include "domain/secret/secret_base64.hpp"
#include "domain/secret/wipe_json.hpp"

namespace hotswap {
namespace {

TEST(Base64, writes_and_reads_the_rfcs_examples) {
  for (const auto& [plain, text] : {std::pair("", ""),
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(to_base64(plain).view(), text);
    const auto back = from_base64(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->view(), plain);
  }
}

TEST(Base64, every_byte_comes_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(from_base64(to_base64(bytes).view())->view(), bytes);
  }
}

TEST(Base64, nothing_else_is_read) {
  for (const auto* bad : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "Zm-v",
                          "====", "=Zm9", "Zg==Zg==", "Zm9\x80"})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(BoundKey, comes_back_for_its_own_context_only) {
  const SecretText key{std::string_view("\0key\xff", 5)};
  const auto bound = bind_key(key, "profile a");
  EXPECT_EQ(unbind_key(bound, "profile a")->view(), key.view());
  EXPECT_FALSE(unbind_key(bound, "profile b"));
  EXPECT_FALSE(unbind_key(bound, ""));
  EXPECT_FALSE(unbind_key(key, "profile a"));
  EXPECT_FALSE(unbind_key(SecretText(bound.view().substr(0, 20)), "profile a"));
}

TEST(WipeTexts, leaves_no_text_anywhere) {
  auto value = *json::parse(
      R"({"a":"canary","b":["canary longer than what lies inside a cell",{"c":12345678}]})");
  wipe_texts(value);
  const auto text = json::write(value);
  EXPECT_FALSE(text.contains("canary")) << text;
  EXPECT_FALSE(text.contains("1234")) << text;
}

}  // namespace
}  // namespace hotswap
