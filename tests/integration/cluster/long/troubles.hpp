#pragma once
// What long runs do to a cluster, and what they bring out meanwhile.

#include <string>
#include <vector>

#include "domain/json/value.hpp"
#include "integration/cluster/lab/node.hpp"

namespace hotswap::lab {

/// What can happen to one node, and how it ends.
struct Fault {
  std::string name;
  void (*happens)(Node&);
  void (*ends)(Node&);
};
/// kill, stop, cut, deaf.
[[nodiscard]] const std::vector<Fault>& faults();

/// One of each kind, with pauses longer than a takeover, so that there is a next transition to be
/// met.
[[nodiscard]] const std::vector<std::pair<std::string, json::Value>>& strategies();

}  // namespace hotswap::lab
