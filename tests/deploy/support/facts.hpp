#pragma once
// What the real program says of itself: the other side of every name in deploy/.

#include <map>
#include <set>
#include <string>

#include "domain/json/value.hpp"

namespace hotswap::deploy {

using Names = std::set<std::string>;

struct Facts {
  Names server;  ///< flags of `hotswap server`, e.g. `--listen`
  Names agent;   ///< of `hotswap agent`
  Names token;   ///< of `hotswap token`
  Names client;  ///< of every verb
  Names verbs;
  Names routes;  ///< paths of the API's description

  /// Settings of the server and of clients as environment variables.
  [[nodiscard]] bool knows_variable(const std::string& name) const;
  /// A member of --config-file.
  [[nodiscard]] bool knows_member(const std::string& name) const;
};

/// Asked once.
[[nodiscard]] const Facts& facts();

/// Whether the program takes these arguments, as far as their names go: what is wrong, else empty.
[[nodiscard]] std::string wrong_arguments(const std::vector<std::string>& arguments);

/// The metrics in an expression of Prometheus that begin with `hotswap`.
[[nodiscard]] Names metrics_in(const std::string& expression);
/// The names that a page in Prometheus' text format tells.
[[nodiscard]] Names exported(const std::string& page);

}  // namespace hotswap::deploy
