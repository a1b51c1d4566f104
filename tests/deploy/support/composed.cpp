#include "deploy/support/composed.hpp"

#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::deploy {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kPrograms = "/usr/lib/postgresql/15/bin";
constexpr auto kPatience = 60s;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

int status_of(const std::string& url, const std::string& token = {}) {
  HttpClient http;
  HttpHeaders headers;
  if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
  const auto answer = http.request({.url = url, .headers = headers});
  return answer ? answer->status : 0;
}

/// PostgreSQL refuses to run as root.
const std::string& as_owner() {
  static const std::string kPrefix =
      ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups -- " : "";
  return kPrefix;
}

}  // namespace

Composed::Composed() : compose_(yaml_file(deploy_path("compose/compose.yaml"))) {
  for (const std::string name : {"postgres-1", "postgres-2", "redis", "haproxy", "haproxy-metrics",
                                 "prometheus", "minio", "jaeger"})
    ports_[name] = cli::free_port();
  fs::permissions(folder(), fs::perms(0755));
  make_secrets();
  start_redis();
  start_postgres();
  for (std::size_t number = 0; number < 2; ++number) start_node(number);
  const auto key = (folder() / "secrets/jwt.key").string();
  admin_token_ =
      trimmed(shell("token", '"' + e2e::binary("hotswap") +
                                 "\" token --role Admin --subject ada --key-file " + key));
}

Composed::~Composed() {
  for (const auto& [name, process] : processes_)  // before its folder goes
    if (name.starts_with("postgres")) process.send(SIGINT);
  for (auto& [name, process] : processes_)
    if (name.starts_with("postgres")) static_cast<void>(process.wait(kPatience));
}

cli::ChildProcess Composed::run(const std::string& name, std::vector<std::string> command,
                                std::vector<std::pair<std::string, std::string>> environment) {
  auto started = cli::ChildProcess::start({.command = std::move(command),
                                           .environment = std::move(environment),
                                           .log = folder() / (name + ".log")});
  if (!started) throw std::runtime_error(name + ": " + started.error().detail);
  return std::move(*started);
}

std::string Composed::shell(const std::string& name, const std::string& script) {
  auto process = run(name, {"/bin/sh", "-euc", script},
                     {{"PATH", std::string(kPrograms) + ":/usr/sbin:/usr/bin:/sbin:/bin"}});
  const auto code = process.wait(kPatience);
  if (!code || *code != 0) throw std::runtime_error(name + ": " + process.output());
  return process.output();
}

std::string Composed::here(std::string text) const {
  const auto port = [&](const std::string& name) { return std::to_string(ports_.at(name)); };
  replace_all(text, "/run/secrets", (folder() / "secrets").string());
  replace_all(text, "@postgres-1,postgres-2/",
              "@127.0.0.1:" + port("postgres-1") + ",127.0.0.1:" + port("postgres-2") + '/');
  replace_all(text, "redis://redis:6379", "redis://127.0.0.1:" + port("redis"));
  replace_all(text, "http://minio:9000", "http://127.0.0.1:" + port("minio"));    // nobody is there
  replace_all(text, "http://jaeger:4318", "http://127.0.0.1:" + port("jaeger"));  // likewise
  replace_all(text, "http://prometheus:9090", "http://127.0.0.1:" + port("prometheus"));
  return text;
}

void Composed::make_secrets() {
  const auto secrets = (folder() / "secrets").string();
  shell("prepare", deploy_path("compose/prepare").string() + ' ' + secrets);
  fs::permissions(secrets, fs::perms(0755));  // in containers only its files are seen
  for (const std::string name : {"server.json", "redis.conf"}) {
    const auto text = text_of(secrets + '/' + name);
    fs::remove(secrets + '/' + name);
    write(secrets + '/' + name, here(text));
  }
}

void Composed::start_redis() {
  auto config = here(text_of(deploy_path("compose/redis.conf")));
  replace_all(config, "port 6379", "port " + std::to_string(ports_["redis"]));
  write(folder() / "redis.conf", config + "bind 127.0.0.1\n");
  processes_["redis"] = run("redis", {"redis-server", (folder() / "redis.conf").string()});
  if (!eventually([this] { return redis_says("ping") == "PONG"; }, kPatience))
    throw std::runtime_error("redis: " + processes_["redis"].output());
}

std::string Composed::redis_says(const std::string& command) {
  return trimmed(shell("redis-cli", "REDISCLI_AUTH=$(cat " + (folder() / "secrets").string() +
                                        "/redis_password) redis-cli -p " +
                                        std::to_string(ports_["redis"]) + ' ' + command +
                                        " 2>/dev/null || true"));
}

void Composed::start_postgres() {
  const auto config = (folder() / "postgresql.conf").string();
  write(config, text_of(deploy_path("compose/postgres/postgresql.conf")));
  const auto folder = (this->folder() / "pg").string(), here = this->folder().string();
  shell("pg-folder", "mkdir " + folder + (as_owner().empty() ? "" : "; chown postgres " + folder));
  const auto options = [&](const std::string& name, const std::string& listen) {
    return "-c config_file=" + config + " -c fsync=off -c listen_addresses=" + listen +
           " -c unix_socket_directories=" + folder + " -c port=" + std::to_string(ports_[name]);
  };
  const auto scripts = deploy_path("compose/postgres").string();
  const auto first = std::to_string(ports_["postgres-1"]);
  // As the image's entry point does: a first server on its socket alone, the script, a restart.
  write(here + "/first.sh",
        "export PGDATA=" + folder + "/1 PGHOST=" + folder + " PGPORT=" + first +
            " SECRETS=" + here +
            "/secrets\numask 077\ninitdb --no-sync -U postgres --auth-local=trust "
            "--auth-host=scram-sha-256 --pwfile=$SECRETS/postgres_password >&2\n"
            "echo 'host all all all scram-sha-256' >>$PGDATA/pg_hba.conf\n"
            "pg_ctl -w start -o \"" +
            options("postgres-1", "") + "\" >&2\n" + scripts +
            "/primary.sh\npg_ctl -w -m fast stop >&2\n");
  shell("postgres-first", as_owner() + "/bin/sh -eu " + here + "/first.sh");
  const auto start = [&](const std::string& name, const std::string& data,
                         const std::string& program) {
    const auto environment = "PATH=" + std::string(kPrograms) + ":$PATH PGDATA=" + folder + data +
                             " SECRETS=" + here +
                             "/secrets PRIMARY_HOST=127.0.0.1 PRIMARY_PORT=" + first;
    processes_[name] = run(name, {"/bin/sh", "-euc",
                                  "exec " + as_owner() + "env " + environment + ' ' + program +
                                      ' ' + options(name, "127.0.0.1")});
  };
  start("postgres-1", "/1", "postgres");
  start("postgres-2", "/2", "/bin/sh " + scripts + "/standby.sh");
  const auto synchronous = [this] {
    return primary_says("SELECT sync_state FROM pg_stat_replication") == "sync";
  };
  if (!eventually(synchronous, kPatience))
    throw std::runtime_error("standby: " + processes_["postgres-2"].output());
}

std::string Composed::primary_says(const std::string& sql) {
  write(folder() / "question.sql", sql);
  return trimmed(shell("psql", as_owner() + "psql -qAtX -U postgres -h " +
                                   (folder() / "pg").string() + " -p " +
                                   std::to_string(ports_["postgres-1"]) + " -f " +
                                   (folder() / "question.sql").string() + " 2>/dev/null || true"));
}

void Composed::start_node(std::size_t number) {
  const std::string name = "node-" + std::to_string(number + 1);
  std::vector<std::string> command{e2e::binary("hotswap")};
  for (const auto& word : items_at(compose_, "/services/node/command"))
    command.push_back(here(text_at(word, "")));
  std::map<std::string, std::string> variables;
  for (const auto& variable : *at(compose_, "/services/node/environment")->as_object())
    variables[variable.name.str()] = here(text_at(variable.value, ""));
  variables["HOTSWAP_NODE_NAME"] = name;  // a container's is its own
  variables["HOTSWAP_LISTEN"] = "127.0.0.1:0";
  variables["HOTSWAP_DATA_DIR"] = (folder() / name).string();
  variables["HOTSWAP_RATE_PRINCIPAL"] = "0";  // tests ask without a pause
  nodes_.push_back(run(name, std::move(command), {variables.begin(), variables.end()}));
  const auto line = nodes_.back().wait_line("listening ", kPatience);
  if (!line) throw std::runtime_error(name + ": " + nodes_.back().output());
  node_ports_.push_back(cli::port_in(*line));
  if (!eventually([&] { return status_of(node_url(number) + "/health/ready") == 200; }, kPatience))
    throw std::runtime_error(name + " is not ready: " + nodes_.back().output());
}

void Composed::start_haproxy() {
  auto config = text_of(deploy_path("haproxy/haproxy.cfg"));
  const std::string found = "server-template node- 1-9 node:8400 resolvers compose init-addr none";
  if (!config.contains(found)) throw std::runtime_error("haproxy.cfg has another server line");
  std::string servers;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    servers += (i > 0 ? "\n  " : "") + ("server node-" + std::to_string(i + 1)) +
               " 127.0.0.1:" + std::to_string(node_ports_[i]);
  replace_all(config, found, servers);
  replace_all(config, "bind :8400", "bind 127.0.0.1:" + std::to_string(ports_["haproxy"]));
  replace_all(config, "bind :8405", "bind 127.0.0.1:" + std::to_string(ports_["haproxy-metrics"]));
  replace_all(config, "maxconn 25000", "maxconn 200");  // this machine's limit of open files
  write(folder() / "haproxy.cfg", config);
  processes_["haproxy"] =
      run("haproxy", {"haproxy", "-db", "-f", (folder() / "haproxy.cfg").string()});
  if (!eventually([this] { return status_of(haproxy_url() + "/health/ready") == 200; }, kPatience))
    throw std::runtime_error("haproxy: " + processes_["haproxy"].output());
}

void Composed::start_prometheus() {
  auto script = text_at(compose_, "/services/metrics-token/command/0");
  replace_all(script, "hotswap token", e2e::binary("hotswap") + " token");
  replace_all(script, "/tokens/", folder().string() + '/');
  shell("metrics-token", here(script));
  auto config = yaml_file(deploy_path("prometheus/prometheus.yaml"));
  json::Array targets;
  for (const int port : node_ports_) targets.push_back("127.0.0.1:" + std::to_string(port));
  const std::string job = "/scrape_configs/0/";
  config = changed(std::move(config), "remove", job + "dns_sd_configs");
  config = changed(std::move(config), "add", job + "static_configs",
                   json::Array{json::Object{{"targets", std::move(targets)}}});
  config = changed(std::move(config), "replace", job + "authorization/credentials_file",
                   (folder() / "metrics.token").string());
  for (const std::string interval : {"scrape_interval", "evaluation_interval"})
    config = changed(std::move(config), "replace", "/global/" + interval, "1s");
  config = changed(std::move(config), "replace", "/scrape_configs/1/static_configs/0/targets/0",
                   "127.0.0.1:" + std::to_string(ports_["haproxy-metrics"]));
  write(folder() / "rules.yaml", text_of(deploy_path("prometheus/rules.yaml")));
  write(folder() / "prometheus.yaml", text_at(config, ""));
  processes_["prometheus"] =
      run("prometheus", {"prometheus", "--config.file=" + (folder() / "prometheus.yaml").string(),
                         "--storage.tsdb.path=" + (folder() / "tsdb").string(),
                         "--web.listen-address=127.0.0.1:" + std::to_string(ports_["prometheus"])});
  if (!eventually([this] { return status_of(prometheus_url() + "/-/ready") == 200; }, kPatience))
    throw std::runtime_error("prometheus: " + processes_["prometheus"].output());
}

std::string Composed::metrics_of(std::size_t node) {
  HttpClient http;
  const auto answer = http.request({.url = node_url(node) + "/metrics",
                                    .headers = {{"Authorization", "Bearer " + admin_token_}}});
  if (!answer) throw std::runtime_error("metrics: " + answer.error().detail);
  return answer->body;
}

}  // namespace hotswap::deploy
