#pragma once
// The thread-safe half of an open stream: what waits to be written. The io thread's half
// (StreamConnection) takes from it. Keyed frames are coalesced, feed frames are bounded.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/server/mailbox.hpp"
#include "api/server/stream.hpp"
#include "domain/base/mutex.hpp"

namespace hotswap::api {

using SharedFrame = std::shared_ptr<const std::string>;

/// Something on its way out.
struct Outgoing {
  SharedFrame bytes;
  bool raw = false;  ///< as it stands: no frame of the stream, but a response's head, a pong, …
};

class StreamQueue : public EventStream, public std::enable_shared_from_this<StreamQueue> {
 public:
  /// At most `capacity` frames wait.
  StreamQueue(std::shared_ptr<Mailbox> mailbox, std::size_t capacity);

  bool push(std::string key, SharedFrame frame) override;
  void close(std::string last_frame) override;
  [[nodiscard]] bool is_open() const override;
  [[nodiscard]] std::size_t waiting() const override;

  /// Called on the io thread after pushes and closes, until detach. Io thread only.
  void attach(std::function<void()> on_change);
  /// The connection is gone: drops what waits, refuses what comes. Io thread only.
  void detach();

  /// Moves at most `limit` frames to the end of `out`; true if any.
  bool take(std::vector<Outgoing>& out, std::size_t limit);
  /// Closing began and nothing waits any more.
  [[nodiscard]] bool is_finished() const;

 private:
  struct Entry {
    std::string key;
    SharedFrame frame;
  };
  void schedule() HS_REQUIRES(mutex_);
  void changed();

  const std::shared_ptr<Mailbox> mailbox_;
  const std::size_t capacity_;
  mutable Mutex mutex_;
  std::vector<Entry> entries_ HS_GUARDED_BY(mutex_);
  bool open_ HS_GUARDED_BY(mutex_) = true;
  bool scheduled_ HS_GUARDED_BY(mutex_) = false;
  std::function<void()> on_change_;  ///< io thread only
};

}  // namespace hotswap::api
