#pragma once
// A real PostgreSQL on a free port of the loopback, in a folder of its own.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::testing {

class PostgresServer {
 public:
  struct Options {
    bool fsync = false;                   ///< true: as in earnest
    std::vector<std::string> settings{};  ///< `name=value`
  };
  /// Makes the data folder, starts the server and waits until it answers; throws if it does not.
  PostgresServer() : PostgresServer(Options{}) {}
  explicit PostgresServer(Options options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  [[nodiscard]] std::string dsn(const std::string& database = "postgres") const;
  [[nodiscard]] int port() const { return port_; }
  /// A copy of another database; nobody may be connected to that.
  void create_database(const std::string& name, const std::string& copied_from = "template1");
  /// The first column of the first row, empty if none.
  std::string sql(const std::string& text, const std::string& database = "postgres");
  void kill();   ///< as a crash
  void start();  ///< again
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "data"; }

 private:
  void run_as_owner(std::vector<std::string> command);

  Options options_;
  std::filesystem::path folder_;
  int port_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::testing
