#pragma once
// A login at Vault that is kept alive: renewed before it runs out, made anew where renewing does
// not help, and where Vault forgot the token.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "infrastructure/vault/login.hpp"

namespace hotswap::vault {

/// Thread-safe. Without start() it still logs in when it is asked, but nothing renews.
class Session {
 public:
  /// What outlives it.
  struct Parts {
    Connection& connection;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
  };
  Session(Login login, const Parts& parts);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A request with the token. Denied, it finds out whether the token is to blame; then it logs in
  /// and asks once more. `call.token` is set here. Errors: as Connection::ask() and log_in().
  [[nodiscard]] Result<Answer> ask(Call call);

  void start();  ///< a thread that tends
  /// Ends the thread and revokes a token that was logged in for.
  void stop();
  /// Renews or logs in if it is time: how long until it is time again.
  Duration tend();
  /// Whether Vault can be reached and takes the token.
  [[nodiscard]] Result<void> check();
  [[nodiscard]] std::string name() const { return parts_.connection.name(); }

 private:
  using Held = std::shared_ptr<const Token>;
  [[nodiscard]] Result<Held> token();
  /// Another than `old`: whoever comes while one logs in waits for that one.
  [[nodiscard]] Result<Held> token_after(const Held& old);
  [[nodiscard]] Result<Held> log_in_locked();
  /// Whether a denial may be meant for the token as such.
  [[nodiscard]] bool is_to_blame(const Token& token);
  [[nodiscard]] bool sees_itself(const Token& token);
  Duration failed(const char* what, const Error& error, const Held& held);
  void keep(Held held);
  [[nodiscard]] Held held() const;

  const Login login_;
  const Parts parts_;
  Counter &logins_, &failed_logins_, &renewals_, &failed_renewals_;
  Gauge& life_;
  /// The token may not look itself up (it lacks the policy `default`), so nobody can tell a token
  /// that is refused from a path that is.
  std::atomic<bool> blind_ = false;
  std::mutex login_mutex_;                             ///< held while one logs in
  std::optional<std::pair<MonoTime, Error>> refused_;  ///< when and why; by login_mutex_
  mutable std::mutex mutex_;                           ///< guards what follows
  Held held_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace hotswap::vault
