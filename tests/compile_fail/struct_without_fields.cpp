// A member whose type never said what it is made of: the message names the remedy.
#include <vector>

#include "hotswap/bound.hpp"

struct Replica {
  int port = 0;
};
struct Settings {
  std::vector<Replica> replicas;
};
#ifdef HS_VALID
template <>
inline constexpr auto hotswap::sdk::kFields<Replica> = std::tuple{field("port", &Replica::port)};
#endif
template <>
inline constexpr auto hotswap::sdk::kFields<Settings> =
    std::tuple{field("replicas", &Settings::replicas)};

bool check(const hotswap::sdk::Config& config) { return config.get<Settings>("").has_value(); }
