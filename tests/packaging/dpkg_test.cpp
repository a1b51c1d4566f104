// The packages in the hands of the real dpkg, on a root folder of the test's own: the maintainer
// scripts run with DPKG_ROOT, so that no root's rights are needed.
#include <fstream>

#include "cli/session.hpp"
#include "packaging/shell.hpp"

namespace hotswap::packaging {
namespace {

const std::string kPackage = HS_PACKAGES "/hotswap_" HS_VERSION "_amd64.deb";

class Machine {
 public:
  Machine() {
    for (const char* name : {"var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "tmp"})
      std::filesystem::create_directories(root() / name);
    write("var/lib/dpkg/status", "");
    write("etc/passwd", "");
  }

  /// dpkg with these arguments; has to succeed.
  std::string dpkg(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), root().string());
    return output_of(
        R"(root=$1; shift; dpkg --root="$root" --log="$root/tmp/dpkg.log" --force-not-root \
             --force-script-chrootless --force-depends --force-confold --force-unsafe-io "$@")",
        arguments);
  }
  /// The same package with another version and other settings.
  std::string newer_package() {
    const auto file = (root() / "tmp/newer.deb").string();
    output_of(R"(dpkg-deb -R "$1" "$2"; sed -i 's/^Version: .*/Version: 99.0/' "$2/DEBIAN/control"
                 echo '{"listen": "127.0.0.1:1"}' >"$2/etc/hotswap/server.json"
                 dpkg-deb -Znone --root-owner-group -b "$2" "$3")",
              {kPackage, (root() / "tmp/unpacked").string(), file});
    return file;
  }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root() / name).parent_path());
    std::ofstream(root() / name) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return cli::read_file((root() / name).string()).value_or("");
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(root() / name));
  }
  [[nodiscard]] std::string status() {
    return output_of(R"(dpkg-query --admindir="$1" -W -f '${db:Status-Status} ${Version}' hotswap)",
                     {(root() / "var/lib/dpkg").string()});
  }
  [[nodiscard]] std::filesystem::path root() const { return folder_.path(); }

 private:
  cli::TempFolder folder_{"hotswap-machine"};
};

constexpr auto kEnabled = "etc/systemd/system/multi-user.target.wants/hotswap-server.service";
constexpr auto kSettings = "etc/hotswap/server.json";
constexpr auto kDatabase = "var/lib/hotswap/hotswap.db";

struct Dpkg : ::testing::Test {
  Machine machine;
  void SetUp() override { machine.dpkg({"-i", kPackage}); }
  void enable() {
    output_of(R"(systemctl --root="$1" enable hotswap-server.service)", {machine.root().string()});
    ASSERT_TRUE(machine.has(kEnabled));
  }
};

TEST_F(Dpkg, install_makes_two_users_and_enables_nothing) {
  EXPECT_EQ(machine.status(), "installed " HS_VERSION);
  const auto users = machine.read("etc/passwd");
  EXPECT_TRUE(users.contains("hotswap:x:")) << users;
  EXPECT_TRUE(users.contains("hotswap-agent:x:")) << users;
  for (const auto& line : lines_of(users)) EXPECT_TRUE(line.ends_with("/nologin")) << line;
  EXPECT_FALSE(machine.has("etc/systemd"));
  EXPECT_FALSE(machine.has("var/lib/hotswap"));
}

TEST_F(Dpkg, upgrade_keeps_settings_that_were_changed) {
  machine.write(kSettings, R"({"listen": "127.0.0.1:9000"})");
  machine.dpkg({"-i", machine.newer_package()});
  EXPECT_EQ(machine.status(), "installed 99.0");
  EXPECT_EQ(machine.read(kSettings), R"({"listen": "127.0.0.1:9000"})");
}

TEST_F(Dpkg, upgrade_brings_new_settings_where_none_were_changed) {
  machine.dpkg({"-i", machine.newer_package()});
  EXPECT_TRUE(machine.read(kSettings).contains("127.0.0.1:1\"")) << machine.read(kSettings);
}

TEST_F(Dpkg, upgrade_leaves_enabled_what_was_enabled) {
  enable();
  machine.dpkg({"-i", machine.newer_package()});
  EXPECT_TRUE(machine.has(kEnabled));
}

TEST_F(Dpkg, removal_keeps_settings_and_data) {
  machine.write(kDatabase, "data");
  machine.dpkg({"-r", "hotswap"});
  EXPECT_EQ(machine.status(), "config-files " HS_VERSION);
  EXPECT_FALSE(machine.has("usr/bin/hotswap"));
  EXPECT_TRUE(machine.has(kSettings));
  EXPECT_EQ(machine.read(kDatabase), "data");
}

TEST_F(Dpkg, purge_removes_what_is_ours_and_keeps_what_others_put_there) {
  enable();
  machine.write(kDatabase, "data");
  machine.write("var/lib/hotswap-agent/shop/state", "data");
  machine.write("etc/hotswap/agent/shop.yaml", "theirs");
  machine.dpkg({"-P", "hotswap"});
  for (const char* name : {kSettings, kEnabled, "var/lib/hotswap", "var/lib/hotswap-agent"})
    EXPECT_FALSE(machine.has(name)) << name;
  EXPECT_EQ(machine.read("etc/hotswap/agent/shop.yaml"), "theirs");
}

TEST_F(Dpkg, purge_of_an_untouched_installation_leaves_no_folder) {
  machine.dpkg({"-P", "hotswap"});
  for (const char* name : {"etc/hotswap", "usr/share/doc/hotswap", "usr/bin/hotswap"})
    EXPECT_FALSE(machine.has(name)) << name;
}

TEST_F(Dpkg, installs_again_after_removal_and_purge) {
  machine.dpkg({"-r", "hotswap"});
  machine.dpkg({"-i", kPackage});
  EXPECT_EQ(machine.status(), "installed " HS_VERSION);
  machine.dpkg({"-P", "hotswap"});
  machine.dpkg({"-i", kPackage});
  EXPECT_EQ(machine.status(), "installed " HS_VERSION);
  EXPECT_TRUE(machine.has(kSettings));
}

}  // namespace
}  // namespace hotswap::packaging
