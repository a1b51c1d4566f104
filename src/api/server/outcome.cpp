#include "api/server/outcome.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

#include "api/server/upgrade.hpp"

namespace hotswap::api {
namespace {

Response failed(ServerCore& core, const Request& request, const char* what) {
  core.warn("handler failed on " + request.path + ": " + what);
  return refuse(core, 500, "The server failed to answer.", &request);
}

// An exception's text is for the operator, never for the client.
template <class Answer>
auto guarded(ServerCore& core, const Request& request, Answer answer) -> decltype(answer()) {
  try {
    return answer();
  } catch (const std::exception& error) {
    return failed(core, request, error.what());
  } catch (...) {
    return failed(core, request, "unknown exception");
  }
}

Response refused_upgrade(ServerCore& core, const UpgradeFault& fault, const Request& request) {
  auto response = refuse(core, fault.status, fault.why, &request);
  if (fault.status == 426) {
    response.headers.push_back({"Upgrade", "websocket"});
    response.headers.push_back({"Sec-WebSocket-Version", "13"});
  }
  return response;
}

Outcome open_stream(ServerCore& core, StreamStart start, const Request& request,
                    const std::shared_ptr<Mailbox>& mailbox) {
  if (request.method == Method::Head) {
    return Response{200, std::move(start.headers), "text/event-stream", nullptr};
  }
  if (!asks_for_websocket(request)) start.messages.reset();
  if (start.messages) {
    auto upgrade = accept_upgrade(request);
    if (!upgrade) return refused_upgrade(core, upgrade.error(), request);
    std::ranges::move(*upgrade, std::back_inserter(start.headers));
  }
  auto queue = std::make_shared<StreamQueue>(mailbox, core.limits().stream_queue);
  if (start.on_open) start.on_open(queue);
  return OpenedStream{std::move(start.headers), std::move(queue), std::move(start.on_close),
                      std::move(start.messages)};
}

Outcome open_hold(LongPoll poll, const Request& request, const std::shared_ptr<Mailbox>& mailbox) {
  if (request.method == Method::Head) return poll.on_timeout();
  auto reply = std::make_shared<HeldReply>(mailbox);
  if (poll.on_open) poll.on_open(reply);
  return OpenedHold{poll.timeout, std::move(reply), std::move(poll.on_timeout),
                    std::move(poll.on_close)};
}

}  // namespace

Outcome perform(ServerCore& core, const Request& request, const std::shared_ptr<Mailbox>& mailbox) {
  return guarded(core, request, [&]() -> Outcome {
    auto reply = core.handler.answer(request);
    if (auto* stream = std::get_if<StreamStart>(&reply)) {
      return open_stream(core, std::move(*stream), request, mailbox);
    }
    if (auto* poll = std::get_if<LongPoll>(&reply)) {
      return open_hold(std::move(*poll), request, mailbox);
    }
    if (auto* later = std::get_if<Later>(&reply)) return std::move(*later);
    return std::get<Response>(std::move(reply));
  });
}

Response perform_end(ServerCore& core, std::move_only_function<Result<Response>()>& end,
                     const Request& request) {
  return guarded(core, request, [&] {
    auto response = end();
    return response ? std::move(*response) : failed(core, request, response.error().detail.c_str());
  });
}

std::optional<Response> perform_now(ServerCore& core, const Request& request) {
  return guarded(core, request, [&] { return core.handler.answer_now(request); });
}

Response perform_timeout(ServerCore& core, const OpenedHold& hold, const Request& request) {
  return guarded(core, request, [&] { return hold.on_timeout(); });
}

Response refuse(ServerCore& core, int status, std::string_view why, const Request* request) {
  core.refused.fetch_add(1, std::memory_order_relaxed);
  return core.handler.refuse(status, why, request);
}

MessageAnswer perform_message(ServerCore& core, MessageTaker& taker, std::string_view text) {
  const auto failed = [&](const char* what) {
    core.warn(std::string("a stream's message failed: ") + what);
    return taker.on_refused(500, "The server failed to take the message.");
  };
  try {
    return taker.on_message(text);
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return failed("unknown exception");
  }
}

void call_guarded(ServerCore& core, const std::function<void()>& callback) {
  if (!callback) return;
  try {
    callback();
  } catch (const std::exception& error) {
    core.warn(std::string("a callback failed: ") + error.what());
  }
}

}  // namespace hotswap::api
