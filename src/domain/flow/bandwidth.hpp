#pragma once
// How many bytes a second may be sent.

#include <cstdint>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

struct Bandwidth {
  std::uint64_t bytes_per_second = 0;  ///< 0: no limit
  [[nodiscard]] bool limited() const { return bytes_per_second > 0; }
  [[nodiscard]] Bandwidth times(double share) const;  ///< of a limit, a limit
  bool operator==(const Bandwidth&) const = default;
};

/// `100Mbit/s`, `1Gbit/s`, `500kbit/s`, also without `/s`; `0` or `none`: no limit. Powers of ten.
/// Error reason `bandwidth.invalid`.
[[nodiscard]] Result<Bandwidth> read_bandwidth(std::string_view text);

/// How long that many bytes need, at least; zero without a limit.
[[nodiscard]] Duration transfer_time(std::uint64_t bytes, Bandwidth bandwidth);

}  // namespace hotswap
