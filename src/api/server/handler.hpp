#pragma once
// What the transport asks of the application: answers to requests, and the wording of refusals.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/server/http.hpp"
#include "api/server/stream.hpp"
#include "domain/base/error.hpp"

namespace hotswap::api {

/// What is said to a message that came up on a stream.
struct MessageAnswer {
  std::shared_ptr<const std::string> frame{};  ///< one event, as a stream's; null: nothing
  std::uint16_t close = 0;  ///< of RFC 6455: the stream ends behind the frame; 0: it goes on
};

/// The upward half of a stream. Messages of one stream come one at a time, in order. An object and
/// not two functions: there are as many of them as streams.
class MessageTaker {
 public:
  virtual ~MessageTaker() = default;

  /// On a pool thread; may block. `text` is UTF-8, at most as long as a request's body. An
  /// exception is answered by on_refused(500, …).
  [[nodiscard]] virtual MessageAnswer on_message(std::string_view text) = 0;

  /// The words for a message that does not get there: 503 for a full pool. Io or pool thread: must
  /// not block and not throw.
  [[nodiscard]] virtual MessageAnswer on_refused(int status, std::string_view why) = 0;
};

/// Answers 200 text/event-stream and keeps the response open. If it takes messages and the client
/// asks for a WebSocket, it becomes one (101), whose messages down are the same frames.
struct StreamStart {
  std::vector<Header> headers;  ///< further headers of the response
  /// Called once, on the same pool thread right after answer(): subscribe first, then push the
  /// present state; pushes are kept until the response's head is out. May block.
  std::function<void(std::shared_ptr<EventStream>)> on_open;
  /// Called once after on_open when the stream is over, whoever ended it. Runs on an io thread, so
  /// it must not block: unsubscribe, no more.
  std::function<void()> on_close;
  std::shared_ptr<MessageTaker> messages{};  ///< null: the client has nothing to say
};

/// Holds the request until PendingReply::complete or the timeout.
struct LongPoll {
  std::chrono::milliseconds timeout{};  ///< cut to limits::kLongPollMax
  /// As StreamStart::on_open; may complete at once.
  std::function<void(std::shared_ptr<PendingReply>)> on_open;
  /// The answer when the time is over or the server drains. Io thread: must not block.
  std::function<Response()> on_timeout;
  /// Called once after on_open, when answered, timed out or abandoned. Io thread: must not block.
  std::function<void()> on_close;
};

/// How a request was answered.
struct Answered {
  int status = 200;
  std::chrono::nanoseconds took{};  ///< since it had arrived whole; the wait for a thread included
  std::size_t bytes = 0;            ///< of the body
  bool held = false;                ///< a long poll: it was to take its time
};

/// Work that goes on without a thread, such as a commit.
struct Later {
  /// Begins it; must not throw. `ready` is called once, on any thread, be it before this returns;
  /// it does not block.
  std::move_only_function<void(std::move_only_function<void()> ready)> begin;
  /// The answer, once it is ready; on a pool thread. Called in any case, also when the client has
  /// gone: the request is there until then. An error that leaves it is answered 500.
  std::move_only_function<Result<Response>()> end;
};

using Reply = std::variant<Response, StreamStart, LongPoll, Later>;

/// The application behind the server. An exception that leaves any of these is answered by
/// refuse(500, …). All four are called from several threads at once.
class Handler {
 public:
  virtual ~Handler() = default;

  /// Tried first, on an io thread: must not block and not take long. nullopt sends the request to
  /// the pool. Meant for what is answered from memory: cached reads, health, 401.
  [[nodiscard]] virtual std::optional<Response> answer_now(const Request& request) = 0;

  /// The full answer, on a pool thread; may block.
  [[nodiscard]] virtual Reply answer(const Request& request) = 0;

  /// Told once of every request that arrived whole, when its answer is about to be written: of a
  /// stream, its head. Io thread: must not block and not throw.
  virtual void answered(const Request& /*request*/, const Answered& /*how*/) {}

  /// The answer to what never reaches answer(): 400, 408, 413, 414, 417, 426, 431, 505 for
  /// ill-formed, slow or oversized requests, 503 for a full pool or too many connections, 500 for
  /// an exception. `why` is a sentence for the client. `request` is null when none could be read.
  /// Io thread: must not block and not throw. The transport adds Retry-After to a 503 that has
  /// none.
  [[nodiscard]] virtual Response refuse(int status, std::string_view why,
                                        const Request* request) = 0;
};

}  // namespace hotswap::api
