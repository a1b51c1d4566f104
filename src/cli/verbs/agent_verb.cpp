#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

using Flags = std::shared_ptr<AgentArguments>;

void add_instance_flags(CLI::App& command, AgentArguments& flags) {
  command.add_option("--service", flags.service, "service that the program belongs to")->required();
  command.add_option("--environment", flags.environment, "Development, Staging or Production")
      ->required();
  command.add_option("--hostname", flags.hostname, "default: this machine's");
  command.add_option("--port", flags.port, "of the program");
  command.add_option("--program-version", flags.version, "of the program, free text");
  command.add_option("--pool", flags.pool, "blue or green, where traffic is switched");
  command.add_option("--zone", flags.zone, "deployments spread over zones");
  command.add_option("--label", flags.labels, "NAME=VALUE, may be given again");
  command.add_option("--schema", flags.schemas,
                     "NAME=VERSION that the program was built for, may be given again");
  command.add_option("--state-dir", flags.state_dir,
                     "folder for the instance's id and last-known-good configurations");
  command.add_option("--heartbeat-interval", flags.heartbeat_interval,
                     "instead of the server's, e.g. 5s");
}

void add_signal_flags(CLI::App& command, AgentArguments& flags) {
  command.add_option("--scrape", flags.scrape,
                     "the program's metrics, e.g. http://127.0.0.1:9100/metrics");
  command.add_option("--requests", flags.requests,
                     "counter of requests, e.g. 'http_requests_total' (default: the count of "
                     "--latency)");
  command.add_option("--errors", flags.errors,
                     "counter of failed ones, e.g. 'http_requests_total{code=~\"5..\"}'");
  command.add_option("--latency", flags.latency,
                     "histogram or summary, e.g. 'http_request_duration_seconds'");
  command.add_option("--latency-unit", flags.latency_unit, "s, ms or us")->default_val("s");
  command.add_option("--metric", flags.metrics,
                     "NAME=SELECTOR of a custom metric, may be given again; counters are reported "
                     "as their rate per second");
  command.add_option("--health-url", flags.health_url,
                     "looked at before each heartbeat: http, https or tcp://host:port");
}

void add_traffic_flags(CLI::App& command, AgentArguments& flags) {
  command.add_option("--traffic-template", flags.traffic_template,
                     "template of a file that names the live pool");
  command.add_option("--traffic-output", flags.traffic_output, "the file that is written from it");
  command.add_option("--traffic-check", flags.traffic_check, "command, e.g. 'nginx -t'");
  command.add_option("--traffic-reload", flags.traffic_reload, "command, e.g. 'nginx -s reload'");
  command.add_flag("--traffic-only", flags.traffic_only,
                   "follow the traffic alone: nobody is registered");
}

}  // namespace

void add_agent_verb(Verbs& verbs, const Actions& actions) {
  const Flags flags = std::make_shared<AgentArguments>();
  auto* command = verbs.app().add_subcommand(
      "agent", "stand for a program that does not speak HotSwap, until SIGTERM or Ctrl-C");
  add_instance_flags(*command, *flags);
  add_signal_flags(*command, *flags);
  add_traffic_flags(*command, *flags);
  verbs.on(command, [flags, run = actions.agent](Session& session) -> Outcome {
    const auto& known = session.connection();
    if (!known) return std::unexpected(known.error());
    flags->servers = known->server.value;
    flags->token = known->token.value;
    flags->token_file = known->token_file.value;
    flags->ca_file = known->ca_file.value;
    const auto code = run(*flags);
    if (!code) return std::unexpected(code.error());
    return static_cast<ExitCode>(*code);
  });
}

}  // namespace hotswap::cli
