#include "cli/demo/run_demo.hpp"

#include <fmt/format.h>

#include "cli/demo/scenes.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

using Clock = std::chrono::steady_clock;

bool play(Show& show) {
  return play_first_version(show) && play_refused_upload(show) && play_good_canary(show) &&
         play_bad_canary(show) && play_blue_green(show) && play_rolling(show);
}

bool summary(Show& show, Clock::duration took, bool complete) {
  const auto& terminal = show.terminal();
  show.say("");
  show.say(terminal.paint(Paint::Bold, "What was told, and whether it was seen"));
  bool all = complete;
  for (const auto& check : show.checks()) {
    all = all && check.ok;
    show.say(
        (check.ok ? terminal.paint(Paint::Green, "  ✓ ") : terminal.paint(Paint::Red, "  ✗ ")) +
        check.what);
  }
  if (!complete) show.say(terminal.paint(Paint::Red, "  ✗ a scene did not come to its end"));
  show.say(fmt::format("  {} checks, {}", show.checks().size(),
                       human_duration(std::chrono::duration_cast<Duration>(took))));
  return all;
}

/// Who is not written in C++.
std::string introduction(World& world) {
  std::string names;
  for (const auto& instance : world.instances()) {
    if (instance.outsider) names += (names.empty() ? "" : " and ") + instance.name;
  }
  if (names.empty()) return "python3 and node are not here, so all services are in C++\n";
  return names +
         ": programs that know nothing of HotSwap; an agent hands them what they shall "
         "run.\n";
}

std::string invitation(World& world) {
  return fmt::format(R"(
Everything still runs; try it from another terminal:
  export HOTSWAP_SERVER={} HOTSWAP_TOKEN_FILE={}
  hotswap instances                                   what runs where
  hotswap diff {} 1.1.0 1.2.0     the mistake
  hotswap deployment list                             what happened
  hotswap explain ID                                  why it was decided so
  hotswap report ID --html report.html                with charts
  hotswap schema get payment-service                  what a content must look like
  hotswap rollback {} --to 1.1.0 --deploy
  hotswap events --follow                             everything, live
  curl -s http://127.0.0.1:{}/config                the first payment service itself
  {}/docs                          the API
Ctrl-C ends it all and removes its folder.
)",
                     world.api().server, world.token_file().string(), kDemoProfile, kDemoProfile,
                     world.instances().front().port, world.api().server);
}

}  // namespace

Outcome run_demo(Session& session, const DemoOptions& options) {
  const Interrupt interrupt;
  session.print(
      fmt::format("Starting a server and {} payment services …\n", options.world.instances));
  const auto begin = Clock::now();
  auto world = World::start(options.world);
  if (!world) return std::unexpected(world.error());
  session.print(introduction(**world));
  bool all = false;
  {
    Show show(**world, session.terminal());
    const bool complete = play(show);
    if (Interrupt::requested()) return ExitCode::Interrupted;
    all = summary(show, Clock::now() - begin, complete);
    if (!all) show.say("the server's log:\n" + (*world)->server_log_tail());
    if (!options.once) {
      show.say(invitation(**world));
      while (!Interrupt::requested()) show.watch(std::chrono::milliseconds(1000));
    }
  }
  return all ? ExitCode::Ok : ExitCode::RolloutFailed;
}

void add_demo_verb(Verbs& verbs) {
  auto options = std::make_shared<DemoOptions>();
  auto* command =
      verbs.app().add_subcommand("demo", "a server, ten services and five rollouts in 90 seconds");
  command->add_flag("--once", options->once, "end afterwards; exit 0 only if all was as told");
  command->add_option("--port", options->world.port, "of the server; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->default_val(0);
  command->add_option("--instances", options->world.instances, "payment services")
      ->check(CLI::Range(5, 50))
      ->default_val(10);
  verbs.on(command, [options](Session& session) { return run_demo(session, *options); });
}

}  // namespace hotswap::cli
