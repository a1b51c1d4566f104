#pragma once
// Reads a request's object field by field and gathers every mistake, so that the caller sees all of
// them at once. Unknown fields are mistakes ("did you mean …?").
//
//   ObjectReader in(value, "$");
//   auto name = in.required_string("name");
//   auto note = in.optional_string("note");
//   if (auto bad = in.finish("config.invalid")) return std::unexpected(*bad);

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap::json {

class ObjectReader {
 public:
  /// `value` must outlive the reader; if it is no object, finish() says so.
  ObjectReader(const Value& value, std::string path);

  std::string required_string(std::string_view name);
  std::optional<std::string> optional_string(std::string_view name);
  std::optional<bool> optional_bool(std::string_view name);
  std::optional<std::int64_t> optional_int(std::string_view name, std::int64_t min,
                                           std::int64_t max);
  std::optional<double> optional_double(std::string_view name, double min, double max);
  std::optional<Duration> optional_duration(std::string_view name);  ///< ISO 8601 text
  std::optional<WallTime> optional_time(std::string_view name);      ///< RFC 3339 text
  /// Any value; nullptr if absent. Marks the name as known.
  const Value* optional_value(std::string_view name);
  const Value* required_value(std::string_view name);
  const Array* optional_array(std::string_view name);
  const Object* optional_object(std::string_view name);
  std::vector<std::string> optional_strings(std::string_view name);  ///< array of strings

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string path_of(std::string_view name) const;
  void mistake(std::string_view name, std::string keyword, std::string message);
  /// Takes over the fields of a nested reader's or parser's error.
  void absorb(const Error& error);

  /// After the last read: all mistakes incl. unknown fields as one Invalid error, or nothing.
  [[nodiscard]] std::optional<Error> finish(std::string reason);

 private:
  const Value* take(std::string_view name);
  void add_unknown();
  const Object* object_;
  std::string path_;
  std::vector<std::string> known_;
  std::vector<FieldError> mistakes_;
};

/// The candidate nearest to `word` (edit distance ≤ 2), if any: for "did you mean".
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

}  // namespace hotswap::json
