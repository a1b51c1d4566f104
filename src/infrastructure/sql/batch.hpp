#pragma once
// One statement for many rows of parameters, with copies of their texts; within a transaction.

#include <deque>
#include <initializer_list>
#include <string>
#include <vector>

#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

class Batch {
 public:
  void add(std::initializer_list<Param> params) {
    auto& row = rows_.emplace_back();
    row.reserve(params.size());
    for (const Param& param : params) {
      const auto* text = std::get_if<std::string_view>(&param.value());
      row.push_back(text == nullptr ? param : Param(texts_.emplace_back(*text)));
    }
  }
  /// Runs the statement for each row.
  [[nodiscard]] Result<void> run(Session& session, std::string_view text) const {
    const auto ignored = [](const Row&) -> Result<void> { return {}; };
    for (const auto& row : rows_)
      if (auto done = session.defer(text, Params(row), ignored); !done) return done;
    return {};
  }

 private:
  std::deque<std::string> texts_;
  std::vector<std::vector<Param>> rows_;
};

}  // namespace hotswap::sql
