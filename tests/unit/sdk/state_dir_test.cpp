#include "state_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "temp_dir.hpp"

namespace hotswap::sdk {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;
using Copies = std::vector<std::string>;

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spit(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

TEST(StateDir, keepsTheNewestCopyAndTheOneBefore) {
  const TempDir dir;
  const StateDir state(dir.path() / "new" / "deeper");
  for (const auto* text : {"one", "two", "three"}) ASSERT_TRUE(state.save("pay.production", text));
  EXPECT_EQ(state.load("pay.production"), (Copies{"three", "two"}));
  EXPECT_EQ(state.profiles(), Copies{"pay.production"});
}

TEST(StateDir, doesNotPushOutTheSecondCopyBySavingTheSameAgain) {
  const TempDir dir;
  const StateDir state(dir.path());
  for (const auto* text : {"one", "two", "two"}) ASSERT_TRUE(state.save("p", text));
  EXPECT_EQ(state.load("p"), (Copies{"two", "one"}));
}

TEST(StateDir, letsNobodyElseReadItsFiles) {
  const TempDir dir;
  const StateDir state(dir.path());
  ASSERT_TRUE(state.save("p", "secret"));
  ASSERT_TRUE(state.save_id("i-1"));
  for (const auto& file : fs::directory_iterator(dir.path())) {
    struct stat info{};
    ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << file.path();
  }
}

TEST(StateDir, neverLoadsAFileOfWhichAnyByteWasFlipped) {
  const TempDir dir;
  const StateDir state(dir.path());
  ASSERT_TRUE(state.save("p", "old"));
  ASSERT_TRUE(state.save("p", "new"));
  const auto sound = slurp(dir.path() / "p.lkg");
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto flipped = sound;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    spit(dir.path() / "p.lkg", flipped);
    EXPECT_EQ(state.load("p"), Copies{"old"}) << i;
  }
}

TEST(StateDir, neverLoadsATruncatedFile) {
  const TempDir dir;
  const StateDir state(dir.path());
  ASSERT_TRUE(state.save("p", "content"));
  const auto sound = slurp(dir.path() / "p.lkg");
  for (std::size_t size = 0; size < sound.size(); ++size) {
    spit(dir.path() / "p.lkg", sound.substr(0, size));
    EXPECT_TRUE(state.load("p").empty()) << size;
  }
}

TEST(StateDir, doesNotLetATornFilePushOutTheLastSoundCopy) {
  const TempDir dir;
  const StateDir state(dir.path());
  ASSERT_TRUE(state.save("p", "old"));
  ASSERT_TRUE(state.save("p", "new"));
  spit(dir.path() / "p.lkg", "torn");
  ASSERT_TRUE(state.save("p", "newest"));
  EXPECT_EQ(state.load("p"), (Copies{"newest", "old"}));
}

TEST(StateDir, replacesATemporaryFileThatACrashLeft) {
  const TempDir dir;
  const StateDir state(dir.path());
  spit(dir.path() / "p.lkg.tmp", "half");
  ASSERT_TRUE(state.save("p", "whole"));
  EXPECT_EQ(state.load("p"), Copies{"whole"});
}

TEST(StateDir, neverLeavesItsFolderWhateverAProfileIsCalled) {
  const TempDir dir;
  const StateDir state(dir.path() / "in");
  const Copies names{"../out", "..", ".hidden", "a/b", "50%", "ä"};
  for (const auto& name : names) ASSERT_TRUE(state.save(name, name)) << name;
  for (const auto& name : names) EXPECT_EQ(state.load(name), Copies{name});
  EXPECT_EQ(state.profiles().size(), names.size());
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(StateDir, saysWhatFailedAndKeepsTheOldCopyWhenItCannotWrite) {
  const TempDir dir;
  const StateDir state(dir.path());
  ASSERT_TRUE(state.save("p", "old"));
  fs::create_directories(dir.path() / "p.lkg.tmp" / "in the way");
  const auto saved = state.save("p", "new");
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().find("p.lkg.tmp"), std::string::npos) << saved.error();
  EXPECT_EQ(state.load("p"), Copies{"old"});
}

TEST(StateDir, withoutAFolderKeepsAndFindsNothing) {
  const StateDir state{fs::path()};
  EXPECT_TRUE(state.save("p", "x"));
  EXPECT_TRUE(state.save_id("i"));
  EXPECT_TRUE(state.load("p").empty());
  EXPECT_TRUE(state.profiles().empty());
  EXPECT_FALSE(state.load_id());
}

TEST(StateDir, remembersTheIdOfTheInstance) {
  const TempDir dir;
  ASSERT_TRUE(StateDir(dir.path()).save_id("i-7"));
  EXPECT_EQ(StateDir(dir.path()).load_id(), "i-7");
}

}  // namespace
}  // namespace hotswap::sdk
