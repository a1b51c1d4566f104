#include "hotswap/config.hpp"

#include <map>
#include <mutex>
#include <vector>

#include "document.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::sdk {

struct Config::Watchers {
  struct Watcher {
    std::string path;
    ChangeCallback callback;
  };
  std::mutex mutex;
  std::map<std::uint64_t, Watcher> all;
  std::uint64_t last = 0;
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

std::shared_ptr<const Snapshot> Config::pin() const { return cell_->current(); }

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
  const auto before = cell_->publish(snapshot);
  std::vector<ChangeCallback> due;
  {
    const std::lock_guard lock(watchers_->mutex);
    for (const auto& [handle, watcher] : watchers_->all) {
      if (!snapshot->same_at(watcher.path, *before)) due.push_back(watcher.callback);
    }
  }
  for (const auto& callback : due) {
    try {
      callback(*snapshot);
    } catch (...) {  // the program's own fault must not end our thread; documented
    }
  }
}

}  // namespace hotswap::sdk
