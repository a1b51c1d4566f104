#pragma once
// Words for the repositories: a statement whose count does not matter, one row or none, all rows,
// and a WHERE clause put together from the filters that are set.

#include <optional>
#include <string>
#include <vector>

#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] inline Result<void> run(Session& session, std::string_view text,
                                      std::initializer_list<Param> params = {}) {
  auto rows = session.execute(text, params);
  if (!rows) return std::unexpected(std::move(rows.error()));
  return {};
}

/// The same for one whose errors may come with a later statement's answer.
[[nodiscard]] inline Result<void> later(Session& session, std::string_view text,
                                        std::initializer_list<Param> params = {}) {
  return session.defer(text, Params(params.begin(), params.size()),
                       [](const Row&) -> Result<void> { return {}; });
}

/// Adds a row whose outcome is not needed yet.
[[nodiscard]] inline Result<void> add(Session& session, const Insertion& insertion,
                                      std::initializer_list<Param> values) {
  return session.add(insertion, Params(values.begin(), values.size()),
                     [](const Row&) -> Result<void> { return {}; });
}

/// The value, put through `convert`; the library's std::expected has no transform yet.
template <class T, class Convert>
auto mapped(Result<T> result, Convert convert) -> Result<decltype(convert(std::move(*result)))> {
  if (!result) return std::unexpected(std::move(result.error()));
  return convert(std::move(*result));
}

/// Every row, read by `read(const Row&) -> Result<T>`.
template <class T, class Read>
Result<std::vector<T>> all(Session& session, std::string_view text, Params params, Read read) {
  std::vector<T> items;
  auto done = session.query(text, params, [&](const Row& row) -> Result<void> {
    auto item = read(row);
    if (!item) return std::unexpected(std::move(item.error()));
    items.push_back(std::move(*item));
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return items;
}

template <class T, class Read>
Result<std::vector<T>> all(Session& session, std::string_view text,
                           std::initializer_list<Param> params, Read read) {
  return all<T>(session, text, Params(params.begin(), params.size()), read);
}

/// The first row, if any.
template <class T, class Read>
Result<std::optional<T>> maybe(Session& session, std::string_view text,
                               std::initializer_list<Param> params, Read read) {
  auto items = all<T>(session, text, params, read);
  if (!items) return std::unexpected(std::move(items.error()));
  if (items->empty()) return std::optional<T>();
  return std::optional<T>(std::move(items->front()));
}

/// Whether the query has a row; waited for also while the session hopes.
[[nodiscard]] inline Result<bool> exists(Session& session, std::string_view text,
                                         std::initializer_list<Param> params) {
  return session.Session::finds(text, Params(params.begin(), params.size()));
}

/// Conditions joined by AND. Their texts are constants; values are bound, so they must outlive
/// this.
class Where {
 public:
  /// `condition` with `?` in the place of the value, e.g. `service = ?`.
  void add(std::string_view condition, Param value);
  /// Nothing if the value is empty: an unset filter.
  void add_set(std::string_view condition, const std::string& value) {
    if (!value.empty()) add(condition, value);
  }
  /// A condition without a value.
  void add_fixed(std::string_view condition);
  /// `column` is among those that `labels`, e.g. `SELECT profile FROM profile_labels`, gives for
  /// this label. An empty key: no condition; an empty value: any.
  void add_label(std::string_view column, std::string_view labels, const std::string& key,
                 const std::string& value);
  /// The placeholder of one more value, for use behind the clause.
  std::string bind(Param value);
  [[nodiscard]] const std::string& clause() const { return clause_; }  ///< ` WHERE …` or nothing
  [[nodiscard]] Params params() const { return params_; }

 private:
  std::string clause_;
  std::vector<Param> params_;
};

/// `text` as a LIKE pattern `%text%` with its own wildcards taken literally (ESCAPE '\').
[[nodiscard]] std::string like_anywhere(std::string_view text);

}  // namespace hotswap::sql
