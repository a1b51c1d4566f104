// The packages as files: what they hold and say of themselves.
#include "packaging/shell.hpp"

namespace hotswap::packaging {
namespace {

const std::string kRuntime = HS_PACKAGES "/hotswap_" HS_VERSION "_amd64.deb";
const std::string kDev = HS_PACKAGES "/libhotswap-dev_" HS_VERSION "_amd64.deb";

std::string field(const std::string& package, const std::string& name) {
  auto value = output_of(R"(dpkg-deb -f "$1" "$2")", {package, name});
  if (value.ends_with('\n')) value.pop_back();
  return value;
}

/// `MODE OWNER/GROUP PATH` of everything in the package.
std::vector<std::string> content(const std::string& package) {
  return lines_of(output_of(R"(dpkg-deb -c "$1" | awk '{ print $1, $2, $6 }')", {package}));
}

bool holds(const std::vector<std::string>& lines, const std::string& line) {
  return std::ranges::find(lines, line) != lines.end();
}

TEST(DebianPackage, holds_program_manual_completion_units_and_settings) {
  const auto files = content(kRuntime);
  for (const std::string file :
       {"-rwxr-xr-x root/root ./usr/bin/hotswap",
        "-rw-r--r-- root/root ./usr/share/man/man1/hotswap.1.gz",
        "-rw-r--r-- root/root ./usr/share/man/man1/hotswap-server.1.gz",
        "-rw-r--r-- root/root ./usr/share/man/man1/hotswap-agent.1.gz",
        "-rw-r--r-- root/root ./usr/share/bash-completion/completions/hotswap",
        "-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_hotswap",
        "-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/hotswap.fish",
        "-rw-r--r-- root/root ./lib/systemd/system/hotswap-server.service",
        "-rw-r--r-- root/root ./lib/systemd/system/hotswap-agent@.service",
        "-rw-r--r-- root/root ./usr/lib/sysusers.d/hotswap.conf",
        "-rw-r--r-- root/root ./etc/hotswap/server.json",
        "drwxr-xr-x root/root ./etc/hotswap/agent/",
        "-rw-r--r-- root/root ./usr/share/doc/hotswap/copyright",
        "-rw-r--r-- root/root ./usr/share/doc/hotswap/changelog.gz",
        "-rw-r--r-- root/root ./usr/share/doc/hotswap/docs/installation.md",
        "-rw-r--r-- root/root ./usr/share/doc/hotswap/examples/cluster.conf"})
    EXPECT_TRUE(holds(files, file)) << file;
}

TEST(DebianPackage, leaves_every_other_folder_alone) {
  for (const auto& package : {kRuntime, kDev})
    for (const auto& line : content(package)) {
      const auto path = line.substr(line.find("./"));
      EXPECT_TRUE(path.size() < 7 || path.starts_with("./usr/") || path.starts_with("./etc/") ||
                  path.starts_with("./lib/systemd/"))
          << line;
      EXPECT_FALSE(path.starts_with("./usr/local")) << line;
      EXPECT_TRUE(line.contains(" root/root ")) << line;
    }
}

TEST(DebianPackage, holds_the_library_and_its_headers) {
  const auto files = content(kDev);
  const auto any = [&](const std::string& end) {
    return std::ranges::any_of(files, [&](const auto& line) { return line.ends_with(end); });
  };
  for (const std::string end : {"/libhotswap.a", "/include/hotswap/client.hpp", "-config.cmake",
                                ".pc", "/libhotswap-dev/copyright"})
    EXPECT_TRUE(any(end)) << end;
  EXPECT_FALSE(any("/bin/hotswap"));
}

TEST(DebianPackage, says_what_it_is_and_what_it_needs) {
  EXPECT_EQ(field(kRuntime, "Package"), "hotswap");
  EXPECT_EQ(field(kRuntime, "Version"), HS_VERSION);
  EXPECT_EQ(field(kRuntime, "Section"), "admin");
  const auto needs = field(kRuntime, "Depends");
  for (const std::string part : {"systemd-sysusers", "libc6 (>= ", "libssl3 (>= ",
                                 "libsqlite3-0 (>= ", "libcurl4 (>= ", "libstdc++6 (>= "})
    EXPECT_TRUE(needs.contains(part)) << part << " in " << needs;
  EXPECT_EQ(field(kDev, "Section"), "libdevel");
  EXPECT_TRUE(field(kDev, "Depends").contains("libcurl4-openssl-dev"));
}

TEST(DebianPackage, has_the_changelog_of_this_version) {
  EXPECT_EQ(output_of(R"(dpkg-parsechangelog -l "$1" -S Version)",
                      {HS_SOURCE_DIR "/deploy/debian/changelog"}),
            HS_VERSION "\n");
}

TEST(DebianPackage, gives_lintian_nothing_to_say) {
  const auto said =
      sh(R"(lintian --fail-on error,warning --no-tag-display-limit "$@" 2>&1)", {kRuntime, kDev});
  EXPECT_EQ(said.code, 0) << said.output;
  for (const auto& line : lines_of(said.output))
    EXPECT_FALSE(line.starts_with("E:") || line.starts_with("W:")) << line;
}

TEST(DebianPackage, holds_a_stripped_and_hardened_program) {
  const cli::TempFolder folder("hotswap-deb");
  const auto program = folder.path().string() + "/usr/bin/hotswap";
  output_of(R"(dpkg-deb -x "$1" "$2")", {kRuntime, folder.path().string()});
  const auto header = output_of(R"(readelf -W -h -d -l -S "$1")", {program});
  for (const std::string part : {"DYN (Position-Independent", "BIND_NOW", "GNU_RELRO"})
    EXPECT_TRUE(header.contains(part)) << part;
  for (const std::string part : {".debug_info", ".symtab"})
    EXPECT_FALSE(header.contains(part)) << part;
  for (const auto& line : lines_of(header))
    EXPECT_FALSE(line.contains("GNU_STACK") && line.contains("RWE")) << line;
  EXPECT_EQ(output_of(R"("$1" --version)", {program}).contains(HS_VERSION), true);
}

TEST(DebianPackage, is_found_by_a_project_that_knows_nothing_else) {
  const cli::TempFolder folder("hotswap-consumer");
  EXPECT_EQ(output_of(R"(cd "$1"; dpkg-deb -x "$2" root
                         cmake -S "$3" -B build -DCMAKE_CXX_COMPILER="$4" \
                           -DCMAKE_PREFIX_PATH="$1/root/usr" >log
                         cmake --build build >>log; build/consumer)",
                      {folder.path().string(), kDev, HS_SOURCE_DIR "/tests/packaging/consumer",
                       HS_COMPILER}),
            "pool of 7\n");
}

}  // namespace
}  // namespace hotswap::packaging
