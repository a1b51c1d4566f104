#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace hotswap {

/// Broadcast between the nodes of a cluster, best effort: messages may be lost, repeated or
/// overtaken, and nothing may depend on them but speed. Thread-safe.
class Bus {
 public:
  using Listener = std::function<void(std::string_view message)>;
  virtual ~Bus() = default;
  /// Queues; never blocks on the network. Messages are UTF-8 text of at most limits::kBusMessage
  /// bytes. Own messages are not heard again.
  virtual void publish(std::string message) = 0;
  /// Before start(). Called on the bus's own thread.
  virtual void on_message(Listener listener) = 0;
};

}  // namespace hotswap
