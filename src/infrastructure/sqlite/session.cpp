#include "infrastructure/sqlite/session.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "domain/base/assert.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sqlite {
namespace {

class StatementRow : public sql::Row {
 public:
  explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] std::string_view text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

/// Makes a statement ready for its next use, whatever happened in this one.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() { sqlite3_reset(statement); }
};

int bind_one(sqlite3_stmt* statement, int position, const sql::Param& param) {
  if (const auto* number = std::get_if<std::int64_t>(&param.value())) {
    return sqlite3_bind_int64(statement, position, *number);
  }
  if (const auto* text = std::get_if<std::string_view>(&param.value())) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* bytes = text->empty() ? "" : text->data();
    return sqlite3_bind_text64(statement, position, bytes, text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, position);
}

/// What passes by itself or by an operator's hand, without a change of the program.
bool may_pass(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return true;
    default:
      return false;
  }
}

/// Only the owner may read configurations; SQLite gives its side files the same mode.
void make_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);  // a failure is found again, and reported, by sqlite3_open
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const std::string& path, Mode mode,
                                               Duration busy_timeout) {
  if (mode == Mode::ReadWrite) make_private_file(path);
  sqlite3* database = nullptr;
  const int access =
      mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &database, access | SQLITE_OPEN_NOMUTEX, nullptr);
  auto session = std::unique_ptr<Session>(new Session(database));
  if (code != SQLITE_OK) return std::unexpected(session->error(code));
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, static_cast<int>(busy_timeout.count()));
  auto done = session->script("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
  if (!done) return std::unexpected(done.error());
  return session;
}

Session::~Session() {
  for (auto& [text, statement] : statements_) sqlite3_finalize(statement.handle);
  sqlite3_close_v2(database_);
}

Result<std::int64_t> Session::execute(std::string_view text, sql::Params params) {
  auto done = query(text, params, [](const sql::Row&) -> Result<void> { return {}; });
  if (!done) return std::unexpected(std::move(done.error()));
  return sqlite3_changes64(database_);
}

Result<void> Session::query(std::string_view text, sql::Params params, const OnRow& on_row) {
  const auto statement = prepare(text);
  if (!statement) return std::unexpected(statement.error());
  sqlite3_stmt* handle = (*statement)->handle;
  const Reset reset{handle};
  if (auto bound = bind(**statement, params); !bound) return bound;
  int code = sqlite3_step(handle);
  while (code == SQLITE_ROW) {
    if (auto done = on_row(StatementRow(handle)); !done) return done;
    code = sqlite3_step(handle);
  }
  if (code != SQLITE_DONE) return std::unexpected(error(code));
  return {};
}

Result<void> Session::script(const std::string& text) {
  const int code = sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return {};
}

// Immediate: the lock is taken here, where waiting for it is harmless, not at the first write.
Result<void> Session::begin() { return sql::run(*this, "BEGIN IMMEDIATE"); }

Result<void> Session::begin_snapshot() { return sql::run(*this, "BEGIN"); }

bool Session::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

Result<void> Session::copy_to(Session& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.database_, "main", database_, "main");
  if (backup == nullptr) return std::unexpected(target.error(sqlite3_errcode(target.database_)));
  // All pages at once: in WAL mode this hinders no writer, and no write makes it start again.
  int code = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) code = finished;
  if (code != SQLITE_OK) return std::unexpected(target.error(code));
  return {};
}

Result<Session::Statement*> Session::prepare(std::string_view text) {
  const auto found = statements_.find(text);
  if (found != statements_.end()) return &found->second;
  Statement statement;
  const int code = sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement.handle, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  const int count = sqlite3_bind_parameter_count(statement.handle);
  for (int i = 1; i <= count; ++i) {
    const auto name = "$" + std::to_string(i);
    statement.positions.push_back(sqlite3_bind_parameter_index(statement.handle, name.c_str()));
  }
  return &statements_.emplace(std::string(text), std::move(statement)).first->second;
}

Result<void> Session::bind(const Statement& statement, sql::Params params) {
  HS_ASSERT(params.size() == statement.positions.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    const int code = bind_one(statement.handle, statement.positions[i], params[i]);
    if (code != SQLITE_OK) return std::unexpected(error(code));
  }
  return {};
}

Error Session::error(int code) const {
  std::string words = std::string("sqlite ") + std::to_string(code) + ": " +
                      (database_ != nullptr ? sqlite3_errmsg(database_) : sqlite3_errstr(code));
  if (may_pass(code)) return store::unavailable(std::move(words));
  return Error{ErrorCode::Internal,
               "store.failed",
               "The store failed; see the server's log.",
               {},
               std::move(words)};
}

}  // namespace hotswap::sqlite
