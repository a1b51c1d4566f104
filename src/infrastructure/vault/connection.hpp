#pragma once
// Requests to a Vault, or to the nodes of one: bounded in time and size, tried again where that may
// help, never redirected.

#include <atomic>
#include <string>
#include <vector>

#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"
#include "domain/secret/secret_text.hpp"
#include "infrastructure/vault/answer.hpp"

namespace hotswap::vault {

struct ConnectionOptions {
  std::vector<std::string> addresses{};  ///< `https://host:port`, without a path; one or more
  std::string name_space{};              ///< of Vault Enterprise; empty: the root
  std::string ca_file{};                 ///< PEM; empty: the machine's authorities
  Duration connect_timeout = std::chrono::seconds(3);
  Duration timeout = std::chrono::seconds(5);    ///< of one request
  Duration patience = std::chrono::seconds(10);  ///< of one with all its repetitions
  Duration pause =
      std::chrono::milliseconds(200);  ///< after the first round, doubled for each more
  int rounds = 3;                      ///< each asks every address once
};

struct Call {
  std::string method = "GET";
  std::string path{};  ///< behind /v1/, percent-encoded
  SecretText body{};
  const SecretText* token = nullptr;  ///< none for a login
  /// It may have been done though no answer came, and must not be done twice.
  bool once = false;
};

/// Thread-safe. Blocking.
class Connection {
 public:
  /// `clock` and `random` must outlive this.
  Connection(ConnectionOptions options, const Clock& clock, Random& random);

  /// As read_answer(); Unavailable `secret.unavailable` as well if nobody can be reached.
  [[nodiscard]] Result<Answer> ask(const Call& call);
  [[nodiscard]] std::string name() const;  ///< for people: `Vault at https://…`

 private:
  struct Try {
    Result<Answer> answer;
    bool again = false;
    bool elsewhere = false;  ///< at once, if there is another address
    Duration asked{};        ///< by Retry-After
  };
  [[nodiscard]] Try try_at(const std::string& address, const Call& call);
  [[nodiscard]] HttpRequest request_for(const std::string& address, const Call& call) const;
  void rest(int round, Duration at_least, MonoTime until);

  const ConnectionOptions options_;
  const Clock& clock_;
  Random& random_;
  HttpClient http_;
  std::atomic<std::size_t> preferred_ = 0;  ///< address that answered last
};

}  // namespace hotswap::vault
