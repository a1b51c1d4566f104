#include "infrastructure/vault/path.hpp"

#include <gtest/gtest.h>

namespace hotswap::vault {
namespace {

std::string asked(std::string_view path, const Mount& mount) {
  const auto read = read_kv_path(path);
  if (!read) return read.error().reason;
  return leads_to(mount, *read) ? request_path(mount, *read) : "elsewhere";
}

TEST(VaultPath, both_forms_mean_the_same_secret) {
  EXPECT_EQ(asked("secret/data/team/app", {"secret", 2}), "secret/data/team/app");
  EXPECT_EQ(asked("secret/team/app", {"secret", 2}), "secret/data/team/app");
  EXPECT_EQ(asked("kv/eu/team/app", {"kv/eu", 2}), "kv/eu/data/team/app");
  EXPECT_EQ(asked("kv/eu/data/team/app", {"kv/eu", 2}), "kv/eu/data/team/app");
}

TEST(VaultPath, only_the_apis_own_form_needs_no_look_at_the_mounts) {
  EXPECT_TRUE(read_kv_path("secret/data/app")->is_api_form());
  EXPECT_FALSE(read_kv_path("secret/app")->is_api_form());
  EXPECT_FALSE(read_kv_path("secret/data")->is_api_form()) << "a secret that is called data";
  EXPECT_EQ(asked("secret/data", {"secret", 2}), "secret/data/data");
}

TEST(VaultPath, the_first_version_of_the_engine_has_no_data_in_its_paths) {
  EXPECT_EQ(asked("kv1/team/app", {"kv1", 1}), "kv1/team/app");
  EXPECT_EQ(asked("kv1/team/data/app", {"kv1", 1}), "kv1/team/data/app");
}

TEST(VaultPath, a_version_can_be_pinned) {
  EXPECT_EQ(asked("secret/data/app?version=3", {"secret", 2}), "secret/data/app?version=3");
  for (const auto* bad : {"secret/app?version=", "secret/app?version=0", "secret/app?version=-1",
                          "secret/app?version=1x", "secret/app?version=99999999999999999999",
                          "secret/app?other=1", "secret/app?version=1&list=true"})
    EXPECT_EQ(asked(bad, {"secret", 2}), "secret.invalid") << bad;
}

TEST(VaultPath, names_are_encoded_for_the_url) {
  EXPECT_EQ(asked("secret/data/käse & brot/a+b;c", {"secret", 2}),
            "secret/data/k%C3%A4se%20%26%20brot/a%2Bb%3Bc");
}

TEST(VaultPath, a_mount_leads_only_to_what_lies_in_it) {
  EXPECT_EQ(asked("secrets/app", {"secret", 2}), "elsewhere");
  EXPECT_EQ(asked("other/app", {"secret", 2}), "elsewhere");
  EXPECT_EQ(asked("secret/app", {"secret/app", 2}), "elsewhere") << "nothing is left";
}

}  // namespace
}  // namespace hotswap::vault
