#pragma once
// A real server of S3's protocol (npm's s3rver) on a free port of the loopback, with folders of its
// own for buckets.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::testing {

class S3Server {
 public:
  static constexpr auto kAccessKey = "S3RVER";
  static constexpr auto kSecretKey = "S3RVER";

  /// Starts it with these buckets and waits until it answers; throws if it does not.
  explicit S3Server(std::vector<std::string> buckets);
  ~S3Server();
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;

  [[nodiscard]] std::string endpoint() const;
  /// A file of credentials for it.
  [[nodiscard]] std::string credentials_file() const { return folder_.path() / "credentials"; }
  [[nodiscard]] std::filesystem::path bucket(const std::string& name) const {
    return folder_.path() / "data" / name;
  }
  void kill();
  void start();  ///< again, on the same port

 private:
  const std::vector<std::string> buckets_;
  cli::TempFolder folder_;
  int port_;
  cli::ChildProcess process_;
};

}  // namespace hotswap::testing
