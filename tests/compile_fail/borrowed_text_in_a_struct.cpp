// A bound struct outlives the version that it was read from, so it must own its texts.
#include <string>
#include <string_view>

#include "hotswap/bound.hpp"

struct Settings {
#ifdef HS_VALID
  std::string host;
#else
  std::string_view host;
#endif
};
template <>
inline constexpr auto hotswap::sdk::kFields<Settings> = std::tuple{field("host", &Settings::host)};

bool check(const hotswap::sdk::Config& config) { return config.get<Settings>("").has_value(); }
