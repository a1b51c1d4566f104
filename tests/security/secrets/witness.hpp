#pragma once
// Remembers all that left a server, and looks for canaries in it.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/api_client.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {

class Witness {
 public:
  explicit Witness(std::vector<std::string> canaries) : canaries_(std::move(canaries)) {}

  void sees(std::string where, std::string bytes) {
    seen_.emplace_back(std::move(where), std::move(bytes));
  }
  /// Asks the server, and keeps whatever it answers.
  cli::Answer asks(Server& server, const cli::Call& call);
  cli::Answer gets(Server& server, const std::string& path,
                   const std::string& accept = "application/json");
  cli::Answer posts(Server& server, const std::string& path, const std::string& body);
  /// Runs the command line.
  int runs(Server& server, const std::vector<std::string>& arguments);
  /// All files below a folder, but those whose path contains one of these words.
  void sees_folder(const std::filesystem::path& folder, const std::vector<std::string>& but = {});

  /// `WHERE holds CANARY` for each that was found; also base64, since that is no secrecy.
  [[nodiscard]] std::vector<std::string> findings() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::vector<std::string> canaries_;
  std::vector<std::pair<std::string, std::string>> seen_;
};

}  // namespace hotswap::e2e
