#include "domain/archive/tar.hpp"

#include <gtest/gtest.h>

namespace hotswap::archive {
namespace {

const WallTime kAt{Duration(1'700'000'000'000)};

TEST(Tar, is_what_posix_says_of_it) {
  Tar tar(kAt);
  ASSERT_TRUE(tar.add("a/b.txt", "hello").has_value());
  const auto bytes = tar.finish();
  ASSERT_EQ(bytes.size(), 4U * 512) << "a header, a block, and two of zeros";
  EXPECT_EQ(bytes.substr(0, 8), std::string("a/b.txt\0", 8));
  EXPECT_EQ(bytes.substr(100, 8), std::string("0000600\0", 8));
  EXPECT_EQ(bytes.substr(124, 12), std::string("00000000005\0", 12));
  EXPECT_EQ(bytes.substr(257, 8), std::string("ustar\00000", 8));
  EXPECT_EQ(bytes.substr(512, 6), std::string("hello\0", 6));
  std::string unsealed = bytes.substr(0, 512);
  unsealed.replace(148, 8, "        ");
  std::uint64_t sum = 0;
  for (const char c : unsealed) sum += static_cast<unsigned char>(c);
  EXPECT_EQ(std::stoull(bytes.substr(148, 6), nullptr, 8), sum);
}

TEST(Tar, a_block_that_is_just_full_has_no_padding) {
  Tar tar(kAt);
  ASSERT_TRUE(tar.add("a", std::string(512, 'x')).has_value());
  EXPECT_EQ(tar.finish().size(), 4U * 512);
}

TEST(Tar, long_names_are_cut_at_a_slash) {
  const std::string folder(100, 'd'), file(90, 'f');
  Tar tar(kAt);
  ASSERT_TRUE(tar.add(folder + "/" + file, "").has_value());
  const auto bytes = tar.finish();
  EXPECT_EQ(bytes.substr(0, 90), file);
  EXPECT_EQ(bytes.substr(345, 100), folder);
}

TEST(Tar, refuses_names_that_lead_out_of_it) {
  Tar tar(kAt);
  for (const auto* name : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a"})
    EXPECT_EQ(tar.add(name, "").error().reason, "archive.name") << name;
  EXPECT_FALSE(tar.add(std::string(300, 'x'), "").has_value());
}

}  // namespace
}  // namespace hotswap::archive
