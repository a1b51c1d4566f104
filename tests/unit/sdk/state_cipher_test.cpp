#include "state_cipher.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "temp_dir.hpp"

namespace hotswap::sdk {
namespace {

using testing::TempDir;

StateCipher made(const TempDir& dir, const char* name = "instance.key") {
  return StateCipher::open_key(dir.path() / name, true).value();
}

TEST(StateCipher, opensWhatItHasSealedAlsoAfterARestart) {
  const TempDir dir;
  const auto sealed = made(dir).seal("canary-4711");
  EXPECT_TRUE(StateCipher::is_sealed(sealed));
  EXPECT_FALSE(sealed.contains("canary"));
  EXPECT_EQ(made(dir).open(sealed), "canary-4711");
}

TEST(StateCipher, sealsTheSameTextTheSameWayAndAnotherDifferently) {
  const TempDir dir;
  const auto cipher = made(dir);
  EXPECT_EQ(cipher.seal("one"), cipher.seal("one"));
  EXPECT_NE(cipher.seal("one").substr(17, 12), cipher.seal("two").substr(17, 12));
}

TEST(StateCipher, opensNothingThatWasChangedOrSealedByAnother) {
  const TempDir dir;
  const auto cipher = made(dir);
  const auto sealed = cipher.seal("text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto flipped = sealed;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(cipher.open(flipped)) << i;
    EXPECT_FALSE(cipher.open(sealed.substr(0, i))) << i;
  }
  EXPECT_FALSE(made(dir, "other.key").open(sealed));
}

TEST(StateCipher, makesItsKeyForItsOwnerOnly) {
  const TempDir dir;
  static_cast<void>(made(dir));
  struct stat info{};
  ASSERT_EQ(::stat((dir.path() / "instance.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(StateCipher, takesNoKeyThatIsMissingOrShort) {
  const TempDir dir;
  EXPECT_FALSE(StateCipher::open_key(dir.path() / "none", false));
  std::ofstream(dir.path() / "short") << "too short";
  const auto refused = StateCipher::open_key(dir.path() / "short", true);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().contains("at least 32 bytes")) << refused.error();
}

}  // namespace
}  // namespace hotswap::sdk
