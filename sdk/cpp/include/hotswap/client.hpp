#pragma once
// An instance of a service: registers with a HotSwap server, receives its configuration by a
// stream, checks and swaps it, reports back, and goes on from the last-known-good copy on disk when
// no server answers.
//
//   hotswap::sdk::Client client({.servers = {"http://127.0.0.1:8400"}, .token = token,
//                                .service = "payment-service", .environment = "Production"});
//   if (auto started = client.start(); !started) die(started.error());
//   client.wait_ready(10s);
//   auto limit = client.config().get_or<int>("rateLimit.perSecond", 100);
//
// Its threads block all signals but those that a thread causes itself (SEGV, BUS, FPE, ILL, ABRT,
// TRAP, SYS) and PROF; a child process that a callback starts inherits that mask.

#include <atomic>
#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hotswap/config.hpp"
#include "hotswap/span.hpp"

namespace hotswap::sdk {

/// A configuration that is about to be applied or staged.
struct Candidate {
  const Snapshot& snapshot;
  const Snapshot& running;    ///< empty document if nothing runs yet
  bool staged;                ///< it is to be kept beside the running one, not swapped to yet
  std::string traceparent{};  ///< W3C trace context of what is under way; empty: none
};

/// Returns why the candidate must not be used (the server shows it), or nothing if it is fine.
/// What it throws is a rejection, too.
using Validator = std::function<std::optional<std::string>(const Candidate&)>;

/// A configuration that passed the validator and is to take effect now.
struct Application {
  enum class Cause {
    Restored,  ///< from disk, when the client starts
    Applied,   ///< the server wants it: delivered, or activated after it was staged
    FellBack   ///< fall_back()
  };
  const Snapshot& next;
  const Snapshot& running;  ///< empty document if nothing runs yet
  Cause cause;
  std::string traceparent{};  ///< as Candidate::traceparent
};
/// Makes it take effect outside of the process, for instance in files of other programs, before it
/// is published and acknowledged. Returns why that failed: the running one stays, and the server
/// hears a rejection. What it throws is a failure, too.
using Applier = std::function<std::optional<std::string>(const Application&)>;

enum class LogLevel { Info, Warning, Error };
using LogSink = std::function<void(LogLevel, std::string_view)>;

struct ClientOptions {
  std::vector<std::string> servers{};  ///< base addresses, tried in turn; http or https
  std::string token{};                 ///< bootstrap token, no line end; or
  std::filesystem::path token_file{};  ///< a file that holds it, read anew at every registration
  std::string service{};
  std::string environment{};  ///< Development, Staging or Production
  std::string hostname{};     ///< empty: this machine's
  int port = 0;
  std::string version{};  ///< of the program, free text
  std::string zone{};
  std::string pool{};
  std::map<std::string, std::string> labels{};
  /// Versions of schemas that the program was built for, `{{"payments", "1.2.0"}}`: the server asks
  /// them before it deploys, and knows whom a version would not suit.
  std::map<std::string, std::string> schemas{};
  std::string health_url{};
  std::string profile{};              ///< that config() means; empty: the first one delivered
  std::filesystem::path state_dir{};  ///< for the id and last-known-good copies; empty: no disk
  /// Copies with secrets in them are sealed with the key in this file (32 bytes or more); empty:
  /// with one that is made in state_dir, which protects copies of single files only.
  std::filesystem::path state_key_file{};
  /// False: a copy with secrets in it is not kept on disk at all.
  bool keep_secrets = true;
  std::filesystem::path ca_file{};  ///< PEM; empty: the system's authorities
  /// PEM certificate and key by which a server that was told so knows this instance without a
  /// bootstrap token; read at every connection.
  std::filesystem::path cert_file{}, key_file{};
  std::chrono::milliseconds backoff_min{200};
  std::chrono::milliseconds backoff_max{30'000};
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds stream_silence{45'000};               ///< then the stream is dead
  std::optional<std::chrono::milliseconds> heartbeat_interval{};  ///< instead of the server's
  Validator validator{};
  /// Called by stop() and leave() before they wait for a validator or applier that is at work: what
  /// it says from then on is told to nobody, so it may end in any way.
  std::function<void()> interrupt{};
  /// Called where the validator is, on one thread at a time; also for fall_back() on its caller's.
  Applier applier{};
  /// Called before each regular heartbeat (not before one that tells of a swap at once) on the
  /// client's reporting thread: the moment to report() what is measured elsewhere. What it throws
  /// is ignored; the heartbeat waits for it.
  std::function<void()> before_heartbeat{};
  /// One line per event worth knowing, the same failure at most once a minute; called on the
  /// client's threads.
  LogSink log{};
  SpanSink on_span{};  ///< empty: nobody wants spans
};

struct ClientStatus {
  bool registered = false;
  bool streaming = false;
  std::string instance_id;
  std::string server;      ///< in use
  std::string last_error;  ///< newest failure, kept after it is over
};

/// A custom metric; the last value set is what a heartbeat reports. Setting is one atomic store.
class Gauge {
 public:
  explicit Gauge(std::shared_ptr<std::atomic<double>> value) : value_(std::move(value)) {}
  void set(double value) noexcept { value_->store(value, std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<double>> value_;
};

/// What was measured elsewhere, as by a program whose metrics are read: since the last report.
struct Traffic {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  ///< ≤ requests; more are cut
  /// Milliseconds, and how many requests took that long; NaN and negative ones are left out.
  std::vector<std::pair<double, std::uint64_t>> latencies{};
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();  ///< stop(). Never in a callback of its own: that ends the program with a message
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Loads the last-known-good copies and starts two threads. Never waits for a server. Error: an
  /// option is missing or senseless.
  std::expected<void, std::string> start();
  /// Whether config() has a document (from a server or from disk) within `timeout` (at most a
  /// year).
  bool wait_ready(std::chrono::milliseconds timeout);
  /// Ends the threads; the server sees the instance vanish after its missed heartbeats. Idempotent;
  /// from any thread. In a callback (validator, log, … included) it only asks for it and returns:
  /// the threads end after the callback.
  void stop();
  /// stop(), and tell the server that this instance will not come back. False: it did not hear it.
  /// In a callback that is always so: it asks to stop as stop() does; leave() elsewhere tells.
  bool leave();

  /// The configuration of ClientOptions::profile; it lives as long as the client.
  [[nodiscard]] Config& config();
  /// That of a named profile; empty until delivered.
  [[nodiscard]] Config& config(const std::string& profile);

  /// Counts one request. Lock-free; about ten nanoseconds.
  void record(std::chrono::nanoseconds latency, bool ok) noexcept;
  /// Counts what was measured elsewhere, beside what record() counts.
  void report(const Traffic& traffic);
  /// The metric of this name (at most 32; others are accepted and not reported).
  [[nodiscard]] Gauge gauge(const std::string& name);
  void gauge(const std::string& name, double value) { gauge(name).set(value); }
  /// Counts one health check of the program by itself.
  void health_check(bool ok) noexcept;
  /// A line for people who look for the cause of trouble: the next heartbeat takes the newest 20
  /// along, cut to 500 bytes. The server shows them beside a deployment that was rolled back.
  void log(LogLevel level, std::string_view text);

  /// Swaps back at once to the version that ran before, which is pinned in memory and in state_dir,
  /// with or without a server; the one that ran is reported as rejected for `reason` as soon as a
  /// server answers, and not applied again under its generation, nor to an instance that registers
  /// anew, until another version came. Returns the version that runs now.
  /// Error: no version is pinned, because none ran before or the last swap was a way back already;
  /// the one that runs goes on, and is reported as rejected all the same.
  /// From any thread, also from a callback; waits for a swap that is under way.
  std::expected<std::string, std::string> fall_back(std::string_view reason);
  std::expected<std::string, std::string> fall_back(const std::string& profile,
                                                    std::string_view reason);

  [[nodiscard]] ClientStatus status() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace hotswap::sdk
