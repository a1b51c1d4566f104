// How long a command takes from its start to its end, beside a program that does nothing and beside
// curl with the same request; they take turns.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"

extern char** environ;

namespace hotswap::perf {
namespace {

constexpr int kRounds = 60;
constexpr double kGoalMilliseconds = 30;

/// Milliseconds from the start of a program to its end.
double run(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  const auto start = Clock::now();
  pid_t child = 0;
  const int error = posix_spawnp(&child, argv[0], &quiet, nullptr, argv.data(), environ);
  int status = 0;
  if (error == 0) ::waitpid(child, &status, 0);
  const auto took = milliseconds_since(start);
  posix_spawn_file_actions_destroy(&quiet);
  if (error != 0 || status != 0) give_up(command.front() + " failed");
  return took;
}

Row measured(const std::string& what, const std::vector<std::string>& command,
             const std::string& yardstick, const std::vector<std::string>& other) {
  std::vector<double> ours, theirs;
  for (int round = 0; round < kRounds; ++round) {
    ours.push_back(run(command));
    theirs.push_back(run(other));
  }
  Row row{.bench = "cli", .what = what, .value = median(ours), .unit = "ms"};
  row.yardstick = yardstick;
  row.measured = median(theirs);
  row.ratio = row.value / *row.measured;
  row.goal = Goal::ValueAtMost;
  row.bound = kGoalMilliseconds;
  return row;
}

}  // namespace

Rows bench_cli() {
  Server server;
  server.has_profile();
  const auto hotswap = built("hotswap");
  const auto url = server.api().options().server;
  const auto token = (server.folder() / "data/admin.token").string();
  const std::vector<std::string> list{hotswap, "config",       "list", "--server",
                                      url,     "--token-file", token};
  const std::vector<std::string> curl{"curl", "-sSf", "-H",
                                      "Authorization: Bearer " + server.token(),
                                      url + "/api/v1/configs?limit=200"};
  return {measured("hotswap --version, start to end", {hotswap, "--version"}, "/bin/true",
                   {"/bin/true"}),
          measured("hotswap config list, start to end", list, "curl of the same call", curl),
          measured("completion of a verb, start to end", {hotswap, "complete", "bash", "--", "dep"},
                   "/bin/true", {"/bin/true"})};
}

}  // namespace hotswap::perf
