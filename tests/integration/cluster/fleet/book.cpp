#include "integration/cluster/fleet/book.hpp"

namespace hotswap::fleet {
namespace {

constexpr std::size_t kBreaches = 50;

}  // namespace

void Book::applied(Applied entry) {
  const std::lock_guard lock(mutex_);
  now_[entry.profile][entry.instance] = entry.version;
  record_.push_back(std::move(entry));
}

void Book::breach(std::string words) {
  const std::lock_guard lock(mutex_);
  if (breaches_.size() < kBreaches) breaches_.push_back(std::move(words));
}

void Book::connected(std::size_t count) {
  const std::lock_guard lock(mutex_);
  connected_ = count;
}

void Book::reconnected() {
  const std::lock_guard lock(mutex_);
  ++reconnects_;
}

std::vector<Applied> Book::record() const {
  const std::lock_guard lock(mutex_);
  return record_;
}

std::vector<std::string> Book::breaches() const {
  const std::lock_guard lock(mutex_);
  return breaches_;
}

std::size_t Book::connected() const {
  const std::lock_guard lock(mutex_);
  return connected_;
}

std::size_t Book::reconnects() const {
  const std::lock_guard lock(mutex_);
  return reconnects_;
}

std::vector<std::pair<std::string, std::string>> Book::versions(const std::string& profile) const {
  const std::lock_guard lock(mutex_);
  const auto found = now_.find(profile);
  if (found == now_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace hotswap::fleet
