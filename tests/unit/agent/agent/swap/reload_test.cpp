#include "agent/swap/reload.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "unit/agent/agent/folder.hpp"
#include "unit/sdk/fake_server.hpp"

namespace hotswap::agent {
namespace {

class ReloadTest : public FolderTest {
 protected:
  static std::string why(const Result<void>& done) {
    return done ? std::string() : done.error().reason + ' ' + done.error().detail;
  }
};

TEST_F(ReloadTest, by_an_address_posts_there_and_takes_2xx_for_success) {
  std::atomic<int> status = 204;
  sdk::testing::FakeServer program;
  program.on_register = [&](const sdk::testing::Request& request) {
    EXPECT_EQ(request.method, "POST");
    return sdk::testing::Response{status, status == 204 ? "" : "not now", ""};
  };
  Reloader reloader({.url = program.url() + "/reload"});
  EXPECT_EQ(why(reloader.reload()), "");
  status = 500;
  EXPECT_TRUE(why(reloader.reload()).starts_with("reload.failed "));
  EXPECT_TRUE(why(reloader.reload()).ends_with("/reload answered 500: not now"));
  program.stop();
  EXPECT_TRUE(why(reloader.reload()).starts_with("http.unreachable "));
}

TEST_F(ReloadTest, by_a_signal_reaches_the_process_of_the_pid_file) {
  sigset_t usr1;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &usr1, nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    int number = 0;
    ::sigwait(&usr1, &number);
    ::_exit(number == SIGUSR1 ? 7 : 1);
  }
  ::sigprocmask(SIG_UNBLOCK, &usr1, nullptr);
  write("pid", std::to_string(pid) + "\n");
  Reloader reloader({.signal = SIGUSR1, .pid_file = folder_ / "pid"});
  EXPECT_EQ(why(reloader.reload()), "");
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(why(reloader.reload()), "") << "it is gone, and reads its files when it starts";
}

TEST_F(ReloadTest, a_pid_file_that_names_no_process_is_told) {
  Reloader reloader({.signal = SIGUSR1, .pid_file = folder_ / "pid"});
  EXPECT_EQ(why(reloader.reload()), "") << "no file: the program does not run";
  for (const auto* text : {"", "abc", "1", "0", "-5", "12 34"}) {
    write("pid", text);
    EXPECT_TRUE(why(reloader.reload()).contains("does not hold the number")) << text;
  }
}

TEST_F(ReloadTest, of_a_program_that_does_not_run_is_nothing_to_do) {
  bool runs = false;
  int restarts = 0;
  Reloader reloader({.restart = true}, {.running = [&] { return runs; },
                                        .restart = [&]() -> Result<void> {
                                          ++restarts;
                                          return {};
                                        }});
  EXPECT_EQ(why(reloader.reload()), "");
  EXPECT_EQ(restarts, 0);
  runs = true;
  EXPECT_EQ(why(reloader.reload()), "");
  EXPECT_EQ(restarts, 1);
}

}  // namespace
}  // namespace hotswap::agent
