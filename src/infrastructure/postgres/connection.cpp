#include "infrastructure/postgres/connection.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>

#include "infrastructure/store/errors.hpp"

namespace hotswap::postgres {
namespace {

constexpr std::size_t kPipelined = 256;  ///< statements under way at a time
/// So many go out together: the server works on them while the next are put together.
constexpr std::size_t kTogether = 8;

std::string milliseconds(Duration time) { return std::to_string(time.count()); }

/// Libpq's words end with a line break, and may be several lines.
std::string one_line(std::string_view words) {
  std::string line;
  for (const char c : words) line += c == '\n' || c == '\r' ? ' ' : c;
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

/// Numbers as text, so that libpq sees an array of strings.
class Values {
 public:
  /// PostgreSQL's text holds no zero byte, and libpq would end the text there without a word.
  static bool fit(sql::Params params) {
    return std::ranges::none_of(params, [](const sql::Param& param) {
      const auto* text = std::get_if<std::string_view>(&param.value());
      return text != nullptr && text->contains('\0');
    });
  }
  explicit Values(sql::Params params) {
    texts_.reserve(params.size());
    for (const sql::Param& param : params) add(param);
  }
  [[nodiscard]] const char* const* pointers() const { return pointers_.data(); }
  [[nodiscard]] int count() const { return static_cast<int>(pointers_.size()); }

 private:
  void add(const sql::Param& param) {
    if (const auto* number = std::get_if<std::int64_t>(&param.value())) {
      texts_.push_back(std::to_string(*number));
    } else if (const auto* text = std::get_if<std::string_view>(&param.value())) {
      texts_.emplace_back(*text);
    } else {
      pointers_.push_back(nullptr);
      return;
    }
    pointers_.push_back(texts_.back().c_str());
  }
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

std::unexpected<Error> zero_byte() {
  return fail(ErrorCode::Invalid, "store.zero_byte",
              "A text has a zero byte, which PostgreSQL cannot store; leave it out.");
}

}  // namespace

bool may_pass(std::string_view state) {
  if (state.empty()) return true;
  constexpr std::array<std::string_view, 3> kClasses = {"08", "53", "57"};
  for (const auto prefix : kClasses)
    if (state.starts_with(prefix)) return true;
  constexpr std::array<std::string_view, 7> kStates = {
      "40001",  // serialization failure
      "40P01",  // deadlock
      "25006",  // read-only: a standby, or a primary that is no longer one
      "25P02",  // the transaction has failed before
      "25P03",  // idle in transaction for too long
      "55P03",  // lock not to be had in time
      "58030",  // I/O error
  };
  return std::ranges::find(kStates, state) != kStates.end();
}

Rows::~Rows() { PQclear(handle_); }

std::int64_t affected(const Rows& rows) {
  const std::string_view digits = PQcmdTuples(rows.get());
  std::int64_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return count;
}

Connection::~Connection() { close(); }

void Connection::close() {
  if (handle_ != nullptr) PQfinish(handle_);
  handle_ = nullptr;
  statements_.clear();
  sent_.clear();
}

bool Connection::is_open() const {
  return handle_ != nullptr && PQstatus(handle_) == CONNECTION_OK;
}

bool Connection::in_transaction() const {
  if (!is_open()) return false;
  if (!sent_.empty()) return true;  // else nothing would have been deferred
  const auto status = PQtransactionStatus(handle_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int Connection::socket() const { return is_open() ? PQsocket(handle_) : -1; }

int Connection::server_version() const { return is_open() ? PQserverVersion(handle_) : 0; }

Error Connection::lost(std::string words) const {
  return store::unavailable("postgres: " + one_line(words));
}

void Connection::on_notice(void* self, const pg_result* notice) {
  // "canceling wait for synchronous replication": committed here, perhaps nowhere else.
  const char* words = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  if (words != nullptr && std::string_view(words).contains("synchronous replication"))
    static_cast<Connection*>(self)->unreplicated_ = true;
}

Result<void> Connection::connect() {
  if (is_open()) return {};
  close();
  const std::string timeout = std::to_string(std::max<std::int64_t>(
      2, std::chrono::duration_cast<std::chrono::seconds>(options_.connect_timeout).count()));
  const std::array keys = {
      "target_session_attrs", "connect_timeout",  "keepalives_idle",
      "keepalives_interval",  "keepalives_count", "tcp_user_timeout",
      "application_name",     "dbname",           static_cast<const char*>(nullptr)};
  // What the DSN says stands behind these and wins.
  const std::array values = {"read-write",
                             timeout.c_str(),
                             "2",
                             "1",
                             "3",
                             "4000",
                             options_.application.c_str(),
                             options_.dsn.c_str(),
                             static_cast<const char*>(nullptr)};
  handle_ = PQconnectdbParams(keys.data(), values.data(), 1);
  if (!is_open()) {
    auto error = lost(handle_ == nullptr ? "out of memory" : PQerrorMessage(handle_));
    close();
    return std::unexpected(std::move(error));
  }
  PQsetNoticeReceiver(handle_, on_notice, this);
  unreplicated_ = false;
  auto ready = prepare_session();
  if (!ready) close();
  return ready;
}

Result<void> Connection::prepare_session() {
  std::string text = "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;";
  text += "SET statement_timeout = " + milliseconds(options_.statement_timeout) + ';';
  text += "SET lock_timeout = " + milliseconds(options_.lock_timeout) + ';';
  text += "SET idle_in_transaction_session_timeout = " +
          milliseconds(options_.idle_in_transaction_timeout) + ';';
  text += "SET idle_session_timeout = " + milliseconds(options_.idle_session_timeout);
  auto done = checked(PQexec(handle_, text.c_str()));
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<Rows> Connection::checked(pg_result* handle) {
  Rows rows(handle);
  const auto status = PQresultStatus(handle);
  if (unreplicated_) {
    close();
    return std::unexpected(lost("the server no longer waited for its standby"));
  }
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
  const char* field = handle == nullptr ? nullptr : PQresultErrorField(handle, PG_DIAG_SQLSTATE);
  const std::string state = field == nullptr ? "" : field;
  const std::string words =
      state + ' ' + (handle == nullptr ? PQerrorMessage(handle_) : PQresultErrorMessage(handle));
  // A server that no longer takes writes is left, so that the next use finds the one that does.
  if (state == "25006") close();
  if (may_pass(state) || !is_open()) return std::unexpected(lost(words));
  return std::unexpected(Error{ErrorCode::Internal,
                               "store.failed",
                               "The store failed; see the server's log.",
                               {},
                               "postgres: " + one_line(words)});
}

Result<void> Connection::script(const std::string& text) {
  auto done = script_rows(text);
  return done ? Result<void>() : std::unexpected(std::move(done.error()));
}

Result<Rows> Connection::script_rows(const std::string& text) {
  auto ready = connect();
  if (ready) ready = settle();
  if (!ready) return std::unexpected(std::move(ready.error()));
  return checked(PQexec(handle_, text.c_str()));
}

Result<std::string> Connection::prepared(std::string_view text) {
  if (const auto known = statements_.find(text); known != statements_.end()) return known->second;
  std::string name = next_name();
  auto done = checked(PQprepare(handle_, name.c_str(), std::string(text).c_str(), 0, nullptr));
  if (!done) return std::unexpected(std::move(done.error()));
  statements_.emplace(text, name);
  return name;
}

Result<Rows> Connection::run(std::string_view text, sql::Params params) {
  if (!Values::fit(params)) return zero_byte();
  if (auto open = connect(); !open) return std::unexpected(std::move(open.error()));
  if (!sent_.empty()) {
    std::optional<Rows> last;
    auto done = send(text, params, [&](Rows& rows) -> Result<void> {
      last.emplace(std::move(rows));
      return {};
    });
    if (done) done = settle();
    if (!done) return std::unexpected(std::move(done.error()));
    return std::move(*last);
  }
  const auto name = prepared(text);
  if (!name) return std::unexpected(name.error());
  const Values values(params);
  return checked(PQexecPrepared(handle_, name->c_str(), values.count(), values.pointers(), nullptr,
                                nullptr, 0));
}

Result<void> Connection::defer(std::string_view text, sql::Params params, OnRows on_rows) {
  if (!Values::fit(params)) return zero_byte();
  if (!in_transaction()) return std::unexpected(lost("the transaction has ended"));
  if (sent_.size() >= kPipelined)
    if (auto done = settle(); !done) return done;
  return send(text, params, std::move(on_rows));
}

Result<void> Connection::send(std::string_view text, sql::Params params, OnRows on_rows) {
  const auto broken = [&] {
    auto error = lost(PQerrorMessage(handle_));
    close();
    return std::unexpected(std::move(error));
  };
  if (sent_.empty() && PQenterPipelineMode(handle_) != 1) return broken();
  auto known = statements_.find(text);
  if (known == statements_.end()) {
    known = statements_.emplace(text, next_name()).first;
    if (PQsendPrepare(handle_, known->second.c_str(), known->first.c_str(), 0, nullptr) != 1)
      return broken();
    sent_.push_back({known->first, {}});
  }
  const Values values(params);
  if (PQsendQueryPrepared(handle_, known->second.c_str(), values.count(), values.pointers(),
                          nullptr, nullptr, 0) != 1)
    return broken();
  sent_.push_back({{}, std::move(on_rows)});
  if (sent_.size() % kTogether == 0 && PQflush(handle_) < 0) return broken();
  return {};
}

Result<void> Connection::settle() {
  if (sent_.empty()) return {};
  if (PQpipelineSync(handle_) != 1) {
    auto error = lost(PQerrorMessage(handle_));
    close();
    return std::unexpected(std::move(error));
  }
  Result<void> first;
  auto sent = std::exchange(sent_, {});
  for (auto& statement : sent) {
    auto done = receive(statement);
    if (!done && first) first = std::move(done);
    if (!is_open()) return first;
  }
  PQclear(PQgetResult(handle_));  // the synchronization
  if (PQexitPipelineMode(handle_) == 1) return first;
  auto error = lost(PQerrorMessage(handle_));
  close();
  return first ? std::unexpected(std::move(error)) : first;
}

Result<void> Connection::receive(Sent& sent) {
  pg_result* result = PQgetResult(handle_);
  // Those behind one that failed are not run; its error is the one to tell.
  const bool skipped = PQresultStatus(result) == PGRES_PIPELINE_ABORTED;
  if (result == nullptr) close();
  auto rows = checked(result);
  if (!is_open()) return std::unexpected(std::move(rows.error()));
  PQclear(PQgetResult(handle_));  // the end of this statement
  if (!rows && !sent.prepares.empty()) statements_.erase(sent.prepares);
  if (skipped) return std::unexpected(lost("not run"));
  if (!rows) return std::unexpected(std::move(rows.error()));
  return sent.on_rows ? sent.on_rows(*rows) : Result<void>();
}

Result<std::vector<Notification>> Connection::notifications() {
  if (!is_open() || PQconsumeInput(handle_) != 1) {
    auto error = lost(handle_ == nullptr ? "not connected" : PQerrorMessage(handle_));
    close();
    return std::unexpected(std::move(error));
  }
  std::vector<Notification> found;
  while (PGnotify* notify = PQnotifies(handle_)) {
    found.push_back({notify->relname, notify->extra});
    PQfreemem(notify);
  }
  return found;
}

}  // namespace hotswap::postgres
