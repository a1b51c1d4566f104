#include "servers/postgres_server.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr auto kPatience = 60s;

/// PostgreSQL refuses to run as root; its package makes this user.
std::vector<std::string> as_owner(std::vector<std::string> command) {
  if (::geteuid() == 0)
    command.insert(command.begin(),
                   {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"});
  return command;
}

std::filesystem::path owned_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "hotswap-pg-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  if (::geteuid() == 0) {
    const passwd* owner = ::getpwnam("postgres");
    if (owner == nullptr || ::chown(pattern.c_str(), owner->pw_uid, owner->pw_gid) != 0)
      throw std::runtime_error("there is no user postgres: install the package postgresql");
  }
  return pattern;
}

}  // namespace

PostgresServer::PostgresServer(Options options)
    : options_(std::move(options)), folder_(owned_folder()), port_(cli::free_port()) {
  run_as_owner({std::string(kPrograms) + "initdb", "--no-sync", "-A", "trust", "-U", "hotswap",
                "-E", "UTF8", "--locale=C.UTF-8", "-D", data().string()});
  start();
}

PostgresServer::~PostgresServer() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresServer::run_as_owner(std::vector<std::string> command) {
  auto process = cli::ChildProcess::start(
      {.command = as_owner(std::move(command)), .log = folder_ / "setup.log"});
  if (!process) throw std::runtime_error(process.error().detail);
  const auto status = process->wait(kPatience);
  if (!status || *status != 0) throw std::runtime_error("initdb: " + process->output());
}

std::string PostgresServer::dsn(const std::string& database) const {
  return "postgres://hotswap@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

void PostgresServer::start() {
  std::vector<std::string> command = {std::string(kPrograms) + "postgres", "-D", data().string()};
  std::vector<std::string> settings = {
      "listen_addresses=127.0.0.1", "port=" + std::to_string(port_),
      "unix_socket_directories=",   "max_connections=200",
      "shared_buffers=64MB",        options_.fsync ? "fsync=on" : "fsync=off"};
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (const auto& setting : settings) command.insert(command.end(), {"-c", setting});
  auto process = cli::ChildProcess::start(
      {.command = as_owner(std::move(command)), .log = folder_ / "server.log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (PQping(dsn().c_str()) != PQPING_OK) {
    if (!process_.running() || std::chrono::steady_clock::now() > until)
      throw std::runtime_error("postgres: " + process_.output());
    std::this_thread::sleep_for(20ms);
  }
}

void PostgresServer::kill() {
  // At once, with all of its backends, and without leaving them behind.
  process_.send(SIGQUIT);
  static_cast<void>(process_.wait(10s));
}

std::string PostgresServer::sql(const std::string& text, const std::string& database) {
  PGconn* connection = PQconnectdb(dsn(database).c_str());
  PGresult* result = PQexec(connection, text.c_str());
  const auto status = PQresultStatus(result);
  const bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  const std::string words = ok ? "" : PQerrorMessage(connection);
  const std::string found = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(connection);
  if (!ok) throw std::runtime_error(text + ": " + words);
  return found;
}

void PostgresServer::create_database(const std::string& name, const std::string& copied_from) {
  sql("CREATE DATABASE " + name + " TEMPLATE " + copied_from);
}

}  // namespace hotswap::testing
