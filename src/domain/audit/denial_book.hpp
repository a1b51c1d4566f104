#pragma once
// Which refused attempts get an entry of their own. The first of a caller does at once; those that
// follow within a minute are gathered into one, so that a flood cannot fill the disk.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/time.hpp"

namespace hotswap {

struct Refusal {
  std::string address;   ///< numeric, IPv4 or IPv6, with a port or without
  std::string subject;   ///< empty: a stranger
  std::string action;    ///< slug
  std::string resource;  ///< path of the request
  std::string why;       ///< slug
};

/// What stands for the refusals of one caller in one minute.
struct GatheredRefusals {
  Refusal last;
  std::uint64_t count = 0;
  std::string detail;  ///< `41 more refusals within a minute: 40 of version.upload (…), …`
};

class DenialBook {
 public:
  static constexpr Duration kWindow = std::chrono::minutes(1);
  /// Told apart; those of further ones are gathered as everybody else's.
  static constexpr std::size_t kCallers = 1000;
  static constexpr std::size_t kKinds = 5;  ///< named in one entry

  /// Whether this one gets an entry of its own.
  [[nodiscard]] bool note(const Refusal& refusal, MonoTime now);
  /// What was gathered in minutes that are over.
  [[nodiscard]] std::vector<GatheredRefusals> due(MonoTime now);
  /// All that was gathered, for the end of the program.
  [[nodiscard]] std::vector<GatheredRefusals> rest();

 private:
  struct Window {
    MonoTime since{};
    std::uint64_t count = 0;  ///< without the first
    Refusal last;
    std::map<std::string, std::uint64_t> kinds;
    std::uint64_t other_kinds = 0;
  };
  [[nodiscard]] static GatheredRefusals gathered(const Window& window);
  std::map<std::string, Window> windows_;  ///< by caller
};

/// Of whom an attacker has many: an IPv6 address counts as its network of 64 bits.
[[nodiscard]] std::string network_of(const std::string& address);

}  // namespace hotswap
