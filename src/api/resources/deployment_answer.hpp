#pragma once
#include "api/server/http.hpp"
#include "domain/json/reader.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap::api {

struct Services;

/// The whole deployment, its targets named by host where they are registered.
[[nodiscard]] json::Object deployment_view(Services& services, const Deployment& deployment);
[[nodiscard]] Response deployment_answer(Services& services, int status,
                                         const Deployment& deployment);

/// `onUnfit`: what to do with instances whose own schema refuses the version.
[[nodiscard]] OnUnfit read_on_unfit(json::ObjectReader& in);
/// `breakGlass`: why it cannot wait for a second person.
[[nodiscard]] std::optional<std::string> read_break_glass(json::ObjectReader& in);

}  // namespace hotswap::api
