#pragma once
// The query of a request: decoded once, every parameter known or refused by name.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/ports/store.hpp"

namespace hotswap::api {

/// `%41` → `A`. Nothing for an ill-formed escape, or for bytes that are no UTF-8 text without
/// control characters. `plus_is_space` as in queries.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Escapes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

class Query {
 public:
  /// `known`: names separated by blanks. Errors: Malformed `url.malformed`; Invalid `query.invalid`
  /// with one field per unknown or repeated parameter (paths like `?limit`).
  [[nodiscard]] static Result<Query> parse(std::string_view text, std::string_view known);

  /// The parameter's text, empty if absent.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  // Errors of all: Invalid `query.invalid` naming the parameter and what it takes.
  [[nodiscard]] Result<std::uint64_t> number(std::string_view name, std::uint64_t min,
                                             std::uint64_t max, std::uint64_t otherwise) const;
  [[nodiscard]] Result<bool> flag(std::string_view name) const;
  [[nodiscard]] Result<std::optional<WallTime>> time(std::string_view name) const;
  [[nodiscard]] Result<std::optional<Duration>> duration(std::string_view name) const;
  /// `limit` and `cursor`.
  [[nodiscard]] Result<PageRequest> page() const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace hotswap::api
