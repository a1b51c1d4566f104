#include "infrastructure/cluster/preferred_locks.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"

namespace hotswap::cluster {
namespace {

std::vector<std::string> listed(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

Result<std::set<std::string>> PreferredLocks::hold(const Names& names) {
  const MutexLock lock(mutex_);
  // Whoever was stopped for longer than a lease has lost everything.
  if (parts_.clock.mono() > held_until_) held_.clear();
  if (side_ != Side::Fallback || parts_.up()) {
    auto held = hold_on(Side::Preferred, names);
    if (held) return held;
    if (side_ != Side::Fallback) parts_.state.set(RedisState::Part::Locks, &held.error());
  }
  return hold_on(Side::Fallback, names);
}

PreferredLocks::Names PreferredLocks::asked_for(Side side, const Names& names) const {
  const bool moves = side != side_;
  const MonoTime now = parts_.clock.mono();
  // The first service that answers after a start is taken for the one that all use, if it is the
  // preferred one.
  const bool first = side_ == Side::Neither && side == Side::Preferred;
  const bool waits = moves ? !first : now < settled_;
  std::set<std::string> asked;
  if (moves) asked = held_;
  for (const auto& name : names)
    if (!waits || held_.contains(name)) asked.insert(name);
  return listed(asked);
}

Result<std::set<std::string>> PreferredLocks::hold_on(Side side, const Names& names) {
  const auto asked = asked_for(side, names);
  const MonoTime asked_at = parts_.clock.mono();
  auto got = service(side).hold(asked);
  if (!got) return got;
  settle(side, asked_at);
  remember(asked, *got);
  if (side == Side::Preferred) {
    parts_.state.set(RedisState::Part::Locks, nullptr);
    keep_fallback();
  }
  std::set<std::string> ours;
  for (const auto& name : names)
    if (got->contains(name)) ours.insert(name);
  return ours;
}

void PreferredLocks::settle(Side side, MonoTime asked_at) {
  held_until_ = asked_at + limits::kLease;
  if (side == side_) return;
  const bool first = side_ == Side::Neither && side == Side::Preferred;
  settled_ = first ? asked_at : asked_at + limits::kLease;
  if (side_ == Side::Fallback) kept_ = held_;
  side_ = side;
}

void PreferredLocks::remember(const Names& asked, const std::set<std::string>& got) {
  for (const auto& name : asked) held_.erase(name);
  held_.insert(got.begin(), got.end());
}

void PreferredLocks::keep_fallback() {
  if (kept_.empty()) return;
  if (parts_.clock.mono() < settled_) {
    static_cast<void>(parts_.fallback.hold(listed(kept_)));
    return;
  }
  static_cast<void>(parts_.fallback.release(listed(std::exchange(kept_, {}))));
}

Result<void> PreferredLocks::release(const Names& names) {
  const MutexLock lock(mutex_);
  Names kept;
  for (const auto& name : names) {
    held_.erase(name);
    if (kept_.erase(name) > 0) kept.push_back(name);
  }
  if (!kept.empty()) static_cast<void>(parts_.fallback.release(kept));
  if (side_ == Side::Neither) return {};
  return service(side_).release(names);
}

}  // namespace hotswap::cluster
