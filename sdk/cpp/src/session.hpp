#pragma once
// What the client's two threads share of the connection: who we are to which server, and what one
// thread wants from the other. Every method may be called from any thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/mutex.hpp"
#include "hotswap/client.hpp"
#include "http.hpp"

namespace hotswap::sdk {

using SteadyTime = std::chrono::steady_clock::time_point;

[[nodiscard]] inline TlsPaths tls_paths(const ClientOptions& options) {
  return {options.ca_file, options.cert_file, options.key_file};
}

/// How to reach the server now.
struct Access {
  bool registered = false;
  std::uint64_t epoch = 0;  ///< changes when a running stream must end
  std::string id;
  std::string token;   ///< of this instance
  std::string server;  ///< base address without a slash at the end
};

class Session {
 public:
  Session(std::vector<std::string> servers, std::string id, LogSink log);

  [[nodiscard]] Access access() const;
  [[nodiscard]] ClientStatus status() const;
  [[nodiscard]] std::size_t server_count() const { return servers_.size(); }
  /// What ends a stream; set before the threads start.
  void on_interrupt(std::function<void()> wake) { interrupt_ = std::move(wake); }

  void registered(const std::string& id, const std::string& token,
                  std::chrono::milliseconds interval);
  /// The server has given us another token for the same registration.
  void renewed(const std::string& id, const std::string& token);
  /// Keeps tokens as they come; set before the threads start.
  void on_token(std::function<void(const std::string&)> keep) { keep_ = std::move(keep); }
  /// The server does not know us or our token any more; ignored if `epoch` is over already.
  void lost(std::uint64_t epoch);
  /// Ends the running stream, so that the next one brings everything desired.
  void resync();
  void set_streaming(bool streaming);
  [[nodiscard]] bool streaming() const;
  /// Goes to the next server, unless another did already since `failed` was in use.
  void rotate(const std::string& failed);
  /// Goes to this server, one of those that were named.
  void move_to(const std::string& server);
  /// The server for a stream that is asked to leave `current`: of those that we know, the first of
  /// `wanted`, else the next.
  [[nodiscard]] std::string server_after(const std::string& current,
                                         const std::vector<std::string>& wanted) const;
  void set_interval(std::chrono::milliseconds interval);
  [[nodiscard]] std::chrono::milliseconds interval() const;

  /// Asks for a poll of everything desired, which a pause() answers by ending.
  void want_fetch();
  [[nodiscard]] bool take_fetch();
  /// There is something to tell the server at once.
  void poke();
  /// The next heartbeat tells of what happened in this trace.
  void trace(std::string traceparent);
  [[nodiscard]] std::string take_trace();
  [[nodiscard]] std::uint64_t pokes() const;

  void stop();
  [[nodiscard]] bool stopping() const;
  /// Waits; ends early when stopping or a fetch is wanted.
  void pause(std::chrono::milliseconds time);
  /// Waits until registered, and poked beyond `pokes` or `due` has come; false: stopping.
  bool wait_beat(SteadyTime due, std::uint64_t pokes);

  void log(LogLevel level, std::string_view line) const;
  /// A warning that status() shows, too; the same one is logged at most once a minute.
  void failed(std::string_view what);

 private:
  void keep(const std::string& token);
  bool is_news(const std::string& what) HS_REQUIRES(mutex_);

  const std::vector<std::string> servers_;
  const LogSink log_;
  std::function<void()> interrupt_;
  std::function<void(const std::string&)> keep_;
  std::mutex keeping_;
  mutable Mutex mutex_;
  CondVar changed_;
  Access access_ HS_GUARDED_BY(mutex_);
  std::size_t server_ HS_GUARDED_BY(mutex_) = 0;
  std::string last_error_ HS_GUARDED_BY(mutex_);
  std::map<std::string, SteadyTime> told_ HS_GUARDED_BY(mutex_);
  std::chrono::milliseconds interval_ HS_GUARDED_BY(mutex_){30'000};
  std::uint64_t pokes_ HS_GUARDED_BY(mutex_) = 0;
  std::string trace_ HS_GUARDED_BY(mutex_);
  bool streaming_ HS_GUARDED_BY(mutex_) = false;
  bool fetch_ HS_GUARDED_BY(mutex_) = false;
  bool stopping_ HS_GUARDED_BY(mutex_) = false;
};

}  // namespace hotswap::sdk
