#pragma once
// A configuration that changes while it is read. Reading costs nanoseconds and no shared write: see
// detail/cell.hpp. Every method may be called from any thread, but for moving and destroying.
//
//   auto limit = config.get_or<int>("pool.max", 10);          // one value
//   auto view = config.read();                                // several values of ONE version
//   connect(view->get_or<std::string_view>("db.host", ""), view->get_or<int>("db.port", 5432));
//   auto pool = config.get<Pool>("pool");                     // a struct: bind.hpp, bound.hpp

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hotswap/detail/cell.hpp"
#include "hotswap/snapshot.hpp"
#include "hotswap/view.hpp"

namespace hotswap::sdk {

using ChangeCallback = std::function<void(const Snapshot& now)>;

class Config {
 public:
  Config();  ///< empty: every path is missing
  ~Config();
  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;

  /// A configuration with no server behind it. Error: a sentence that says what is wrong.
  [[nodiscard]] static std::expected<Config, std::string> from_json(std::string_view text);
  /// Replaces the whole by another text; on an error nothing changes.
  std::expected<void, std::string> assign_json(std::string_view text);

  [[nodiscard]] View read() const { return View(cell_->entry()); }
  /// The current snapshot to keep as long as wanted; touches a shared reference count.
  [[nodiscard]] std::shared_ptr<const Snapshot> pin() const;

  /// See Snapshot::get. Text is copied: for std::string_view use read().
  template <Readable T>
  [[nodiscard]] std::expected<T, ReadError> get(std::string_view path) const {
    static_assert(!detail::kBorrows<T>, "take config.read() and get the string_view from it");
    return here().template get<T>(path);
  }
  template <Readable T>
  [[nodiscard]] std::expected<T, ReadError> get(const Key<T>& key) const {
    static_assert(!detail::kBorrows<T>, "take config.read() and get the string_view from it");
    return here().get(key);
  }
  template <class T>
    requires Readable<T> || Bindable<T>
  [[nodiscard]] T get_or(std::string_view path, T fallback) const {
    static_assert(!detail::kBorrows<T>, "take config.read() and get the string_view from it");
    return here().template get_or<T>(path, std::move(fallback));
  }
  template <Readable T>
  [[nodiscard]] T get_or(const Key<T>& key, T fallback) const {
    static_assert(!detail::kBorrows<T>, "take config.read() and get the string_view from it");
    return here().get_or(key, std::move(fallback));
  }
  /// A struct; made anew each time. What is read often is better kept as a Bound.
  template <Bindable T>
  [[nodiscard]] std::expected<T, Mistakes> get(std::string_view path) const {
    return here().template get<T>(path);
  }

  /// Calls back after each swap that changed the value at `path` ("" = anything), on the thread
  /// that swapped, with the version that is current then. What it throws is ignored. A callback may
  /// publish (or Client::fall_back()): who was not called yet is not called for what is over, and
  /// all hear of the newer one once the callback is done. Of threads that publish at the same time,
  /// one makes all the calls. Returns a handle for off_change().
  std::uint64_t on_change(std::string path, ChangeCallback callback);
  /// No call starts after this, also not one that was due already; one that began on another thread
  /// may still be ending.
  void off_change(std::uint64_t handle);

  /// Swaps to `snapshot` and calls back whoever watches a changed value.
  void publish(std::shared_ptr<const Snapshot> snapshot);
  /// For the library: the two halves of it, to swap several before anybody is called.
  void swap(const std::shared_ptr<const Snapshot>& snapshot);
  void call_back();

  /// For the library: calls `follower` now, and at each swap that changes the value at `path`
  /// before any callback of on_change(), one call at a time, as long as `alive` is.
  void follow(std::string path, std::weak_ptr<void> alive, ChangeCallback follower);

 private:
  struct Watchers;
  [[nodiscard]] const Snapshot& here() const {
    return *static_cast<const Snapshot*>(cell_->entry().value);
  }

  std::unique_ptr<detail::Cell> cell_;
  std::unique_ptr<Watchers> watchers_;
};

}  // namespace hotswap::sdk
