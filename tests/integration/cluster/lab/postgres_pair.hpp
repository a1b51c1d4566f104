#pragma once
// PostgreSQL as a primary with a synchronous standby, each at a place and on a small disk of its
// own. fsync is off: processes are killed here, machines are not, and what a process wrote survives
// it.

#include <array>
#include <memory>
#include <string>

#include "integration/cluster/lab/network.hpp"

namespace hotswap::lab {

class PostgresPair {
 public:
  /// Starts both, and a database `hotswap`.
  explicit PostgresPair(int disk_mb);
  ~PostgresPair();
  PostgresPair(const PostgresPair&) = delete;
  PostgresPair& operator=(const PostgresPair&) = delete;

  /// Names both hosts, so that clients find whichever takes writes.
  [[nodiscard]] std::string dsn() const;

  void kill_primary();     ///< kill -9, all of its processes
  void promote_standby();  ///< returns at once when it takes writes; it then stands alone
  /// The dead one comes back as the synchronous standby of the other.
  void rebuild_standby();

  void fill_disk() { primary().disk->fill(); }  ///< of the primary
  /// The primary is started again if it has given up, as a service manager would.
  void free_disk();
  [[nodiscard]] Place& primary_place() { return primary().place; }
  /// First column of the first row, asked of the primary; empty if there is none.
  std::string sql(const std::string& text) { return ask(primary(), text, "hotswap"); }

 private:
  struct Server {
    explicit Server(int number) : place(number) {}
    Place place;
    std::filesystem::path folder;
    std::unique_ptr<SmallDisk> disk;
    cli::ChildProcess process;
  };
  [[nodiscard]] Server& primary() { return *servers_[primary_]; }
  [[nodiscard]] Server& standby() { return *servers_[1 - primary_]; }
  void prepare(Server& server);
  void start(Server& server);
  void follow();
  static std::string ask(Server& server, const std::string& text,
                         const std::string& database = "postgres");

  cli::TempFolder folder_;
  std::array<std::unique_ptr<Server>, 2> servers_;
  std::size_t primary_ = 0;
};

}  // namespace hotswap::lab
