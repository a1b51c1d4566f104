#pragma once
// Whether the fleet can take a version: every instance may say for which schema it was built, and a
// deployment asks each of those schemas beforehand.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/strong.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// What to do with instances whose own schema refuses the version.
enum class OnUnfit { Refuse, Skip };  ///< Skip leaves them out, which makes the deployment partial
[[nodiscard]] std::string_view to_string(OnUnfit choice);  ///< `refuse`, `skip`
[[nodiscard]] std::optional<OnUnfit> on_unfit_from_string(std::string_view text);

struct FleetFit {
  std::string schema;         ///< that the version was validated against now; empty: none
  std::string mismatch;       ///< forced: its first failure under `schema`; empty: it satisfies it
  std::size_t accepting = 0;  ///< targets whose registered schema accepts the version
  std::size_t unfit = 0;      ///< whose registered schema refuses it
  std::size_t unspoken = 0;   ///< that registered no version of the profile's schema
  std::size_t left_out = 0;   ///< unfit ones that are no targets for that reason
  struct Unfit {
    InstanceId instance;
    std::string schema;   ///< its own, `payments@1.0.0`
    std::string message;  ///< the first failure, in words
    bool operator==(const Unfit&) const = default;
  };
  std::vector<Unfit> examples;  ///< at most limits::kErrorsReported
  /// Whether every target would accept what it would be rolled back to.
  bool rollback_safe = true;
  std::string rollback_risk;  ///< in words; empty when safe
  bool operator==(const FleetFit&) const = default;
};

[[nodiscard]] json::Value to_json(const FleetFit& fit);
[[nodiscard]] Result<FleetFit> fleet_fit_from_json(const json::Value& value);

}  // namespace hotswap
