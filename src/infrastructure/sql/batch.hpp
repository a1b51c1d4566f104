#pragma once
// Rows of parameters for Session::many, with copies of their texts.

#include <deque>
#include <initializer_list>
#include <string>

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
    if (rows_.empty()) return {};
    auto done = session.many(text, rows_);
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
  }

 private:
  std::deque<std::string> texts_;
  Session::Rows rows_;
};

}  // namespace hotswap::sql
