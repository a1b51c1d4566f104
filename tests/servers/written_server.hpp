#pragma once
// Servers that the tests wrote themselves, in Python, because the real one is no package: see
// tests/servers/http_front.py for the faults that they play.

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"
#include "domain/json/value.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::testing {

class WrittenServer {
 public:
  struct Options {
    bool tls = false;  ///< with a certificate for 127.0.0.1 that is its own authority
    std::string host_in_certificate = "127.0.0.1";
    std::vector<std::string> more{};
  };
  /// `script`: below tests/servers. Starts it and waits until it listens; throws if it does not.
  WrittenServer(const std::string& script, Options options);
  WrittenServer(const WrittenServer&) = delete;
  WrittenServer& operator=(const WrittenServer&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string ca_file() const { return (folder_.path() / "cert.pem").string(); }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  /// A file in its folder with this text.
  std::string file(const std::string& name, const std::string& text) const;

  /// JSON for /test/set, /test/fault.
  void set(const std::string& body) { static_cast<void>(call("POST", "/test/set", body)); }
  void fault(const std::string& body) { static_cast<void>(call("POST", "/test/fault", body)); }
  /// Every request since the last look that begins with `method_and_path`.
  [[nodiscard]] std::size_t calls(const std::string& method_and_path);
  /// The `traceparent` of each of those, empty where there was none.
  [[nodiscard]] std::vector<std::string> traces(const std::string& method_and_path);
  void stop_process() const { process_.send(SIGSTOP); }  ///< it answers nothing, yet stays
  void continue_process() const { process_.send(SIGCONT); }
  void kill();   ///< as a crash: it had nothing on disk
  void start();  ///< again, on the same port

 protected:
  /// The answer; throws if it is neither 2xx nor one of `also`.
  json::Value call(const std::string& method, const std::string& path, const std::string& body,
                   const HttpHeaders& headers = {}, int also = 200);

 private:
  void make_certificate() const;

  const std::string script_;
  const Options options_;
  cli::TempFolder folder_;
  int port_ = 0;
  cli::ChildProcess process_;
  HttpClient http_;
};

/// tests/servers/vault: a Vault as `vault server -dev` has it, with `root` as its root token.
class VaultServer : public WrittenServer {
 public:
  VaultServer() : VaultServer(Options{}) {}
  explicit VaultServer(Options options) : WrittenServer("vault/server.py", std::move(options)) {}

  /// As the root token, in a namespace if one is given.
  json::Value post(const std::string& path, const std::string& body,
                   const std::string& name_space = {});
  void remove(const std::string& path);  ///< DELETE
  void has_policy(const std::string& name, const std::string& text,
                  const std::string& name_space = {});
  /// A token with this policy, as /auth/token/create takes its options: `"ttl":"1h",…`.
  std::string makes_token(const std::string& policy, const std::string& options = {});
  /// A role with these options; its role id.
  std::string has_approle(const std::string& role, const std::string& options);
  std::string makes_secret_id(const std::string& role, const std::string& options = {});
  void has_secret(const std::string& path, const std::string& data) {
    post(path, "{\"data\":" + data + '}');
  }
};

/// tests/servers/kubernetes: Secrets behind the accounts that the test makes.
class KubernetesServer : public WrittenServer {
 public:
  KubernetesServer() : KubernetesServer(Options{}) {}
  explicit KubernetesServer(Options options)
      : WrittenServer("kubernetes/server.py", std::move(options)) {}
};

}  // namespace hotswap::testing
