#include "infrastructure/archive_folder/folder_archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace hotswap {
namespace {

namespace fs = std::filesystem;

constexpr auto kMake = FolderArchive::Missing::Make;
constexpr auto kRefuse = FolderArchive::Missing::Refuse;

class FolderArchiveTest : public ::testing::Test {
 protected:
  FolderArchiveTest() {
    std::string pattern = (fs::temp_directory_path() / "hotswap-archive-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~FolderArchiveTest() override { fs::remove_all(root_); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(fs::recursive_directory_iterator(root_),
                              [](const auto& entry) { return entry.is_regular_file(); }));
  }

  fs::path root_;
};

TEST_F(FolderArchiveTest, gives_back_what_it_was_given) {
  FolderArchive archive((root_ / "deep/archive").string(), kMake);
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(archive.put("versions/p/1.zst", bytes));
  EXPECT_EQ(archive.get("versions/p/1.zst"), bytes);
  ASSERT_TRUE(archive.put("versions/p/1.zst", "other"));
  EXPECT_EQ(archive.get("versions/p/1.zst"), "other");
  EXPECT_EQ(files(), 1U) << "drafts do not stay";
}

TEST_F(FolderArchiveTest, what_is_not_there_is_not_found_and_may_be_removed) {
  FolderArchive archive(root_.string(), kMake);
  EXPECT_EQ(archive.get("versions/p/1.zst").error().reason, "archive.not_found");
  EXPECT_TRUE(archive.remove("versions/p/1.zst"));
  ASSERT_TRUE(archive.put("versions/p/1.zst", "x"));
  EXPECT_TRUE(archive.remove("versions/p/1.zst"));
  EXPECT_EQ(archive.get("versions/p/1.zst").error().reason, "archive.not_found");
}

TEST_F(FolderArchiveTest, a_key_never_leads_out_of_the_folder) {
  FolderArchive archive((root_ / "archive").string(), kMake);
  for (const char* key :
       {"../outside", "a/../../outside", "/etc/passwd", "", "a b", "A", "a//b", "a/./b", "a/"}) {
    EXPECT_EQ(archive.put(key, "x").error().reason, "archive.invalid_key") << key;
    EXPECT_FALSE(archive.get(key)) << key;
    EXPECT_FALSE(archive.remove(key)) << key;
  }
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(archive.put("versions/a..b/1.zst", "x")) << "a profile may have this name";
}

TEST_F(FolderArchiveTest, the_check_says_what_hinders_it) {
  EXPECT_TRUE(FolderArchive((root_ / "new").string(), kMake).check());
  EXPECT_EQ(files(), 0U) << "the check leaves nothing behind";
  FolderArchive blocked((root_ / "file/archive").string(), kMake);
  ASSERT_TRUE(FolderArchive(root_.string(), kMake).put("file", "in the way"));
  const auto checked = blocked.check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().reason, "archive.unavailable");
  EXPECT_TRUE(checked.error().detail.contains("Not a directory")) << checked.error().detail;
  EXPECT_FALSE(blocked.put("a", "x"));
}

TEST_F(FolderArchiveTest, a_share_that_is_not_mounted_is_neither_written_nor_empty) {
  FolderArchive archive((root_ / "share").string(), kRefuse);
  for (const auto& error :
       {archive.check().error(), archive.put("a", "x").error(), archive.get("a").error()}) {
    EXPECT_EQ(error.reason, "archive.unavailable");
    EXPECT_TRUE(error.detail.contains("mount it")) << error.detail;
  }
  EXPECT_FALSE(fs::exists(root_ / "share"));
  fs::create_directory(root_ / "share");
  EXPECT_TRUE(archive.check());
  EXPECT_TRUE(archive.put("a", "x"));
}

TEST_F(FolderArchiveTest, files_are_for_the_server_alone) {
  FolderArchive archive((root_ / "archive").string(), kMake);
  ASSERT_TRUE(archive.put("versions/p/1.zst", "x"));
  EXPECT_EQ(fs::status(root_ / "archive/versions/p/1.zst").permissions() & fs::perms::mask,
            fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace hotswap
