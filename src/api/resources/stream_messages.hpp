#pragma once
// What instances say on their streams: heartbeats. Each passes the checks that its POST passes:
// token, rate, body. What it costs counts: after a deployment thousands of them come at once.

#include <array>
#include <atomic>
#include <memory>
#include <string_view>

#include "api/resources/heartbeat_words.hpp"
#include "api/resources/refusals.hpp"
#include "api/resources/services.hpp"
#include "api/router.hpp"
#include "api/trace.hpp"

namespace hotswap::api {

/// Thread-safe.
class StreamMessages {
 public:
  /// All of them outlive this and every stream.
  StreamMessages(Services& services, Gate& gate, Refusals& refusals)
      : services_(services), gate_(gate), refusals_(refusals) {}

  /// The upward half of the stream that this call opens; null if it has no token.
  [[nodiscard]] std::shared_ptr<MessageTaker> taker(const Call& call);

 private:
  class Session;
  struct Taken;
  [[nodiscard]] MessageAnswer take(Session& session, std::string_view text);
  [[nodiscard]] Result<json::Value> read(Session& session, std::string_view text);
  [[nodiscard]] Result<void> admit(Session& session);
  [[nodiscard]] Result<Taken> hear(Session& session, const json::Value& body);
  [[nodiscard]] MessageAnswer refused(const Session& session, const Error& error);
  void go_on_with(Session& session, const std::string& token);
  void count(bool acknowledges, int status);
  void tell(const Session& session, const Trace& trace, tracing::Instant start, int status) const;

  Services& services_;
  Gate& gate_;
  Refusals& refusals_;
  /// Of acknowledgements and of others, that were taken: found without a lock.
  std::array<std::atomic<Counter*>, 2> taken_{};
};

}  // namespace hotswap::api
