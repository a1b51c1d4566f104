// What the API of a node is given.
#include "app/node.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

net::TrustedProxies trusted(const GuardSettings& guard) {
  return net::TrustedProxies::read(guard.trusted_proxies).value_or(net::TrustedProxies());
}

}  // namespace

api::Services Node::services() {
  return {.configs = configs_,
          .schemas = schemas_,
          .deployments = deployments_,
          .reports = reports_,
          .calendar = calendar_,
          .fleet = fleet_,
          .audit = audit_,
          .secrets = rotation_,
          .traffic = traffic_,
          .notifications = notifications_,
          .retention = retention_job_,
          .erasures = erasures_,
          .revocations = revocations_,
          .store = store_,
          .committer = committer_,
          .streams = streams_,
          .feeds = feeds_,
          .traffic_hub = traffic_hub_,
          .tokens = tokens_,
          .cache = cache_,
          .clock = clock_,
          .logger = logger_,
          .certificates = certificates_,
          .version = HS_VERSION,
          .metrics_text = [this](bool open_metrics) { return metrics_text(open_metrics); },
          .metrics_open = false,
          .draining = [this] { return draining_.load(); },
          .secret_sources = &outside_.sources(),
          .cluster = cluster_.get(),
          .moves = cluster_ ? &moves_ : nullptr,
          .audit_keeper = &audit_keeper_,
          .gate = gate(),
          .access = access_,
          .logs = &logs_,
          .facts = [this] { return facts(); },
          .metrics = &metrics_};
}

api::GateOptions Node::gate() {
  const auto per_second = [](int count, int burst) { return Rate::of(count, 1s, burst * count); };
  api::GateOptions options;
  options.address = per_second(guard_.rate_address, 2);
  options.principal = per_second(guard_.rate_principal, 2);
  options.instance = per_second(guard_.rate_instance, 5);
  // A whole fleet comes back with one bootstrap token.
  options.bootstrap = per_second(guard_.rate_principal, 20);
  options.failures = Rate::of(guard_.rate_failures, 1min, guard_.rate_failures);
  options.proxies = trusted(guard_);
  options.insecure_secrets = guard_.insecure_secrets;
  options.seed = random_.below(UINT64_MAX);
  options.on_refused = [this](std::string_view scope) {
    metrics_
        .counter("hotswap_rate_limited_total",
                 "Requests refused because their sender asks too often",
                 {{"budget", std::string(scope)}})
        .add();
  };
  return options;
}

api::ServerOptions Node::server_options(const Settings& settings, Logger& logger) {
  api::ServerOptions options;
  options.address = settings.listen.address;
  options.port = settings.listen.port;
  options.io_threads = settings.listen.io_threads;
  if (options.io_threads == 0)
    options.io_threads = std::max(1, static_cast<int>(allowed_cores() / 2));
  options.workers = settings.listen.workers;
  // To wait for a database across a network takes no processor.
  if (options.workers == 0) options.workers = settings.store.database.empty() ? 4 : 64;
  if (!settings.listen.tls_cert.empty())
    options.tls =
        api::TlsFiles{settings.listen.tls_cert, settings.listen.tls_key, settings.auth.client_ca,
                      settings.auth.client_certificates == "required"};
  options.limits.address_connections = static_cast<std::size_t>(settings.guard.address_connections);
  options.counts_address = [proxies = trusted(settings.guard)](const std::string& address) {
    const auto ip = net::parse_address(address);
    return ip && net::kind_of(*ip) != net::AddressKind::Loopback && !proxies.contains(*ip);
  };
  options.on_warning = [&logger](std::string_view what) {
    logger.warning("server", "transport", {{"detail", what}});
  };
  return options;
}

std::string Node::served_at(std::uint16_t port) const {
  const bool v6 = listen_.address.contains(':');
  return (listen_.tls_cert.empty() ? "http://" : "https://") +
         (v6 ? '[' + listen_.address + ']' : listen_.address) + ':' + std::to_string(port);
}

}  // namespace hotswap
