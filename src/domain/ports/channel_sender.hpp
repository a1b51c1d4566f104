#pragma once
#include "domain/notification/channel.hpp"

namespace hotswap {

/// Sends a notice to one channel. At least once: receivers drop ids that they know.
class ChannelSender {
 public:
  virtual ~ChannelSender() = default;
  /// Blocking, limited in time. An error says in words what the receiver answered, and means: try
  /// again later. Success also when there is nothing to tell this kind of channel.
  [[nodiscard]] virtual Result<void> send(const Channel& channel, const Notice& notice) = 0;
};

}  // namespace hotswap
