#pragma once
#include "domain/base/mutex.hpp"
#include "domain/ports/bus.hpp"

namespace hotswap::cluster {

/// Says on one bus while it is up, else on another; hears both always, since others may switch at
/// another moment. Thread-safe.
class PreferredBus final : public Bus {
 public:
  PreferredBus(Bus& preferred, std::function<bool()> up, Bus& fallback)
      : preferred_(preferred), up_(std::move(up)), fallback_(fallback) {}

  void publish(std::string message) override {
    Bus& bus = up_() ? preferred_ : fallback_;
    bus.publish(std::move(message));
  }
  /// One call at a time, though each bus has its thread.
  void on_message(Listener listener) override {
    const auto alone = [this, heard = std::move(listener)](std::string_view message) {
      const MutexLock lock(mutex_);
      heard(message);
    };
    preferred_.on_message(alone);
    fallback_.on_message(alone);
  }

 private:
  Bus& preferred_;
  const std::function<bool()> up_;
  Bus& fallback_;
  Mutex mutex_;
};

}  // namespace hotswap::cluster
