#include "integration/cluster/lab/postgres_pair.hpp"

#include <libpq-fe.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <stdexcept>

#include "e2e/support/wait.hpp"

namespace hotswap::lab {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;

constexpr auto kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr auto kPatience = 60s;

/// PostgreSQL refuses to run as root; its package makes this user. Changing the user forgets what
/// the parent's death shall do, so it is said again.
std::vector<std::string> as_owner(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                    "--pdeathsig", "QUIT", "--", kPrograms + program});
  return arguments;
}

std::string data_of(const std::filesystem::path& folder) { return (folder / "data").string(); }

std::string keywords(const std::string& address) {
  return "host=" + address + " port=5432 user=hotswap connect_timeout=3 dbname=";
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

}  // namespace

PostgresPair::PostgresPair(int disk_mb) : folder_("hotswap-pair") {
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    servers_[i] = std::make_unique<Server>(static_cast<int>(21 + i));
    servers_[i]->folder = folder_.path() / std::to_string(i);
    servers_[i]->disk = std::make_unique<SmallDisk>(servers_[i]->folder, disk_mb);
    prepare(*servers_[i]);
  }
  run(as_owner("initdb", {"--no-sync", "-A", "trust", "-U", "hotswap", "-E", "UTF8",
                          "--locale=C.UTF-8", "-D", data_of(primary().folder)}));
  std::ofstream(data_of(primary().folder) + "/pg_hba.conf", std::ios::app)
      << "host all all 10.231.0.0/16 trust\nhost replication all 10.231.0.0/16 trust\n";
  start(primary());
  static_cast<void>(ask(primary(), "CREATE DATABASE hotswap"));
  follow();
}

PostgresPair::~PostgresPair() {
  for (auto& server : servers_) {
    server->process.send(SIGQUIT);
    static_cast<void>(server->process.wait(10s));
  }
}

void PostgresPair::prepare(Server& server) {
  run({"chown", "postgres:postgres", server.folder.string()});
}

std::string PostgresPair::dsn() const {
  return "postgres://hotswap@" + servers_[0]->place.address() + ":5432," +
         servers_[1]->place.address() + ":5432/hotswap?connect_timeout=2";
}

void PostgresPair::start(Server& server) {
  auto command = as_owner("postgres", {"-D", data_of(server.folder)});
  for (const char* setting :
       {"listen_addresses=*", "unix_socket_directories=", "max_connections=200",
        "shared_buffers=64MB", "fsync=off", "wal_level=replica", "hot_standby=on",
        "max_wal_size=96MB", "min_wal_size=32MB", "wal_keep_size=64MB", "wal_receiver_timeout=5s",
        "wal_sender_timeout=5s", "wal_retrieve_retry_interval=200ms"})
    command.insert(command.end(), {"-c", setting});
  auto process = cli::ChildProcess::start(
      {.command = server.place.inside(command), .log = folder_.path() / "postgres.log"});
  if (!process) throw std::runtime_error(process.error().detail);
  server.process = std::move(*process);
  const auto dsn = keywords(server.place.address()) + "postgres";
  const bool up = eventually(
      [&] { return PQping(dsn.c_str()) == PQPING_OK || !server.process.running(); }, kPatience);
  if (!up || !server.process.running())
    throw std::runtime_error("postgres: " + server.process.output());
}

void PostgresPair::follow() {
  Server& copy = standby();
  std::filesystem::remove_all(data_of(copy.folder));
  run(copy.place.inside(
      as_owner("pg_basebackup",
               {"-R", "--checkpoint=fast", "--no-sync", "-X", "stream", "-D", data_of(copy.folder),
                "-d", keywords(primary().place.address()) + "replication"})));
  start(copy);
  // Only now, so that the copy does not wait for a standby itself when it is promoted.
  static_cast<void>(ask(primary(), "ALTER SYSTEM SET synchronous_standby_names = '*'"));
  static_cast<void>(ask(primary(), "SELECT pg_reload_conf()"));
  const bool synchronous = eventually(
      [&] {
        return ask(primary(),
                   "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1";
      },
      kPatience);
  if (!synchronous) throw std::runtime_error("the standby does not follow");
}

void PostgresPair::kill_primary() {
  // The postmaster first, so that nothing is started again; its group holds only itself, the
  // backends see its death by their pipe at their next wait. Killing them as well leaves no gap.
  const auto pids = "/proc/" + std::to_string(primary().process.pid()) + "/task/" +
                    std::to_string(primary().process.pid()) + "/children";
  std::ifstream children(pids);
  std::vector<pid_t> backends;
  for (pid_t pid = 0; children >> pid;) backends.push_back(pid);
  primary().process.send(SIGKILL);
  for (const pid_t pid : backends) ::kill(pid, SIGKILL);
  static_cast<void>(primary().process.wait(10s));
}

void PostgresPair::promote_standby() {
  run(as_owner("pg_ctl", {"promote", "-w", "-t", "30", "-D", data_of(standby().folder)}));
  primary_ = 1 - primary_;
}

void PostgresPair::rebuild_standby() { follow(); }

void PostgresPair::free_disk() {
  primary().disk->free();
  if (!primary().process.running()) start(primary());
}

std::string PostgresPair::ask(Server& server, const std::string& text,
                              const std::string& database) {
  const std::unique_ptr<PGconn, Finish> connection(
      PQconnectdb((keywords(server.place.address()) + database).c_str()));
  PGresult* result = PQexec(connection.get(), text.c_str());
  const auto status = PQresultStatus(result);
  const bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  const std::string words = ok ? "" : PQerrorMessage(connection.get());
  const std::string found = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  if (!ok) throw std::runtime_error(text + ": " + words);
  return found;
}

}  // namespace hotswap::lab
