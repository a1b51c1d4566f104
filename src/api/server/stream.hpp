#pragma once
// The resource's end of an open answer: a server-sent event stream, or a held (long-poll) reply.
// Both are handed out as shared pointers, may be kept as long as the holder likes, and are
// thread-safe: after the connection or the whole server is gone, calls are harmless no-ops.

#include <memory>
#include <string>

#include "api/server/http.hpp"

namespace hotswap::api {

/// One open text/event-stream response. Frames are complete and pre-rendered ("event: …\ndata:
/// …\n\n") and shared, so that one change costs one buffer for all its readers. The transport
/// itself sends a `ping` event every limits::kStreamPing.
class EventStream {
 public:
  virtual ~EventStream() = default;

  /// Queues a frame; never blocks. With a non-empty `key`, a frame of that key that still waits is
  /// dropped and the new one goes to the end: a slow reader gets the newest state per key. With an
  /// empty key the frame is an entry of an ordered feed and never dropped; when more than
  /// limits::kEventBacklog frames wait, the stream is closed (the client resumes by
  /// Last-Event-ID). Returns false if the stream is closed, or was closed by this very push.
  virtual bool push(std::string key, std::shared_ptr<const std::string> frame) = 0;

  /// Sends what is queued, then `last_frame` if not empty, then closes. Later pushes are refused.
  virtual void close(std::string last_frame = {}) = 0;

  /// False once closing began or the peer is gone.
  [[nodiscard]] virtual bool is_open() const = 0;

  /// Frames that are queued and not being written yet.
  [[nodiscard]] virtual std::size_t waiting() const { return 0; }
};

/// One held request.
class PendingReply {
 public:
  virtual ~PendingReply() = default;

  /// Answers the held request. Only the first call counts; after a timeout none does.
  virtual void complete(Response response) = 0;
};

}  // namespace hotswap::api
