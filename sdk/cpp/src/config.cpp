#include "hotswap/config.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "document.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::sdk {

struct Config::Watchers {
  struct Watcher {
    std::string path;
    std::shared_ptr<const ChangeCallback> callback;
    std::shared_ptr<const Snapshot> told;  ///< the newest version that it knows
  };
  struct Follower {
    std::string path;
    std::weak_ptr<void> alive;
    ChangeCallback callback;

    /// False: nobody needs it any more.
    [[nodiscard]] bool call(const Snapshot& now) const {
      const auto held = alive.lock();
      if (held) quietly(callback, now);
      return held != nullptr;
    }
  };

  /// The program's own fault must not end our thread; documented.
  static void quietly(const ChangeCallback& callback, const Snapshot& now) {
    try {
      callback(now);
    } catch (...) {
    }
  }
  /// Publishes, and lets followers follow, in the same order.
  void swap(detail::Cell& cell, const std::shared_ptr<const Snapshot>& snapshot) {
    const std::lock_guard turn(publishing);
    const auto before = std::static_pointer_cast<const Snapshot>(cell.publish(snapshot));
    std::erase_if(followers, [&](const Follower& each) {
      if (before && snapshot->same_at(each.path, *before)) return each.alive.expired();
      return !each.call(*snapshot);
    });
  }

  /// False: another call_back() is at it, further up on this stack or on another thread; it will
  /// see what was published since.
  bool begin_calls() {
    const std::lock_guard lock(mutex);
    return !std::exchange(calling, true);
  }

  /// The next watcher whose value is not what it knows; nothing ends the calls.
  std::shared_ptr<const ChangeCallback> next_call(const std::shared_ptr<const Snapshot>& now) {
    for (auto& [handle, watcher] : all) {
      if (watcher.told == now) continue;
      const auto known = std::exchange(watcher.told, now);
      if (!now->same_at(watcher.path, *known)) return watcher.callback;
    }
    calling = false;
    return nullptr;
  }

  std::mutex mutex;
  std::map<std::uint64_t, Watcher> all;
  std::uint64_t last = 0;
  bool calling = false;
  std::mutex publishing;
  std::vector<Follower> followers;  ///< while `publishing` is held
};

namespace {
std::expected<std::shared_ptr<const Snapshot>, std::string> snapshot_of(std::string_view text) {
  auto value = json::parse(text);
  if (!value) return std::unexpected(value.error().detail);
  auto document = detail::make_document(*std::move(value));
  if (!document) return std::unexpected(document.error());
  return std::make_shared<const Snapshot>(*std::move(document), Identity{});
}
}  // namespace

Config::Config()
    : cell_(std::make_unique<detail::Cell>()), watchers_(std::make_unique<Watchers>()) {
  cell_->publish(std::make_shared<const Snapshot>(detail::empty_document(), Identity{}));
}
Config::~Config() = default;
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;

std::expected<Config, std::string> Config::from_json(std::string_view text) {
  Config config;
  if (auto assigned = config.assign_json(text); !assigned) return std::unexpected(assigned.error());
  return config;
}

std::expected<void, std::string> Config::assign_json(std::string_view text) {
  auto snapshot = snapshot_of(text);
  if (!snapshot) return std::unexpected(snapshot.error());
  publish(*std::move(snapshot));
  return {};
}

std::shared_ptr<const Snapshot> Config::pin() const {
  return std::static_pointer_cast<const Snapshot>(cell_->current());
}

void Config::follow(std::string path, std::weak_ptr<void> alive, ChangeCallback follower) {
  const std::lock_guard turn(watchers_->publishing);
  const auto& added =
      watchers_->followers.emplace_back(std::move(path), std::move(alive), std::move(follower));
  (void)added.call(*pin());
}

std::uint64_t Config::on_change(std::string path, ChangeCallback callback) {
  auto shared = std::make_shared<const ChangeCallback>(std::move(callback));
  const std::lock_guard lock(watchers_->mutex);
  watchers_->all.emplace(++watchers_->last,
                         Watchers::Watcher{std::move(path), std::move(shared), pin()});
  return watchers_->last;
}

void Config::off_change(std::uint64_t handle) {
  const std::lock_guard lock(watchers_->mutex);
  watchers_->all.erase(handle);
}

void Config::publish(std::shared_ptr<const Snapshot> snapshot) {
  swap(snapshot);
  call_back();
}

void Config::swap(const std::shared_ptr<const Snapshot>& snapshot) {
  watchers_->swap(*cell_, snapshot);
}

// Who is due is asked anew before each call: a callback may publish, watch, or end a watch.
void Config::call_back() {
  if (!watchers_->begin_calls()) return;
  while (true) {
    std::shared_ptr<const Snapshot> now;
    std::shared_ptr<const ChangeCallback> callback;
    {
      const std::lock_guard lock(watchers_->mutex);
      now = pin();
      callback = watchers_->next_call(now);
    }
    if (!callback) return;
    Watchers::quietly(*callback, *now);
  }
}

}  // namespace hotswap::sdk
