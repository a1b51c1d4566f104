#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "infrastructure/postgres/connection.hpp"

namespace hotswap::postgres {

/// Writers of all nodes take turns: a transaction that writes begins with this advisory lock.
class Session : public sql::Session {
 public:
  explicit Session(ConnectOptions options) : connection_(std::move(options)) {}

  using sql::Session::execute;
  using sql::Session::query;
  Result<std::int64_t> execute(std::string_view text, sql::Params params) override;
  Result<void> defer(std::string_view text, sql::Params params, const OnRow& on_row) override;
  Result<void> settle() override;
  using sql::Session::changes;
  using sql::Session::finds;
  bool hope(bool on) override;
  [[nodiscard]] bool hopeful() const override { return hopeful_; }
  Result<bool> changes(std::string_view text, sql::Params params) override;
  Result<bool> finds(std::string_view text, sql::Params params) override;
  Result<void> add(const sql::Insertion& insertion, sql::Params values,
                   const OnRow& on_row) override;
  Result<bool> adds(const sql::Insertion& insertion, sql::Params values) override;
  Result<void> query(std::string_view text, sql::Params params, const OnRow& on_row) override;
  Result<void> script(const std::string& text) override;
  Result<void> begin() override;
  Result<void> begin_with(const std::string& text, const OnRow& on_row) override;
  Result<void> begin_snapshot() override;
  [[nodiscard]] bool in_transaction() const override { return connection_.in_transaction(); }

  [[nodiscard]] Connection& connection() { return connection_; }

 private:
  /// Runs `use`; once more on a new connection if the old one was found lost and nothing that went
  /// before depends on it.
  template <class Use>
  auto again_if_lost(Use use) -> decltype(use());

  /// Rows of one insertion that are to be sent together, with copies of their texts.
  struct Gathered {
    sql::Insertion insertion;
    bool all = false;  ///< every one must be added
    std::deque<std::string> texts{};
    std::vector<sql::Param> values{};
    std::vector<OnRow> on_rows{};
  };

  Result<bool> expect(std::string_view text, sql::Params params);
  Result<void> gather(const sql::Insertion& insertion, sql::Params values, Gathered& into);
  [[nodiscard]] Gathered& gathered_for(const sql::Insertion& insertion, bool all);
  /// Sends what is gathered.
  Result<void> send_rows();
  Result<void> send_rows(Gathered& gathered);
  [[nodiscard]] const std::string& text_of(const sql::Insertion& insertion, std::size_t rows);

  Connection connection_;
  bool hopeful_ = false;
  std::deque<Gathered> gathered_;  ///< one per insertion, in the order of their first rows
  std::map<std::pair<std::string_view, std::size_t>, std::string> texts_;  ///< for so many rows
};

}  // namespace hotswap::postgres
