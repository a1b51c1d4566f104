#pragma once
// A request's way through the handler, with its exceptions turned into refusals. No sockets here:
// runs on pool threads.

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "api/server/core.hpp"
#include "api/server/handler.hpp"
#include "api/server/held_reply.hpp"
#include "api/server/mailbox.hpp"
#include "api/server/stream_queue.hpp"

namespace hotswap::api {

/// A stream whose on_open was called; somebody must call on_close.
struct OpenedStream {
  std::vector<Header> headers;
  std::shared_ptr<StreamQueue> queue;
  std::function<void()> on_close;
  std::shared_ptr<MessageTaker> messages{};  ///< there: it goes on as a WebSocket
};

/// A held request whose on_open was called; somebody must call on_close.
struct OpenedHold {
  std::chrono::milliseconds timeout{};
  std::shared_ptr<HeldReply> reply;
  std::function<Response()> on_timeout;
  std::function<void()> on_close;
};

/// Later: not begun yet.
using Outcome = std::variant<Response, OpenedStream, OpenedHold, Later>;

/// Handler::answer and on_open. `mailbox` reaches the connection's thread.
[[nodiscard]] Outcome perform(ServerCore& core, const Request& request,
                              const std::shared_ptr<Mailbox>& mailbox);

/// Later::end, guarded.
[[nodiscard]] Response perform_end(ServerCore& core,
                                   std::move_only_function<Result<Response>()>& end,
                                   const Request& request);

/// Handler::answer_now, guarded.
[[nodiscard]] std::optional<Response> perform_now(ServerCore& core, const Request& request);

/// OpenedHold::on_timeout, guarded.
[[nodiscard]] Response perform_timeout(ServerCore& core, const OpenedHold& hold,
                                       const Request& request);

/// Handler::refuse, counted.
[[nodiscard]] Response refuse(ServerCore& core, int status, std::string_view why,
                              const Request* request);

/// MessageTaker::on_message, guarded.
[[nodiscard]] MessageAnswer perform_message(ServerCore& core, MessageTaker& taker,
                                            std::string_view text);

/// Calls `callback` if there is one; a warning if it throws.
void call_guarded(ServerCore& core, const std::function<void()>& callback);

}  // namespace hotswap::api
