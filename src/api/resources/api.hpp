#pragma once
// The application behind the server: every request goes through here once, in one order:
// trace, route, token, role, query, body, repetition, use case, conditions.

#include "api/resources/denials.hpp"
#include "api/resources/gate.hpp"
#include "api/resources/http_meter.hpp"
#include "api/resources/idempotency.hpp"
#include "api/resources/refusals.hpp"
#include "api/resources/services.hpp"
#include "api/resources/stream_messages.hpp"
#include "api/router.hpp"
#include "api/server/handler.hpp"
#include "api/trace.hpp"

namespace hotswap::api {

class Api final : public Handler {
 public:
  /// Registers itself with the committer: make it before the first commit.
  explicit Api(Services services);

  /// A profile or a version that was read within the last second, and /health/live.
  [[nodiscard]] std::optional<Response> answer_now(const Request& request) override;
  [[nodiscard]] Reply answer(const Request& request) override;
  void answered(const Request& request, const Answered& how) override {
    meter_.answered(request, how);
  }
  [[nodiscard]] Response refuse(int status, std::string_view why, const Request* request) override;

  /// Writes what was gathered of refused attempts; to be called every few seconds.
  void flush_denials() { denials_.flush(); }

 private:
  /// A request on its way: what is told of it at its end.
  struct Asked {
    const Request& request;
    Trace trace;
    Caller caller;
    MonoTime begun;
    tracing::Instant start;
    const Route* route = nullptr;
  };
  [[nodiscard]] Result<Reply> run(Asked& asked);
  [[nodiscard]] Result<void> identify(const Request& request, const Route* route, Caller& caller);
  [[nodiscard]] Result<void> identify_by_certificate(const Request& request, Caller& caller) const;
  [[nodiscard]] Caller caller_of(const Request& request, const Trace& trace) const;
  [[nodiscard]] Result<void> admit(const Request& request, const Route* route, Caller& caller);
  [[nodiscard]] Result<Reply> handle(Call& call);
  [[nodiscard]] Result<Reply> handle_once(Call& call);
  [[nodiscard]] Response live(const Request& request) const;
  [[nodiscard]] Later resumed(Asked asked, Later later);
  [[nodiscard]] Reply closed(const Asked& asked, Result<Reply> reply);
  void note_now(const Request& request, const Principal& principal, const Trace& trace,
                const Response& response) const;
  [[nodiscard]] Response problem_of(const Error& error, const Request& request,
                                    const Caller& caller, const Route* route);
  [[nodiscard]] bool is_recorded(const Trace& trace, int status) const;
  void tell(const Trace& trace, const TracedRequest& traced, tracing::Instant start) const;
  void tell_cached(const Request& request, const Trace& trace, int status) const;
  [[nodiscard]] Reply finished(const Request& request, Reply reply, const Trace& trace) const;

  Services services_;
  const Router router_;
  Gate gate_;
  Idempotency idempotency_;
  Denials denials_;
  Refusals refusals_;
  StreamMessages messages_;
  AccessLog access_;
  HttpMeter meter_;
  const std::size_t live_route_;  ///< of /health/live, which is answered at once
};

}  // namespace hotswap::api
