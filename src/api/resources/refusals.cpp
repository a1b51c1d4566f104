#include "api/resources/refusals.hpp"

#include "api/problem.hpp"

namespace hotswap::api {

Response Refusals::problem_of(const Error& error, const Caller& caller, const Asked& asked) {
  if (error.code == ErrorCode::Unauthenticated || error.code == ErrorCode::Forbidden)
    denials_.note(caller, asked.action, asked.path, error);
  if (status_of(error.code) >= 500) {
    logger_.error("api", "A request failed",
                  {{"reason", error.reason},
                   {"detail", error.detail},
                   {"internal", error.internal},
                   {"path", asked.path}});
  }
  auto response = problem(error, asked.path, caller.trace_id);
  if (error.code == ErrorCode::RateLimited) gate_.describe(error, caller, response);
  return response;
}

}  // namespace hotswap::api
