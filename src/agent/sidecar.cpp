#include "agent/sidecar.hpp"

#include "agent/render/environment.hpp"
#include "document.hpp"

namespace hotswap::agent {
namespace {

/// Between two looks for a stop signal, until the first configuration is there.
constexpr Duration kLook = std::chrono::milliseconds(100);

ReloadOptions with_stop(ReloadOptions options, const CommandStop& stop) {
  options.stop = &stop;
  return options;
}

FileSwapOptions with_reload(FileSwapOptions options, const CommandStop& stop,
                            std::function<Result<void>()> reload) {
  options.stop = &stop;
  options.reload = std::move(reload);
  return options;
}

HandoffOptions with_log(HandoffOptions options, std::function<void(const std::string&)> log) {
  options.log = std::move(log);
  return options;
}

HandoffOptions handoff_of(const SidecarOptions& options) {
  auto made = options.handoff;
  made.environment_variables = options.environment;
  made.env_prefix = options.env_prefix;
  const auto& kept = options.agent.client.state_dir;
  if (!kept.empty()) made.chosen_file = kept / "handed-on";
  return made;
}

}  // namespace

Sidecar::Sidecar(SidecarOptions options, Prober& prober, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      supervisor_(options_.supervise
                      ? std::make_unique<Supervisor>(*options_.supervise, supervisor_hooks(), clock)
                      : nullptr),
      reloader_(with_stop(options_.reload, commands_), program_handle()),
      files_(with_reload(options_.files, commands_,
                         [this] { return reloader_.reload(traceparent_); })),
      handoff_(with_log(handoff_of(options_), options_.files.log), files_) {
  if (options_.serve)
    server_ = std::make_unique<ConfigServer>(
        *options_.serve, PageSources{.current = [this] { return handoff_.current(); },
                                     .status = [this] { return status(); },
                                     .healthy = [this] { return healthy(); }});
  auto agent = std::move(options_.agent);
  keeps_ = !agent.client.state_dir.empty();
  hook_into(agent.client);
  if (supervisor_)
    agent.alive = [this]() -> std::optional<bool> {
      const auto program = supervisor_->status();
      return program.starts == 0 ? std::nullopt : std::optional(program.pid > 0);
    };
  agent_ = std::make_unique<Agent>(std::move(agent), prober, clock);
}

/// Each side asks the other, so both are still before one of them goes.
Sidecar::~Sidecar() {
  agent_->client().stop();
  server_.reset();
}

void Sidecar::say(LogLevel level, const std::string& line) const {
  if (options_.log) options_.log(level, line);
}

void Sidecar::hook_into(sdk::ClientOptions& client) {
  client.validator = [this](const sdk::Candidate& candidate) {
    return handoff_.validate(candidate);
  };
  client.interrupt = [this] { commands_.stop(); };
  client.applier = [this](const sdk::Application& application) {
    return put_in_place(application);
  };
}

std::optional<std::string> Sidecar::put_in_place(const sdk::Application& application) {
  traceparent_ = application.traceparent;
  auto why = handoff_.apply(application);
  traceparent_.clear();
  if (why) return why;
  agent_->unsettle();
  if (server_) server_->changed();
  const auto current = handoff_.current();
  if (!current || current->identity() != application.next.identity()) return std::nullopt;
  proven_ = current->identity().generation;
  if (supervisor_)
    supervisor_->configured(proven_, application.cause != sdk::Application::Cause::Applied);
  return std::nullopt;
}

ProgramHandle Sidecar::program_handle() {
  if (!supervisor_) return {};
  return {.running = [this] { return supervisor_->running(); },
          .signal =
              [this](int number) {
                blame_current();
                return supervisor_->signal(number);
              },
          .restart =
              [this] {
                blame_current();
                return supervisor_->restart();
              }};
}

/// Before the program meets it: a crash that follows at once is its fault.
void Sidecar::blame_current() {
  const auto current = handoff_.current();
  if (!current) return;
  const auto generation = current->identity().generation;
  supervisor_->configured(generation, generation == proven_);
}

SupervisorHooks Sidecar::supervisor_hooks() {
  return {.environment = [this] { return program_environment(); },
          .give_back = [this](std::uint64_t generation,
                              const std::string& reason) { give_back(generation, reason); },
          .log =
              [this](const std::string& line) {
                say(LogLevel::Warning, line);
                agent_->client().log(sdk::LogLevel::Warning, line);
              }};
}

Environment Sidecar::program_environment() const {
  Environment all;
  const auto current = handoff_.current();
  if (options_.environment && current)
    if (auto variables = environment_of(current->document()->root, options_.env_prefix))
      all = *std::move(variables);
  if (server_) all.emplace_back("HOTSWAP_AGENT", server_->url());
  if (!options_.files.targets.empty())
    all.emplace_back("HOTSWAP_FILE", options_.files.targets.front().file.string());
  return all;
}

void Sidecar::give_back(std::uint64_t generation, const std::string& reason) {
  const auto current = handoff_.current();
  if (!current || current->identity().generation != generation) return;
  const auto back = agent_->client().fall_back(current->identity().profile, reason);
  if (!back) say(LogLevel::Warning, back.error());
}

json::Value Sidecar::status() const {
  const auto client = agent_->status();
  json::Object out{
      {"service", options_.handoff.service}, {"environment", options_.handoff.environment},
      {"instance", client.instance_id},      {"server", client.server},
      {"registered", client.registered},     {"streaming", client.streaming}};
  if (!client.last_error.empty()) out.append("lastError", client.last_error);
  if (const auto current = handoff_.current()) {
    const auto& identity = current->identity();
    out.append("configuration", json::Object{{"profile", identity.profile},
                                             {"version", identity.version},
                                             {"generation", identity.generation},
                                             {"hash", identity.hash}});
  }
  json::Array files;
  for (const auto& target : options_.files.targets) files.push_back(target.file.string());
  out.append("files", std::move(files));
  if (supervisor_) {
    const auto program = supervisor_->status();
    json::Object about{{"running", program.pid > 0}, {"starts", program.starts}};
    if (program.pid > 0) about.append("pid", std::int64_t{program.pid});
    if (!program.last_end.empty()) about.append("lastEnd", program.last_end);
    out.append("program", std::move(about));
  }
  return out;
}

bool Sidecar::healthy() const {
  return handoff_.current() && (!supervisor_ || supervisor_->running());
}

Result<bool> Sidecar::wait_for_configuration() const {
  const auto until = clock_.mono() + options_.wait;
  while (!handoff_.current()) {
    const auto left = std::chrono::ceil<Duration>(until - clock_.mono());
    if (left.count() <= 0 && options_.wait.count() > 0)
      return fail(ErrorCode::Timeout, "agent.no_configuration",
                  "no configuration came within " + format_duration(options_.wait) +
                      " and none is on disk: " +
                      (agent_->status().last_error.empty() ? "nothing is deployed to this service"
                                                           : agent_->status().last_error) +
                      "; deploy one, or wait longer by --wait");
    if (left.count() <= 0) return true;
    if (Supervisor::wait_for_stop(std::min(left, kLook))) return false;
  }
  return true;
}

Result<int> Sidecar::live() {
  if (!supervisor_) {
    while (!Supervisor::wait_for_stop(std::chrono::hours(24))) {
    }
    return 0;
  }
  const auto ready = wait_for_configuration();
  if (!ready) return std::unexpected(ready.error());
  return *ready ? supervisor_->run() : 0;
}

Result<int> Sidecar::run() {
  files_.recover();
  if (!keeps_ && (supervisor_ || !options_.files.targets.empty()))
    say(LogLevel::Warning,
        "without --state-dir nothing is kept: a start with no server finds no configuration");
  if (server_) {
    if (auto started = server_->start(); !started) return std::unexpected(started.error());
    say(LogLevel::Info, "serving the configuration at " + server_->url());
  }
  if (auto started = agent_->start(); !started) return std::unexpected(started.error());
  auto code = live();
  say(LogLevel::Info, "leaving");
  agent_->leave();
  return code;
}

}  // namespace hotswap::agent
