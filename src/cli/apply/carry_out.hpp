#pragma once
#include <functional>

#include "cli/api_client.hpp"
#include "cli/apply/plan.hpp"

namespace hotswap::cli {

struct Deed {
  std::string text;  ///< `created profile shop.production`
  json::Object json;
};
struct CarriedOut {
  std::vector<Deed> deeds;
  std::vector<std::pair<std::string, std::string>> deploys;  ///< profile, version
  bool waits = false;  ///< a schema was registered that waits for an approval
};

/// Does what the plan says, schemas before profiles before versions, telling of each deed at once.
/// Stops at the first refusal; what was done before stays, so that doing it again goes on there.
[[nodiscard]] Result<CarriedOut> carry_out(Api& api, const Wanted& wanted,
                                           const std::vector<PlanItem>& items,
                                           const std::function<void(const Deed&)>& tell);

}  // namespace hotswap::cli
