#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

using Flags = std::shared_ptr<AgentArguments>;

void add_instance_flags(CLI::App& command, AgentArguments& flags) {
  command.add_option("--service", flags.service, "service that the program belongs to");
  command.add_option("--environment", flags.environment, "Development, Staging or Production");
  command.add_option("--agent-config", flags.config_file,
                     "YAML, TOML or JSON file that says all this; flags go before it");
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
  command.add_option("--state-key", flags.state_key,
                     "file with the key that seals those with secrets (default: made in the "
                     "folder), or none: they are not kept");
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
  command.add_option("--latency-unit", flags.latency_unit, "s (default), ms or us");
  command.add_option("--metric", flags.metrics,
                     "NAME=SELECTOR of a custom metric, may be given again; counters are reported "
                     "as their rate per second");
  command.add_option("--health-url", flags.health_url,
                     "looked at before each heartbeat: http, https or tcp://host:port");
}

void add_file_flags(CLI::App& command, AgentArguments& flags) {
  command.add_option("--profile", flags.profile,
                     "that is handed on (default: the first one delivered)");
  command
      .add_option("--file", flags.files, "written atomically at every change, may be given again")
      ->allow_extra_args(false);
  command.add_option("--format", flags.format,
                     "json, yaml, toml, env or properties (default: by the file's extension)");
  command.add_option("--template", flags.template_file, "the file is made from this template");
  command.add_option("--mode", flags.mode, "rights of the file, e.g. 0640 (default: as it has)");
  command.add_option("--owner", flags.owner, "user:group of the file");
  command.add_option("--check", flags.check,
                     "command that looks at the new file, {}, before it is used, e.g. 'nginx -t -c "
                     "{}'");
  command.add_option("--check-timeout", flags.check_timeout, "default 10s");
  command.add_option("--reload", flags.reload,
                     "command that makes the program read it, or restart");
  command.add_option("--reload-signal", flags.reload_signal, "HUP, USR1, … to the program");
  command.add_option("--pid-file", flags.pid_file, "of the program that gets the signal");
  command.add_option("--reload-url", flags.reload_url, "POST there");
  command.add_option("--reload-timeout", flags.reload_timeout, "default 10s");
  command.add_option("--serve", flags.serve,
                     "answer the program's questions: 127.0.0.1:8411 or unix:/PATH");
  command.add_flag("--serve-remote", flags.serve_remote, "--serve may be no loopback address");
}

void add_program_flags(CLI::App& command, AgentArguments& flags) {
  command.add_option("program", flags.command, "behind --: the program that is run and supervised");
  command.add_option(
      "--wait", flags.wait,
      "for the first configuration, before the program starts (default 30s; 0s: not at all)");
  command.add_option("--restart", flags.restart, "on-failure (default), always or never");
  command.add_option("--stop-timeout", flags.stop_timeout, "from SIGTERM to SIGKILL, default 10s");
  command.add_option("--crash-limit", flags.crash_limit,
                     "so many crashes reject a new configuration, default 3; 0: never");
  command.add_option("--crash-window", flags.crash_window, "within this time, default 60s");
  command.add_flag("--env", flags.environment_variables,
                   "the configuration is the program's environment, too");
  command.add_option("--env-prefix", flags.env_prefix, "of those variables, e.g. APP_");
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
  add_file_flags(*command, *flags);
  add_program_flags(*command, *flags);
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
