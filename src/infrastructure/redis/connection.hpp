#pragma once
// One connection to the master. It connects when it is first needed and again after it was lost,
// not sooner than its backoff allows; the sentinels, if there are any, say who the master is.

#include "infrastructure/redis/backoff.hpp"
#include "infrastructure/redis/reply.hpp"
#include "infrastructure/redis/stream.hpp"

namespace hotswap::redis {

struct Options {
  Address address;
  std::string password_file;       ///< read at each connect, wins over the address' password
  std::shared_ptr<const Tls> tls;  ///< there if address.tls
  Duration connect_timeout{500};   ///< of all: sentinels, connect, TLS, password
  Duration command_timeout{500};
};

/// The password that counts: the file's first line, or the address'. Invalid `redis.password`.
[[nodiscard]] Result<std::string> password_of(const Options& options);

/// One thread at a time. Every error is Unavailable or Timeout and means that nothing is known of
/// what was asked; the connection is closed then, but for a refusal that another try may not meet.
class Connection {
 public:
  Connection(const Options& options, Random& random) : options_(options), backoff_(random) {}

  /// Connects if it is not. Fails at once while the pause after a failure lasts.
  [[nodiscard]] Result<void> connect();
  /// One command. A refusal by Redis is an error, too.
  [[nodiscard]] Result<Reply> ask(const Words& words);
  /// Several commands, sent together: their replies; the first refusal is an error.
  [[nodiscard]] Result<std::vector<Reply>> ask_all(const std::vector<Words>& commands);
  /// Sends only; what comes back is for next().
  [[nodiscard]] Result<void> send(const Words& words);
  /// A reply that has arrived, nothing if there is none yet. Does not wait.
  [[nodiscard]] Result<std::optional<Reply>> next();
  /// Whether this still is the master, by its own word and the sentinels'.
  [[nodiscard]] Result<void> check();
  void close();
  [[nodiscard]] bool is_open() const { return stream_.has_value(); }
  [[nodiscard]] int descriptor() const { return stream_ ? stream_->descriptor() : -1; }
  /// How long connect() fails at once; zero: it would try.
  [[nodiscard]] Duration pause() const { return left(retry_at_); }

 private:
  [[nodiscard]] Result<void> open(Deadline deadline);
  [[nodiscard]] Result<void> log_in(Deadline deadline);
  [[nodiscard]] Result<void> must_be_master(Deadline deadline);
  /// The master's address; with sentinels, the first that answers is asked first from then on.
  [[nodiscard]] Result<Host> master(Deadline deadline);
  /// Another than this one, if the sentinels agree on that.
  [[nodiscard]] std::optional<Host> master_moved();
  [[nodiscard]] Result<Host> ask_sentinel(const Host& sentinel, Deadline deadline);
  [[nodiscard]] Result<Reply> wait_reply(Deadline deadline);
  [[nodiscard]] Result<Reply> talk(const Words& words, Deadline deadline);
  /// Closes, and lets the next attempt wait.
  [[nodiscard]] Error failed(Error error);

  Options options_;
  Backoff backoff_;
  Resolver resolver_;
  std::optional<Stream> stream_;
  std::unique_ptr<Decoder> decoder_;
  Host host_;  ///< connected to
  Deadline retry_at_{};
  std::optional<Error> last_error_;
};

}  // namespace hotswap::redis
