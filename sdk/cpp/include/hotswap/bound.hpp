#pragma once
// A struct that follows its configuration (see bind.hpp for what a struct needs):
//
//   Bound<Pool> pool(client.config(), "pool");
//   resize(pool->max);             // costs what a typed read costs, no shared write
//   const auto now = pool.read();  // several members of ONE version
//
// It is bound anew once per swap that changes its part, before callbacks of on_change() run. What
// cannot be bound leaves the last good one; validate_as() (validate.hpp) refuses such a version
// altogether. Every method may be called from any thread.

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "hotswap/bind.hpp"
#include "hotswap/config.hpp"
#include "hotswap/view.hpp"

namespace hotswap::sdk {

template <Bindable T>
class Bound {
 public:
  /// Holds `initial` until there is something at `path` that can be bound.
  explicit Bound(Config& config, std::string path = "", T initial = {})
      : state_(std::make_shared<State>(path)) {
    state_->cell.publish(std::make_shared<const T>(std::move(initial)));
    config.follow(std::move(path), state_,
                  [state = state_.get()](const Snapshot& now) { state->bind_to(now); });
  }

  [[nodiscard]] BasicView<T> read() const { return BasicView<T>(state_->cell.entry()); }
  /// One member; the view lasts until the end of the expression.
  [[nodiscard]] BasicView<T> operator->() const { return read(); }
  /// The current struct to keep as long as wanted; touches a shared reference count.
  [[nodiscard]] std::shared_ptr<const T> pin() const {
    return std::static_pointer_cast<const T>(state_->cell.current());
  }
  /// Why the newest version is not what is read here; empty if it is.
  [[nodiscard]] Mistakes mistakes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->mistakes;
  }

 private:
  struct State {
    explicit State(std::string at) : path(std::move(at)) {}

    void bind_to(const Snapshot& now) {
      auto bound = now.get<T>(path);
      if (bound) cell.publish(std::make_shared<const T>(*std::move(bound)));
      const std::lock_guard lock(mutex);
      mistakes = bound ? Mistakes{} : std::move(bound.error());
    }

    const std::string path;
    detail::Cell cell;
    std::mutex mutex;
    Mistakes mistakes;
  };

  std::shared_ptr<State> state_;
};

}  // namespace hotswap::sdk
