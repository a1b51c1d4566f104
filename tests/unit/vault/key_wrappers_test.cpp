#include "orchestrator/key_wrappers.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

/// Keys that are called by its own name.
class NamedWrapper : public KeyWrapper {
 public:
  explicit NamedWrapper(std::string name) : name_(std::move(name)) {}
  Result<WrappedKey> wrap(const SecretText& key, std::string_view context) override {
    return WrappedKey{name_, std::string(context) + '|' + std::string(key.view())};
  }
  Result<SecretText> unwrap(const WrappedKey& wrapped, std::string_view context) override {
    if (wrapped.key_id != name_)
      return fail(ErrorCode::Unavailable, "secret.key_missing", "not of " + name_);
    const auto head = std::string(context) + '|';
    if (!wrapped.bytes.starts_with(head)) return fail(ErrorCode::Invalid, "secret.damaged", "");
    return SecretText(std::string_view(wrapped.bytes).substr(head.size()));
  }
  [[nodiscard]] std::string current() const override { return name_; }

 private:
  std::string name_;
};

TEST(KeyWrappers, the_first_wraps_and_all_unwrap) {
  NamedWrapper before("local"), now("vault");
  const auto old = before.wrap(SecretText("k1"), "c");
  KeyWrappers both({&now, &before});
  EXPECT_EQ(both.current(), "vault");
  const auto fresh = both.wrap(SecretText("k2"), "c");
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->key_id, "vault");
  EXPECT_EQ(both.unwrap(*old, "c")->view(), "k1");
  EXPECT_EQ(both.unwrap(*fresh, "c")->view(), "k2");
}

TEST(KeyWrappers, what_the_owner_of_a_key_says_counts) {
  NamedWrapper before("local"), now("vault");
  KeyWrappers both({&now, &before});
  EXPECT_EQ(both.unwrap({"vault", "other|k"}, "c").error().reason, "secret.damaged");
  EXPECT_EQ(both.unwrap({"nobody", "c|k"}, "c").error().reason, "secret.key_missing");
}

}  // namespace
}  // namespace hotswap
