#include "app/composition.hpp"

#include <unistd.h>

#include <cstdio>

#include "api/formats/toml.hpp"
#include "api/formats/yaml.hpp"
#include "app/agent_command.hpp"
#include "app/archives.hpp"
#include "app/data_dir.hpp"
#include "app/keys.hpp"
#include "app/moving.hpp"
#include "app/node.hpp"
#include "app/process_guard.hpp"
#include "app/secret_keys.hpp"
#include "app/server_command.hpp"
#include "app/service_manager.hpp"
#include "app/stop_signals.hpp"
#include "app/token_tool.hpp"
#include "cli/exit_code.hpp"
#include "infrastructure/clock/anchored_clock.hpp"
#include "infrastructure/clock/host_name.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/crypto/aes_gcm.hpp"
#include "infrastructure/crypto/ed25519.hpp"
#include "infrastructure/postgres/postgres_store.hpp"
#include "infrastructure/sqlite/sqlite_store.hpp"
#include "orchestrator/archive_reader.hpp"

namespace hotswap {
namespace {

constexpr auto kDatabase = "/hotswap.db";

int cannot_start(const Error& error) {
  std::fprintf(stderr, "hotswap: cannot start: %s\n", error.detail.c_str());
  if (!error.internal.empty()) std::fprintf(stderr, "  %s\n", error.internal.c_str());
  return static_cast<int>(cli::exit_code(error.code));
}

std::string shown_address(const Settings& settings, std::uint16_t port) {
  const bool v6 = settings.listen.address.contains(':');
  return (v6 ? '[' + settings.listen.address + ']' : settings.listen.address) + ':' +
         std::to_string(port);
}

void announce(const Settings& settings, std::uint16_t port) {
  const std::string address = shown_address(settings, port);
  const char* scheme = settings.listen.tls_cert.empty() ? "http" : "https";
  // Scripts and tests read the first line; people read the second.
  std::printf("listening %s\n", address.c_str());
  std::printf("hotswap: ready on %s://%s", scheme, address.c_str());
  if (settings.auth.dev)
    std::printf(", admin token in %s/admin.token", settings.store.data_dir.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

int serve_on(const Settings& settings, const Ground& ground, NodeKeys keys,
             const std::optional<Peers>& peers = {}) {
  Logger& logger = ground.log.logger();
  std::optional<ArchiveReader> archived;
  if (ground.archive != nullptr) {
    archived.emplace(*ground.archive);
    ground.store.read_archived_by(
        [&archived](const Version& version) { return archived->content_of(version); });
  }
  Node node(settings, std::move(keys), ground, peers);
  auto port = node.start();
  if (!port) return cannot_start(port.error());
  logger.info("app", "ready", {{"address", shown_address(settings, *port)}});
  announce(settings, *port);
  tell_service_manager("READY=1");
  const int signal = wait_for_stop_signal([&] { node.reload(ground.log.reopen()); });
  logger.info("app", "draining", {{"signal", signal}});
  tell_service_manager("STOPPING=1");
  node.drain();
  logger.info("app", "stopped");
  return 0;
}

/// The cluster's database may start after this server: it is waited for, and the log says so.
Result<std::unique_ptr<PostgresStore>> open_postgres(const Settings& settings,
                                                     const std::string& writer, const Clock& clock,
                                                     Logger& logger) {
  const MonoTime until = clock.mono() + settings.store.database_wait;
  Duration pause = std::chrono::milliseconds(500);
  for (;;) {
    auto store =
        PostgresStore::open({.dsn = settings.store.database,
                             .writer = writer,
                             .readers = static_cast<std::size_t>(settings.store.database_pool)});
    if (store || store.error().code != ErrorCode::Unavailable || clock.mono() + pause > until)
      return store;
    logger.warning("store", "the database cannot be used yet, trying again",
                   {{"detail", store.error().detail}, {"internal", store.error().internal}});
    std::this_thread::sleep_for(pause);
    pause = std::min<Duration>(2 * pause, std::chrono::seconds(5));
  }
}

ClusterNode this_node(const Settings& settings, WallTime now) {
  SystemRandom random;
  ClusterNode node;
  node.name = settings.cluster.node_name.empty() ? host_name() : settings.cluster.node_name;
  node.id = node.name + '-' + random.guid().substr(0, 8);
  node.url = settings.cluster.advertise_url;
  node.version = HS_VERSION;
  node.started_at = now;
  return node;
}

/// What a node stands on beside its store and its clock.
struct Footing {
  ServerLog& log;
  const Secrets& secrets;
  PrometheusMetrics& metrics;
  Archive* archive = nullptr;
};

int serve_cluster(const Settings& settings, NodeKeys keys, const Footing& on) {
  Logger& logger = on.log.logger();
  const SystemClock machine;
  ClusterNode self = this_node(settings, machine.wall());
  auto store = open_postgres(settings, self.id, machine, logger);
  if (!store) return cannot_start(store.error());
  (*store)->measure(on.metrics);
  const auto now = postgres_time(settings.store.database);
  if (!now) return cannot_start(now.error());
  const AnchoredClock clock(machine, *now);
  self.started_at = *now;
  SystemRandom random;
  const auto shared = cluster::Services::make({.database = settings.store.database,
                                               .node = self.id,
                                               .redis = settings.redis.url,
                                               .redis_password_file = settings.redis.password_file,
                                               .redis_ca_file = settings.redis.ca_file,
                                               .redis_prefix = settings.redis.prefix},
                                              random, clock, logger);
  if (!shared) return cannot_start(shared.error());
  return serve_on(settings, {**store, clock, on.log, on.secrets, on.metrics, on.archive},
                  std::move(keys), Peers{std::move(self), **shared});
}

}  // namespace

int serve(const Settings& settings) {
  keep_memory_private();
  if (auto done = become(settings.guard.user); !done) return cannot_start(done.error());
  block_stop_signals();
  // A terminal that closes takes a server with it that has nothing to open anew.
  const bool reloads =
      !settings.listen.tls_cert.empty() || !settings.log.file.empty() || settings.log.access_file();
  if (reloads || ::isatty(STDIN_FILENO) == 0) keep_hangups();
  if (auto done = make_data_dir(settings.store.data_dir); !done) return cannot_start(done.error());
  const auto lock = DataDirLock::take(settings.store.data_dir);
  if (!lock) return cannot_start(lock.error());
  auto trust = trust_of(settings);
  if (!trust) return cannot_start(trust.error());
  auto signing = webhook_key(settings);
  if (!signing) return cannot_start(signing.error());
  auto signing_audit = audit_signing(settings);
  if (!signing_audit) return cannot_start(signing_audit.error());
  auto password = smtp_password(settings);
  if (!password) return cannot_start(password.error());
  AesGcm cipher;
  auto wrapping = secret_keys(settings, cipher);
  if (!wrapping) return cannot_start(wrapping.error());
  const Secrets secrets{*wrapping->wrapper, cipher, wrapping->renew};
  SystemClock clock;
  SystemRandom random;
  const auto archive = make_archive(settings, clock, random);
  if (!archive) return cannot_start(archive.error());
  if (settings.auth.dev)
    if (auto done = write_admin_token(settings, trust->issuers.front(), clock.wall()); !done)
      return cannot_start(done.error());
  ServerLog log(clock, settings.log);
  warn_of_root(log.logger());
  PrometheusMetrics metrics;
  NodeKeys keys{std::move(*trust), std::move(*signing), std::move(*password),
                std::move(*signing_audit)};
  if (!settings.store.database.empty())
    return serve_cluster(settings, std::move(keys), {log, secrets, metrics, archive->get()});
  auto store = SqliteStore::open({.path = settings.store.data_dir + kDatabase});
  if (!store) return cannot_start(store.error());
  (*store)->measure(metrics);
  return serve_on(settings, {**store, clock, log, secrets, metrics, archive->get()},
                  std::move(keys));
}

cli::Actions actions() {
  cli::Actions actions;
  actions.server = server_verb(serve);
  actions.agent = run_agent;
  actions.mint = mint_token;
  actions.inspect = inspect_token;
  actions.moving = moving_verbs();
  actions.audit = {crypto::read_ed25519_public, crypto::ed25519_verify};
  actions.forms.yaml = [](std::string_view text) { return api::yaml_to_json(text); };
  actions.forms.toml = [](std::string_view text) { return api::toml_to_json(text); };
  actions.version = HS_VERSION;
  return actions;
}

}  // namespace hotswap
