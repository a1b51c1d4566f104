// The tree of cmake --install below a prefix, and its units.
#include <fstream>

#include "app/settings.hpp"
#include "cli/session.hpp"
#include "packaging/shell.hpp"

namespace hotswap::packaging {
namespace {

const std::string kPrefix = HS_INSTALLED;
const std::string kUnits = kPrefix + "/lib/systemd/system/";
const std::vector<std::string> kServices = {"hotswap-server.service", "hotswap-agent@.service"};

std::string text_of(const std::string& path) {
  auto text = cli::read_file(path);
  EXPECT_TRUE(text) << path;
  return text.value_or("");
}

/// What stands behind `KEY=` in the server's unit.
std::string setting_of_server(const std::string& key) {
  for (const auto& line : lines_of(text_of(kUnits + kServices.front())))
    if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
  ADD_FAILURE() << "no " << key;
  return "";
}

TEST(InstalledUnits, satisfy_systemd) {
  for (const auto& unit : kServices) {
    const auto said = sh(R"(systemd-analyze verify --man=no "$1")",
                         {kUnits + (unit.contains('@') ? "hotswap-agent@shop.service" : unit)});
    EXPECT_EQ(said.code, 0) << said.output;
    EXPECT_EQ(said.output, "");
  }
}

TEST(InstalledUnits, are_shut_in) {
  for (const auto& unit : kServices) {
    const auto said =
        sh(R"(systemd-analyze security --no-pager --offline=true --threshold=20 "$1")",
           {kUnits + unit});
    EXPECT_EQ(said.code, 0) << said.output;
  }
}

TEST(InstalledUnits, name_the_prefix) {
  for (const auto& unit : kServices) {
    const auto text = text_of(kUnits + unit);
    EXPECT_TRUE(text.contains("ExecStart=" + kPrefix + "/bin/hotswap ")) << text;
    EXPECT_TRUE(text.contains(" " + kPrefix + "/etc/hotswap/")) << text;
    EXPECT_FALSE(text.contains(" /etc/hotswap")) << text;
    EXPECT_FALSE(text.contains("/usr/bin")) << text;
  }
}

TEST(InstalledSettings, are_such_as_the_server_takes) {
  SettingSources sources;
  sources.file_text = text_of(kPrefix + "/etc/hotswap/server.json");
  const auto settings = load_settings(sources);
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->listen.address, "127.0.0.1");
  EXPECT_EQ(settings->store.data_dir, "/var/lib/" + setting_of_server("StateDirectory"));
  EXPECT_EQ(settings->auth.jwt_key_file, settings->store.data_dir + "/jwt.key");
}

TEST(InstalledSettings, survive_another_installation) {
  const cli::TempFolder folder("hotswap-prefix");
  const auto install = R"(cmake --install "$1" --component runtime --prefix "$2")";
  const auto settings = folder.path() / "etc/hotswap/server.json";
  output_of(install, {HS_BINARY_DIR, folder.path().string()});
  EXPECT_TRUE(std::filesystem::exists(settings));
  std::ofstream(settings) << "{}";
  output_of(install, {HS_BINARY_DIR, folder.path().string()});
  EXPECT_EQ(text_of(settings.string()), "{}");
}

/// The unit's preparation in a data folder of the test.
struct FirstStart : ::testing::Test {
  cli::TempFolder data{"hotswap-first-start"};
  std::string key() { return text_of((data.path() / "jwt.key").string()); }
  void prepare() {
    const auto command = setting_of_server("ExecStartPre");
    output_of(R"(cd "$1"; umask "$2"; eval "$3")",
              {data.path().string(), setting_of_server("UMask"), command});
  }
};

TEST_F(FirstStart, makes_a_private_key_and_keeps_it) {
  prepare();
  const auto made = key();
  EXPECT_EQ(made.size(), 64U);
  const auto rights = std::filesystem::status(data.path() / "jwt.key").permissions();
  EXPECT_EQ(rights, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  prepare();
  EXPECT_EQ(key(), made);
}

TEST_F(FirstStart, makes_the_key_anew_when_it_was_cut_off_while_making_it) {
  std::ofstream(data.path() / "jwt.key.new") << "half";
  std::ofstream(data.path() / "jwt.key") << "";
  prepare();
  EXPECT_EQ(key().size(), 64U);
}

TEST(InstalledCompletion, is_understood_by_bash) {
  output_of(R"(bash -n "$1")", {kPrefix + "/share/bash-completion/completions/hotswap"});
}

}  // namespace
}  // namespace hotswap::packaging
