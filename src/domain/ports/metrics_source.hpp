#pragma once
#include <optional>
#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

/// A time-series database that is asked for one number. Blocking, limited in time.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  /// Nothing: the answer was empty or NaN, which is no data. Several series, a refused query or an
  /// unreachable server are errors that say so.
  [[nodiscard]] virtual Result<std::optional<double>> query(const std::string& expression,
                                                            WallTime at) = 0;
};

}  // namespace hotswap
