#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {

Result<Reply> rotate_secrets(Services& services, Call& call) {
  const auto status = services.secrets.start(call.caller);
  if (!status) return std::unexpected(status.error());
  return located(202, "/api/v1/secrets/rotation", to_json(*status));
}

Result<Reply> get_rotation(Services& services, Call& call) {
  const auto status = services.secrets.status(call.caller);
  if (!status) return std::unexpected(status.error());
  return json_answer(200, to_json(*status));
}

}  // namespace hotswap::api
