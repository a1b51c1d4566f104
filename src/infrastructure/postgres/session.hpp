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
  Result<void> defer(std::string_view text, sql::Params params, const OnRow& on_row) override;
  Result<void> settle() override { return connection_.settle(); }
  using sql::Session::changes;
  using sql::Session::finds;
  bool hope(bool on) override { return hopeful_ = on; }
  [[nodiscard]] bool hopeful() const override { return hopeful_; }
  Result<bool> changes(std::string_view text, sql::Params params) override;
  Result<bool> finds(std::string_view text, sql::Params params) override;
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

  Result<bool> expect(std::string_view text, sql::Params params);

  Connection connection_;
  bool hopeful_ = false;
};

}  // namespace hotswap::postgres
