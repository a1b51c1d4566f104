#pragma once
// One connection to PostgreSQL by libpq: connects when it is first needed and again after it was
// lost, prepares each statement once, and tells by SQLSTATE what passes by itself.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "infrastructure/sql/session.hpp"

struct pg_conn;
struct pg_result;

namespace hotswap::postgres {

struct ConnectOptions {
  /// URL or keywords, as libpq takes them; several hosts are tried until one takes writes. Holds a
  /// password: never logged.
  std::string dsn;
  std::string application = "hotswap";
  Duration connect_timeout = std::chrono::seconds(3);     ///< of each host
  Duration statement_timeout = std::chrono::seconds(10);  ///< zero: none
  Duration lock_timeout = std::chrono::seconds(10);       ///< zero: none
  /// The server ends a transaction that its client leaves lying, with all of its locks.
  Duration idle_in_transaction_timeout = std::chrono::seconds(2);
  Duration idle_session_timeout{};  ///< zero: none
};

struct Notification {
  std::string channel, payload;
};

class Rows {
 public:
  explicit Rows(pg_result* handle) : handle_(handle) {}
  Rows(Rows&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();
  [[nodiscard]] pg_result* get() const { return handle_; }

 private:
  pg_result* handle_;
};

/// How many rows the statement changed, or found.
[[nodiscard]] std::int64_t affected(const Rows& rows);

/// Used by one thread at a time. Errors as with sql::Session; the driver's words in `internal`
/// never hold the password.
class Connection {
 public:
  explicit Connection(ConnectOptions options) : options_(std::move(options)) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  using OnRows = std::function<Result<void>(Rows&)>;

  /// Connects if it is not. Unavailable with a sentence for people in `detail`.
  [[nodiscard]] Result<void> connect();
  void close();
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] bool in_transaction() const;
  /// Several statements without parameters.
  [[nodiscard]] Result<void> script(const std::string& text);
  /// The same; the rows of the last one.
  [[nodiscard]] Result<Rows> script_rows(const std::string& text);
  /// One prepared statement.
  [[nodiscard]] Result<Rows> run(std::string_view text, sql::Params params);
  /// Sends one with the next run(), whose error may then be this one's; only in a transaction.
  [[nodiscard]] Result<void> defer(std::string_view text, sql::Params params, OnRows on_rows);
  /// Sends what was deferred and waits for it.
  [[nodiscard]] Result<void> settle();
  /// The rows of `COPY … TO STDOUT` one by one, in its text form, as they come from the server; an
  /// error of `on_row` ends the connection.
  [[nodiscard]] Result<void> copy_out(const std::string& text,
                                      const std::function<Result<void>(std::string_view)>& on_row);
  /// Begins `COPY … FROM STDIN`; then copy_put() as often as needed, and copy_end().
  [[nodiscard]] Result<void> copy_in(const std::string& text);
  [[nodiscard]] Result<void> copy_put(std::string_view rows);
  [[nodiscard]] Result<void> copy_end();
  /// For poll(); -1 when not connected.
  [[nodiscard]] int socket() const;
  /// Takes in what the server has sent; notifications so far. An error: the connection is lost.
  [[nodiscard]] Result<std::vector<Notification>> notifications();
  /// E.g. 150018.
  [[nodiscard]] int server_version() const;

 private:
  /// A statement that was sent and whose answer is still to be read.
  struct Sent {
    std::string prepares;  ///< the text that it prepares; empty: it runs one
    OnRows on_rows;        ///< may be empty
  };

  [[nodiscard]] Result<std::string> prepared(std::string_view text);
  [[nodiscard]] std::string next_name() { return "s" + std::to_string(++named_); }
  [[nodiscard]] Result<void> send(std::string_view text, sql::Params params, OnRows on_rows);
  [[nodiscard]] Result<void> receive(Sent& sent);
  [[nodiscard]] Result<void> copy_done();
  [[nodiscard]] Result<Rows> checked(pg_result* result);
  [[nodiscard]] Result<void> prepare_session();
  [[nodiscard]] Error lost(std::string words) const;
  static void on_notice(void* self, const pg_result* notice);

  const ConnectOptions options_;
  pg_conn* handle_ = nullptr;
  std::map<std::string, std::string, std::less<>> statements_;  ///< text to name
  std::uint64_t named_ = 0;    ///< statements so far; a name is not used again
  std::deque<Sent> sent_;      ///< not empty: in libpq's pipeline mode
  bool unreplicated_ = false;  ///< the server stopped waiting for its standby
};

/// What an error of this SQLSTATE (empty: of the connection) means.
[[nodiscard]] bool may_pass(std::string_view sqlstate);

}  // namespace hotswap::postgres
