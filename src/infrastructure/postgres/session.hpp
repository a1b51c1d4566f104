#pragma once
#include "infrastructure/postgres/connection.hpp"

namespace hotswap::postgres {

/// Writers of all nodes take turns: a transaction that writes begins with this advisory lock.
class Session : public sql::Session {
 public:
  explicit Session(ConnectOptions options) : connection_(std::move(options)) {}

  using sql::Session::execute;
  using sql::Session::query;
  Result<std::int64_t> execute(std::string_view text, sql::Params params) override;
  Result<std::int64_t> many(std::string_view text, const Rows& rows) override;
  Result<void> defer(std::string_view text, sql::Params params, const OnRow& on_row) override;
  [[nodiscard]] bool defers() const override { return true; }
  Result<void> settle() override { return connection_.settle(); }
  Result<void> query(std::string_view text, sql::Params params, const OnRow& on_row) override;
  Result<void> script(const std::string& text) override;
  Result<void> begin() override;
  Result<void> begin_snapshot() override;
  [[nodiscard]] bool in_transaction() const override { return connection_.in_transaction(); }

  [[nodiscard]] Connection& connection() { return connection_; }

 private:
  /// Runs `use`; once more on a new connection if the old one was found lost and nothing that went
  /// before depends on it.
  template <class Use>
  auto again_if_lost(Use use) -> decltype(use());

  Connection connection_;
};

}  // namespace hotswap::postgres
