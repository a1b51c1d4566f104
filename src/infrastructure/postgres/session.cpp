#include "infrastructure/postgres/session.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>

#include "domain/base/assert.hpp"

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

/// The n-th row to the n-th; none of a statement that returns no rows.
Result<void> hand_out_each(const pg_result* result, const std::vector<sql::Session::OnRow>& each) {
  const int count = std::min(PQntuples(result), static_cast<int>(each.size()));
  for (int row = 0; row < count; ++row)
    if (auto taken = each[static_cast<std::size_t>(row)](ResultRow(result, row)); !taken)
      return taken;
  return {};
}

Result<void> disappointed() {
  return fail(ErrorCode::Conflict, "store.hope", "A statement found nothing to change.");
}

/// So many rows of an insertion are sent together. A statement is prepared for each smaller number.
constexpr std::size_t kTogether = 16;

// Two numbers of ours, apart from the names that are hashed to one.
constexpr auto kBegin = "BEGIN; SELECT pg_advisory_xact_lock(7463, 1);";

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
  if (auto sent = send_rows(); !sent) return std::unexpected(std::move(sent.error()));
  auto done = again_if_lost([&] { return connection_.run(text, params); });
  if (!done) return std::unexpected(std::move(done.error()));
  return affected(*done);
}

Result<void> Session::query(std::string_view text, sql::Params params, const OnRow& on_row) {
  if (auto sent = send_rows(); !sent) return sent;
  const auto done = again_if_lost([&] { return connection_.run(text, params); });
  if (!done) return std::unexpected(done.error());
  return hand_out(done->get(), on_row);
}

Result<void> Session::defer(std::string_view text, sql::Params params, const OnRow& on_row) {
  if (auto sent = send_rows(); !sent) return sent;
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
  auto sent = send_rows();
  if (sent)
    sent = connection_.defer(text, params, [](postgres::Rows& rows) -> Result<void> {
      return affected(rows) > 0 ? Result<void>() : disappointed();
    });
  if (!sent) return std::unexpected(std::move(sent.error()));
  return true;
}

bool Session::hope(bool on) {
  gathered_.clear();
  return hopeful_ = on;
}

Result<void> Session::settle() {
  if (auto sent = send_rows(); !sent) return sent;
  return connection_.settle();
}

Result<void> Session::add(const sql::Insertion& insertion, sql::Params values,
                          const OnRow& on_row) {
  if (!hopeful_) return sql::Session::add(insertion, values, on_row);
  auto& into = gathered_for(insertion, false);
  into.on_rows.push_back(on_row);
  return gather(insertion, values, into);
}

Result<bool> Session::adds(const sql::Insertion& insertion, sql::Params values) {
  if (!hopeful_) return sql::Session::adds(insertion, values);
  auto sent = gather(insertion, values, gathered_for(insertion, true));
  if (!sent) return std::unexpected(std::move(sent.error()));
  return true;
}

Session::Gathered& Session::gathered_for(const sql::Insertion& insertion, bool all) {
  const auto known = std::ranges::find(
      gathered_, insertion.text, [](const Gathered& gathered) { return gathered.insertion.text; });
  return known != gathered_.end() ? *known : gathered_.emplace_back(insertion, all);
}

Result<void> Session::gather(const sql::Insertion& insertion, sql::Params values, Gathered& into) {
  HS_ASSERT(values.size() == insertion.kinds.size());
  for (const sql::Param& value : values) {
    const auto* text = std::get_if<std::string_view>(&value.value());
    into.values.push_back(text == nullptr ? value : sql::Param(into.texts.emplace_back(*text)));
  }
  // The server adds these while the next are put together.
  return into.values.size() >= kTogether * values.size() ? send_rows() : Result<void>();
}

Result<void> Session::send_rows() {
  auto rows = std::exchange(gathered_, {});
  for (auto& gathered : rows)
    if (auto sent = send_rows(gathered); !sent) return sent;
  return {};
}

Result<void> Session::send_rows(Gathered& gathered) {
  const auto width = gathered.insertion.kinds.size();
  const auto total = gathered.values.size() / width;
  for (std::size_t done = 0; done < total;) {
    const auto count = std::min(total - done, kTogether);
    std::vector<OnRow> on_rows;
    if (!gathered.all)
      on_rows.assign(gathered.on_rows.begin() + static_cast<std::ptrdiff_t>(done),
                     gathered.on_rows.begin() + static_cast<std::ptrdiff_t>(done + count));
    auto sent = connection_.defer(
        text_of(gathered.insertion, count),
        sql::Params(gathered.values).subspan(done * width, count * width),
        [on_rows = std::move(on_rows), count](postgres::Rows& rows) -> Result<void> {
          if (static_cast<std::size_t>(affected(rows)) != count) return disappointed();
          return hand_out_each(rows.get(), on_rows);
        });
    if (!sent) return sent;
    done += count;
  }
  return {};
}

const std::string& Session::text_of(const sql::Insertion& insertion, std::size_t rows) {
  auto& text = texts_[{insertion.text, rows}];
  if (text.empty()) text = sql::statement_of(insertion, rows);
  return text;
}

Result<void> Session::script(const std::string& text) { return connection_.script(text); }

Result<void> Session::begin() {
  return begin_with({}, [](const sql::Row&) -> Result<void> { return {}; });
}

Result<void> Session::begin_with(const std::string& text, const OnRow& on_row) {
  const auto begun = again_if_lost([&] { return connection_.script_rows(kBegin + text); });
  if (begun) return text.empty() ? Result<void>() : hand_out(begun->get(), on_row);
  // The lock was not to be had in time: what BEGIN left open would refuse every later one.
  if (in_transaction()) static_cast<void>(script("ROLLBACK"));
  return std::unexpected(begun.error());
}

Result<void> Session::begin_snapshot() {
  return again_if_lost([&] { return script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); });
}

}  // namespace hotswap::postgres
