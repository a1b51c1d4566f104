#include "api/resources/deployment_answer.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

Result<Reply> command(Services& services, const Call& call, DeploymentCommand command) {
  const auto done =
      services.deployments.command(call.caller, DeploymentId(call.path[0]), std::move(command));
  if (!done) return std::unexpected(done.error());
  return deployment_answer(services, 200, *done);
}

/// Body `{"reason":…}`, may be missing.
Result<std::string> read_reason(const Call& call) {
  json::ObjectReader in(call.body, "$");
  auto reason = in.optional_string("reason").value_or("");
  if (reason.size() > limits::kDescriptionBytes) {
    in.mistake("reason", "maxLength",
               "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  }
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return reason;
}

}  // namespace

Result<Reply> pause_deployment(Services& services, Call& call) {
  auto reason = read_reason(call);
  if (!reason) return std::unexpected(reason.error());
  return command(services, call, Pause{std::move(*reason), {}});
}

Result<Reply> resume_deployment(Services& services, Call& call) {
  if (auto reason = read_reason(call); !reason) return std::unexpected(reason.error());
  return command(services, call, Resume{});
}

Result<Reply> promote_deployment(Services& services, Call& call) {
  json::ObjectReader in(call.body, "$");
  const bool full = in.optional_bool("full").value_or(false);
  static_cast<void>(in.optional_string("reason"));
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return command(services, call, Promote{full, {}});
}

Result<Reply> cancel_deployment(Services& services, Call& call) {
  auto reason = read_reason(call);
  if (!reason) return std::unexpected(reason.error());
  return command(services, call, Cancel{std::move(*reason), {}});
}

Result<Reply> approve_deployment(Services& services, Call& call) {
  auto reason = read_reason(call);
  if (!reason) return std::unexpected(reason.error());
  return command(services, call, Approve{std::move(*reason), {}});
}

Result<Reply> reject_deployment(Services& services, Call& call) {
  auto reason = read_reason(call);
  if (!reason) return std::unexpected(reason.error());
  return command(services, call, Reject{std::move(*reason), {}});
}

Result<Reply> roll_back_deployment(Services& services, Call& call) {
  auto reason = read_reason(call);
  if (!reason) return std::unexpected(reason.error());
  return command(services, call, Rollback{std::move(*reason), {}});
}

}  // namespace hotswap::api
