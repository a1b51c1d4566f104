#include "app/agent_command.hpp"

#include <cstdio>

#include "app/agent_options.hpp"
#include "app/stop_signals.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/log/spdlog_logger.hpp"
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

}  // namespace

Result<int> run_agent(const cli::AgentArguments& arguments) {
  auto plan = agent_plan(arguments);
  if (!plan) return std::unexpected(plan.error());
  block_stop_signals();
  SystemClock clock;
  SpdlogLogger logger(clock, LogLevel::Info, LogFormat::Text);
  // The one who starts an agent names the program to look at: on this machine, as a rule.
  CurlProber prober(AddressGuard(true), {});
  std::optional<agent::Agent> instance;
  std::optional<agent::TrafficFollower> traffic;
  if (plan->instance) {
    plan->instance->client.log = [&logger](sdk::LogLevel level, std::string_view line) {
      logger.write(level_of(level), "agent", line, {});
    };
    instance.emplace(*std::move(plan->instance), prober, clock);
    if (auto started = instance->start(); !started) return std::unexpected(started.error());
  }
  if (plan->traffic) {
    plan->traffic->log = [&logger](const std::string& line) { logger.info("agent", line); };
    traffic.emplace(*std::move(plan->traffic));
    traffic->start();
  }
  std::printf("hotswap: agent of %s in %s\n", arguments.service.c_str(),
              arguments.environment.c_str());
  std::fflush(stdout);
  const int signal = wait_for_stop_signal();
  logger.info("agent", "leaving", {{"signal", signal}});
  if (instance) instance->leave();
  return 0;
}

}  // namespace hotswap
