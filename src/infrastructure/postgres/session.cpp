#include "infrastructure/postgres/session.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace hotswap::postgres {
namespace {

class ResultRow : public sql::Row {
 public:
  ResultRow(const pg_result* result, int row) : result_(result), row_(row) {}
  [[nodiscard]] bool is_null(int column) const override {
    return PQgetisnull(result_, row_, column) == 1;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    const auto digits = text(column);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }
  [[nodiscard]] std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  const pg_result* result_;
  int row_;
};

Result<void> hand_out(const pg_result* result, const sql::Session::OnRow& on_row) {
  const int count = PQntuples(result);
  for (int row = 0; row < count; ++row)
    if (auto taken = on_row(ResultRow(result, row)); !taken) return taken;
  return {};
}

// Two numbers of ours, apart from the names that are hashed to one.
constexpr auto kBegin = "BEGIN; SELECT pg_advisory_xact_lock(7463, 1)";

}  // namespace

template <class Use>
auto Session::again_if_lost(Use use) -> decltype(use()) {
  const bool fresh = !connection_.is_open();
  const bool alone = !connection_.in_transaction();
  auto done = use();
  if (done || fresh || !alone || connection_.is_open()) return done;
  return use();
}

Result<std::int64_t> Session::execute(std::string_view text, sql::Params params) {
  auto done = again_if_lost([&] { return connection_.run(text, params); });
  if (!done) return std::unexpected(std::move(done.error()));
  return affected(*done);
}

Result<void> Session::query(std::string_view text, sql::Params params, const OnRow& on_row) {
  const auto done = again_if_lost([&] { return connection_.run(text, params); });
  if (!done) return std::unexpected(done.error());
  return hand_out(done->get(), on_row);
}

Result<void> Session::defer(std::string_view text, sql::Params params, const OnRow& on_row) {
  return connection_.defer(text, params,
                           [on_row](postgres::Rows& rows) { return hand_out(rows.get(), on_row); });
}

Result<bool> Session::changes(std::string_view text, sql::Params params) {
  return hopeful_ ? expect(text, params) : sql::Session::changes(text, params);
}

Result<bool> Session::finds(std::string_view text, sql::Params params) {
  return hopeful_ ? expect(text, params) : sql::Session::finds(text, params);
}

Result<bool> Session::expect(std::string_view text, sql::Params params) {
  auto sent = connection_.defer(text, params, [](postgres::Rows& rows) -> Result<void> {
    if (affected(rows) > 0) return {};
    return fail(ErrorCode::Conflict, "store.hope", "A statement found nothing to change.");
  });
  if (!sent) return std::unexpected(std::move(sent.error()));
  return true;
}

Result<void> Session::script(const std::string& text) { return connection_.script(text); }

Result<void> Session::begin() {
  auto begun = again_if_lost([&] { return script(kBegin); });
  // The lock was not to be had in time: what BEGIN left open would refuse every later one.
  if (!begun && in_transaction()) static_cast<void>(script("ROLLBACK"));
  return begun;
}

Result<void> Session::begin_snapshot() {
  return again_if_lost([&] { return script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); });
}

}  // namespace hotswap::postgres
