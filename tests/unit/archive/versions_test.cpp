#include "domain/archive/versions.hpp"

#include <gtest/gtest.h>

#include "domain/archive/zstd.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::archive {
namespace {

Version sample(const std::string& number, const std::string& content) {
  Version version;
  version.profile = ProfileName("payments.production");
  version.number = *SemVer::parse(number);
  version.content = content;
  version.hash = sha256_hex(json::canonical(*json::parse(content)));
  version.size = content.size();
  version.author = "ada";
  version.message = "line one\nline two";
  version.created_at = WallTime(Duration(1'700'000'000'123));
  version.schema = "payments@1.2.0";
  version.failed_reason = "health";
  return version;
}

const std::vector<Version>& two() {
  static const std::vector<Version> kVersions = {sample("1.0.0", R"({"b":1.0,"a":"\n\u0000"})"),
                                                 sample("1.1.0+x", R"({"n":9007199254740993})")};
  return kVersions;
}

/// An object of these lines, with the key that they deserve.
Object object_of(const std::string& text) {
  auto bytes = *compress(text);
  auto key = "versions/payments.production/" + sha256_hex(bytes) + ".ndjson.zst";
  return {std::move(key), std::move(bytes)};
}

TEST(ArchivedVersions, come_back_byte_by_byte) {
  const auto object = pack(two());
  ASSERT_TRUE(object);
  const auto versions = unpack(*object);
  ASSERT_TRUE(versions) << versions.error().detail;
  ASSERT_EQ(versions->size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const Version& was = two()[i];
    const Version& is = (*versions)[i];
    EXPECT_EQ(is.content, was.content);
    EXPECT_EQ(is.number, was.number);
    EXPECT_EQ(is.hash, was.hash);
    EXPECT_EQ(is.size, was.size);
    EXPECT_EQ(is.created_at, was.created_at);
    EXPECT_EQ(is.schema, was.schema);
    EXPECT_EQ(content_of(is, *object), was.content);
  }
}

TEST(ArchivedVersions, the_key_names_profile_and_hash) {
  const auto object = pack(two());
  EXPECT_EQ(object->key,
            "versions/payments.production/" + sha256_hex(object->bytes) + ".ndjson.zst");
}

TEST(ArchivedVersions, the_same_versions_make_the_same_object) {
  EXPECT_EQ(pack(two())->key, pack(two())->key);
}

TEST(ArchivedVersions, any_bit_that_changes_is_found) {
  const auto good = *pack(two());
  for (std::size_t at = 0; at < good.bytes.size(); at += 7) {
    auto bad = good;
    bad.bytes[at] = static_cast<char>(bad.bytes[at] ^ 4);
    const auto read = unpack(bad);
    ASSERT_FALSE(read) << "bit of byte " << at;
    EXPECT_EQ(read.error().reason, "archive.damaged");
  }
  auto cut = good;
  cut.bytes.pop_back();
  EXPECT_FALSE(unpack(cut));
}

TEST(ArchivedVersions, content_that_does_not_have_its_hash_is_refused_even_under_a_true_key) {
  auto text = *decompress(pack(two())->bytes);
  const auto at = text.find("9007199254740993");
  text.replace(at, 16, "9007199254740992");
  const auto object = object_of(text);
  EXPECT_EQ(unpack(object).error().reason, "archive.damaged");
  auto version = two()[1];
  version.archived = ArchivePlace{object.key, 1};
  EXPECT_EQ(content_of(version, object).error().reason, "archive.damaged");
}

TEST(ArchivedVersions, another_line_than_the_versions_own_is_refused) {
  const auto object = *pack(two());
  auto version = two()[0];
  for (const std::uint64_t line : {1U, 2U, 1000U}) {
    version.archived = ArchivePlace{object.key, line};
    EXPECT_EQ(content_of(version, object).error().reason, "archive.damaged") << line;
  }
}

TEST(ArchivedVersions, an_object_of_a_later_format_is_not_guessed_at) {
  auto text = *decompress(pack(two())->bytes);
  text.replace(text.find("hotswap.version/1"), 17, "hotswap.version/2");
  EXPECT_TRUE(unpack(object_of(text)).error().detail.contains("hotswap.version/2"));
}

TEST(ArchivedVersions, a_frame_that_claims_too_much_is_not_unpacked) {
  // A real frame of 65 MiB, small when compressed.
  const auto frame = compress(std::string(std::size_t{65} << 20, 'x'));
  ASSERT_TRUE(frame);
  EXPECT_EQ(decompress(*frame).error().reason, "archive.damaged");
  EXPECT_FALSE(decompress("no frame at all"));
  EXPECT_FALSE(decompress(""));
}

}  // namespace
}  // namespace hotswap::archive
