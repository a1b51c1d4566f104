// The process and its unit: whom it runs as, what it leaves behind, what systemd thinks of it.
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <regex>

#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::security {
namespace {

using namespace std::chrono_literals;
using e2e::Server;

std::string text_of(const std::filesystem::path& file) {
  const std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string status_of(Server& server, const std::string& name) {
  const auto text = text_of("/proc/" + std::to_string(server.process().pid()) + "/status");
  const auto at = text.find("\n" + name + ":");
  return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

TEST(Process, LeavesNoCoreAndLetsNobodyLookInto) {
  Server server;
  const auto proc = "/proc/" + std::to_string(server.process().pid());
  const auto limits = text_of(proc + "/limits");
  EXPECT_TRUE(std::regex_search(limits, std::regex("Max core file size +0 +0"))) << limits;
  // What is not dumpable belongs to root in /proc, whoever runs it; and nobody but root may open
  // it.
  struct stat found{};
  ASSERT_EQ(::stat((proc + "/environ").c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 0u);
  ASSERT_EQ(status_of(server, "Umask"), "Umask:\t0077");
}

TEST(Process, MakesFilesForItsUserAlone) {
  Server server;
  server.has_profile();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server.data())) {
    struct stat found{};
    ASSERT_EQ(::stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 077, 0u) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 4);
}

struct AsRoot : ::testing::Test {
  void SetUp() override { ASSERT_EQ(::geteuid(), 0u) << "this test starts the server as root"; }
};

TEST_F(AsRoot, IsWarnedOf) {
  Server server;
  EXPECT_TRUE(e2e::eventually([&] {
    return server.process().output().contains("runs as root, which it needs for nothing");
  })) << server.process().output();
}

TEST_F(AsRoot, BecomesTheGivenUserForGood) {
  const cli::TempFolder folder("hotswap-user");
  const auto* nobody = ::getpwnam("nobody");
  ASSERT_NE(nobody, nullptr);
  const auto uid = nobody->pw_uid;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  const auto data = folder.path() / "data";
  std::filesystem::create_directory(data);
  ASSERT_EQ(::chown(data.c_str(), uid, nobody->pw_gid), 0);
  auto process = cli::ChildProcess::start(
      {.command = {e2e::binary("hotswap"), "server", "--dev", "--listen", "127.0.0.1:0",
                   "--data-dir", data.string(), "--user", "nobody"},
       .log = folder.path() / "log"});
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_line("listening ", 20s)) << process->output();
  const auto status = text_of("/proc/" + std::to_string(process->pid()) + "/status");
  const auto id = std::to_string(uid);
  EXPECT_TRUE(status.contains("Uid:\t" + id + "\t" + id + "\t" + id + "\t" + id)) << status;
  EXPECT_TRUE(status.contains("CapEff:\t0000000000000000")) << status;
  EXPECT_TRUE(status.contains("CapPrm:\t0000000000000000")) << status;
  EXPECT_TRUE(status.contains("NoNewPrivs:\t1")) << status;
  struct stat key{};
  ASSERT_EQ(::stat((data / "jwt.key").c_str(), &key), 0);
  EXPECT_EQ(key.st_uid, uid);
  EXPECT_FALSE(process->output().contains("runs as root"));
  struct stat environment{};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(process->pid()) + "/environ").c_str(), &environment),
            0);
  EXPECT_EQ(environment.st_uid, 0u) << "it may be dumped";
  process->send(SIGTERM);
  EXPECT_EQ(process->wait(20s), 0);
}

TEST_F(AsRoot, AUserThatThereIsNotIsSaid) {
  const cli::TempFolder folder("hotswap-user");
  const auto refused = e2e::hotswap({"server", "--dev", "--data-dir",
                                     (folder.path() / "data").string(), "--user", "no-such-user"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_TRUE(refused.err.contains("--user: cannot become no-such-user: there is no such user"))
      << refused.err;
}

/// `→ Overall exposure level for x.service: 1.1 OK`, read without a running systemd.
double exposure(const std::string& unit) {
  const auto said = e2e::run_program({"systemd-analyze", "security", "--offline=true", "--no-pager",
                                      e2e::source_folder() + "/deploy/systemd/" + unit});
  std::smatch found;
  if (!std::regex_search(said.out, found, std::regex("exposure level for .*: ([0-9.]+)"))) {
    ADD_FAILURE() << said.out << said.err;
    return 10;
  }
  return std::stod(found[1]);
}

TEST(Units, AreLockedIn) {
  EXPECT_LE(exposure("hotswap-server.service"), 1.5);
  EXPECT_LE(exposure("hotswap-agent@.service"), 1.5);
}

}  // namespace
}  // namespace hotswap::security
