#pragma once
// Between columns and domain values. What the store wrote it can read; if not, the database was
// damaged or edited: Internal `store.corrupt`.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/json/value.hpp"
#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

using Labels = std::map<std::string, std::string>;

[[nodiscard]] std::int64_t to_column(WallTime time);
[[nodiscard]] Param to_column(std::optional<WallTime> time);
[[nodiscard]] std::int64_t to_column(std::uint64_t number);
[[nodiscard]] std::int64_t to_column(bool flag);
[[nodiscard]] std::string to_column(const Labels& labels);
[[nodiscard]] std::optional<std::string> to_column(const std::optional<SemVer>& version);

[[nodiscard]] std::string to_column(const std::vector<std::string>& texts);  ///< JSON
[[nodiscard]] std::string to_column(const AuditErased& erased);              ///< JSON, or empty

/// Reads the columns of one row from left to right; the first mistake is kept for finish().
class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}

  std::string text() { return std::string(row_.text(next_++)); }
  std::int64_t integer() { return row_.integer(next_++); }
  std::uint64_t number() { return static_cast<std::uint64_t>(row_.integer(next_++)); }
  bool flag() { return row_.integer(next_++) != 0; }
  WallTime time();
  std::optional<WallTime> optional_time();  ///< NULL: nothing
  SemVer version();
  std::optional<SemVer> optional_version();  ///< NULL: nothing
  json::Value json();
  Labels labels();
  std::vector<std::string> texts();
  AuditErased audit_erased();
  WrappedKey wrapped_key();  ///< two: its key-encryption key, its bytes as base64
  [[nodiscard]] bool next_is_null() const { return row_.is_null(next_); }
  [[nodiscard]] bool next_is_empty() const { return row_.text(next_).empty(); }
  void skip(int columns = 1) { next_ += columns; }

  /// JSON text, read by `read(const json::Value&) -> Result<T>`.
  template <class T, class Read>
  T document(Read read) {
    return take<T>(read(json()));
  }
  /// NULL: nothing.
  template <class T, class Read>
  std::optional<T> optional_document(Read read) {
    if (!next_is_null()) return document<T>(read);
    skip();
    return std::nullopt;
  }
  /// A word of an enumeration, read by `read(text) -> std::optional<T>`.
  template <class T, class Read>
  T word(Read read) {
    const auto found = read(row_.text(next_++));
    if (!found) corrupt("unknown word");
    return found.value_or(T{});
  }
  template <class T>
  Result<T> finish(T item) {
    if (error_) return std::unexpected(std::move(*error_));
    return item;
  }
  Result<void> finish() {
    if (error_) return std::unexpected(std::move(*error_));
    return {};
  }

 private:
  template <class T>
  T take(Result<T> result) {
    if (result) return std::move(*result);
    corrupt(result.error().detail);
    return T{};
  }
  void corrupt(const std::string& why);

  const Row& row_;
  int next_ = 0;
  std::optional<Error> error_;
};

}  // namespace hotswap::sql
