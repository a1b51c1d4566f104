#pragma once
// A real Prometheus that scrapes one program every second.

#include <string>

#include "cli/process/child_process.hpp"
#include "domain/json/value.hpp"

namespace hotswap::integration {

/// Whom it scrapes, and how.
struct Scraped {
  int port = 0;
  std::string metric;               ///< there as soon as a scrape went well
  std::string credentials_file{};   ///< a bearer token; empty: none
  std::vector<std::string> more{};  ///< arguments
};

class Prometheus {
 public:
  explicit Prometheus(const Scraped& scraped);
  /// Starts and waits until it answers queries.
  explicit Prometheus(int scraped_port);

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The body of /api/v1/QUERY with these parameters; an answer that is no success is as it is.
  [[nodiscard]] json::Value ask(
      const std::string& what,
      const std::vector<std::pair<std::string, std::string>>& parameters) const;
  void kill();  ///< SIGKILL

 private:
  cli::TempFolder folder_{"hotswap-prometheus"};
  int port_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::integration
