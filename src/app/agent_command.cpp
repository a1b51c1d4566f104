#include "app/agent_command.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "app/agent_options.hpp"
#include "app/agent_traces.hpp"
#include "app/line_logger.hpp"
#include "app/small_process.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/probe/curl_prober.hpp"

namespace hotswap {
namespace {

LogLevel level_of(sdk::LogLevel level) {
  switch (level) {
    case sdk::LogLevel::Info:
      return LogLevel::Info;
    case sdk::LogLevel::Warning:
      return LogLevel::Warning;
    case sdk::LogLevel::Error:
      return LogLevel::Error;
  }
  return LogLevel::Info;
}

/// For tests: dies as by SIGKILL at a step of a swap.
agent::StepTold dying_at(const char* step) {
  if (step == nullptr) return {};
  return [at = std::string(step)](std::string_view reached) {
    if (reached == at) std::raise(SIGKILL);
  };
}

void log_into(agent::SidecarOptions& options, Logger& logger) {
  options.agent.client.log = [&logger](sdk::LogLevel level, std::string_view line) {
    logger.write(level_of(level), "agent", line, {});
  };
  options.log = [&logger](LogLevel level, const std::string& line) {
    logger.write(level, "agent", line, {});
  };
  options.files.log = [&logger](const std::string& line) { logger.warning("agent", line); };
  options.agent.settled = release_startup_memory;
  options.files.told = dying_at(std::getenv("HOTSWAP_AGENT_DIES_AT"));
}

void announce(const AgentPlan& plan) {
  // Standard output is the program's, if there is one.
  if (plan.instance && plan.instance->supervise) return;
  std::printf("hotswap: agent of %s in %s\n", plan.service.c_str(), plan.environment.c_str());
  std::fflush(stdout);
}

}  // namespace

Result<int> run_agent(const cli::AgentArguments& arguments) {
  auto plan = agent_plan(arguments);
  if (!plan) return std::unexpected(plan.error());
  stay_small();
  agent::Supervisor::block_signals(plan->instance && plan->instance->supervise);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond its limit is an error to tell, not our end
  SystemClock clock;
  LineLogger logger(clock);
  // The one who starts an agent names the program to look at: on this machine, as a rule.
  CurlProber prober(net::Reach::of_operator(), {});
  std::optional<agent::TrafficFollower> traffic;
  announce(*plan);
  if (plan->traffic) {
    plan->traffic->log = [&logger](const std::string& line) { logger.info("agent", line); };
    traffic.emplace(*std::move(plan->traffic));
    traffic->start();
  }
  if (plan->instance) {
    log_into(*plan->instance, logger);
    auto traces = AgentTraces::of_environment(clock, logger, plan->instance->agent.client);
    if (!traces) return std::unexpected(traces.error());
    return agent::Sidecar(*std::move(plan->instance), prober, clock).run();
  }
  while (!agent::Supervisor::wait_for_stop(std::chrono::hours(24))) {
  }
  return 0;
}

}  // namespace hotswap
