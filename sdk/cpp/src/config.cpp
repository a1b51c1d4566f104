#include "hotswap/config.hpp"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "document.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::sdk {

struct Config::Watchers {
  struct Watcher {
    std::string path;
    ChangeCallback callback;
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
  std::shared_ptr<const Snapshot> swap(detail::Cell& cell,
                                       const std::shared_ptr<const Snapshot>& snapshot) {
    const std::lock_guard turn(publishing);
    auto before = std::static_pointer_cast<const Snapshot>(cell.publish(snapshot));
    std::erase_if(followers, [&](const Follower& each) {
      if (before && snapshot->same_at(each.path, *before)) return each.alive.expired();
      return !each.call(*snapshot);
    });
    return before;
  }

  std::mutex mutex;
  std::map<std::uint64_t, Watcher> all;
  std::uint64_t last = 0;
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
  const std::lock_guard lock(watchers_->mutex);
  watchers_->all.emplace(++watchers_->last,
                         Watchers::Watcher{std::move(path), std::move(callback)});
  return watchers_->last;
}

void Config::off_change(std::uint64_t handle) {
  const std::lock_guard lock(watchers_->mutex);
  watchers_->all.erase(handle);
}

void Config::publish(std::shared_ptr<const Snapshot> snapshot) {
  const auto before = watchers_->swap(*cell_, snapshot);
  std::vector<ChangeCallback> due;
  {
    const std::lock_guard lock(watchers_->mutex);
    for (const auto& [handle, watcher] : watchers_->all) {
      if (!snapshot->same_at(watcher.path, *before)) due.push_back(watcher.callback);
    }
  }
  for (const auto& callback : due) Watchers::quietly(callback, *snapshot);
}

}  // namespace hotswap::sdk
