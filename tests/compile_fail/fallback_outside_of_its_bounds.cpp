// What holds when a member is missing must be a value that the member may have.
#include <optional>

#include "hotswap/bound.hpp"

struct Pool {
  int max = 0;
  std::optional<int> spare;
};
#ifdef HS_VALID
constexpr int kFallback = 10;
#else
constexpr int kFallback = 0;
#endif
template <>
inline constexpr auto hotswap::sdk::kFields<Pool> =
    std::tuple{field("max", &Pool::max, kFallback).between(1, 1000),
               field("spare", &Pool::spare, std::optional<int>()).between(1, 10)};

bool check(const hotswap::sdk::Config& config) { return config.get<Pool>("").has_value(); }
