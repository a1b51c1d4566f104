#include "book.hpp"

#include <algorithm>
#include <exception>

#include "document.hpp"
#include "domain/base/sha256.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/write.hpp"

namespace hotswap::sdk {
namespace {

constexpr std::size_t kPrevious = 3;
constexpr std::size_t kReasonBytes = 1024;

std::shared_ptr<const Snapshot> renamed(const Snapshot& held, Identity identity) {
  // An activation may name a copy without saying which secrets are in it.
  if (identity.data_hash.empty()) {
    identity.data_hash = held.identity().data_hash;
    identity.secrets = held.identity().secrets;
  }
  return std::make_shared<const Snapshot>(held.document(), std::move(identity));
}

}  // namespace

Book::Book(std::string primary, Validator validator, Applier applier)
    : validator_(std::move(validator)),
      applier_(std::move(applier)),
      primary_name_(std::move(primary)) {}

bool Book::has_room_for(const std::string& profile) const {
  const MutexLock lock(mutex_);
  return profiles_.size() < kProfiles || profiles_.contains(profile);
}

Book::Effect Book::apply(Offer offer) {
  if (refuses_left(offer.identity)) return Effect::Reported;
  if (!is_news(offer, false)) return Effect::None;
  const auto begun = std::chrono::steady_clock::now();
  receive(offer.identity);
  auto snapshot = check(offer, false);
  if (!snapshot) return reject(offer.identity, std::move(snapshot.error()));
  if (auto why = put_in_place(**snapshot, Application::Cause::Applied))
    return reject(offer.identity, *std::move(why));
  install(*std::move(snapshot), State::Applied, begun);
  return Effect::Swapped;
}

Book::Effect Book::stage(Offer offer) {
  if (refuses_left(offer.identity)) return Effect::Reported;
  if (!is_news(offer, true)) return Effect::None;
  receive(offer.identity);
  auto snapshot = check(offer, true);
  if (!snapshot) return reject(offer.identity, std::move(snapshot.error()));
  const MutexLock lock(mutex_);
  auto& profile = profile_at(offer.identity.profile);
  profile.staged = *std::move(snapshot);
  observe(profile, offer.identity, State::Staged);
  return Effect::Reported;
}

std::optional<Book::Effect> Book::activate(const Identity& identity) {
  if (refuses_left(identity)) return Effect::Reported;
  Held held;
  {
    const MutexLock lock(mutex_);
    auto& profile = profile_at(identity.profile);
    if (identity.generation < profile.active_seen) return Effect::None;
    if (profile.active && profile.active->identity() == identity) return Effect::None;
    if (is_refused(profile, identity)) return Effect::None;
    held = find_held(profile, identity);
    if (!held) return std::nullopt;
    profile.active_seen = identity.generation;
  }
  const auto begun = std::chrono::steady_clock::now();
  auto next = renamed(*held, identity);
  if (applier_) receive(identity);
  if (auto why = put_in_place(*next, Application::Cause::Applied))
    return reject(identity, *std::move(why));
  install(std::move(next), State::Applied, begun);
  return Effect::Swapped;
}

void Book::unassign(const Identity& identity) {
  const MutexLock lock(mutex_);
  auto& profile = profile_at(identity.profile);
  if (identity.generation < std::max(profile.active_seen, profile.staged_seen)) return;
  profile.active_seen = profile.staged_seen = identity.generation;
  profile.staged.reset();
  if (profile.active) {
    auto running = profile.active->identity();
    running.generation = identity.generation;
    observe(profile, running, State::Running);
  } else {
    profile.observation.reset();
  }
}

bool Book::restore(Offer offer) {
  auto snapshot = check(offer, false);
  if (!snapshot || put_in_place(**snapshot, Application::Cause::Restored)) return false;
  install(*std::move(snapshot), State::Running);
  const MutexLock lock(mutex_);
  profile_at(offer.identity.profile).active_seen = offer.identity.generation;
  return true;
}

bool Book::restore_pinned(Offer offer) {
  auto snapshot = check(offer, false);
  if (!snapshot) return false;
  const MutexLock lock(mutex_);
  auto& profile = profile_at(offer.identity.profile);
  profile.previous.push_front(*snapshot);
  profile.pinned = *std::move(snapshot);
  return true;
}

bool Book::restore_staged(Offer offer) {
  {
    const MutexLock lock(mutex_);
    if (offer.identity.generation <= profile_at(offer.identity.profile).active_seen) return false;
  }
  auto snapshot = check(offer, true);
  if (!snapshot) return false;
  const MutexLock lock(mutex_);
  auto& profile = profile_at(offer.identity.profile);
  profile.staged = *std::move(snapshot);
  profile.staged_seen = offer.identity.generation;
  observe(profile, offer.identity, State::Staged);
  return true;
}

void Book::restore_refused(const std::string& name, const Observation& refused) {
  const MutexLock lock(mutex_);
  auto& profile = profile_at(name);
  profile.observation = profile.left = refused;
  profile.active_seen = std::max(profile.active_seen, refused.generation);
}

std::expected<std::string, std::string> Book::fall_back(const std::string& name,
                                                        std::string_view reason) {
  Held pinned;
  Identity left;
  {
    const MutexLock lock(mutex_);
    auto& profile = profile_at(name);
    if (!profile.active) return std::unexpected(name + ": nothing runs yet");
    pinned = profile.pinned;
    left = profile.active->identity();
  }
  if (!pinned) {
    reject_running(name, reason);
    return std::unexpected(name + ": no version is pinned to fall back to");
  }
  if (auto why = put_in_place(*pinned, Application::Cause::FellBack)) {
    reject_running(name, reason);
    return std::unexpected(name + ": cannot go back to " + pinned->identity().version + ": " +
                           *why);
  }
  {
    const MutexLock lock(mutex_);
    profile_at(name).staged.reset();
  }
  install(pinned, State::Running);
  reject(left, clip_utf8(reason, kReasonBytes));
  const MutexLock lock(mutex_);
  auto& profile = profile_at(name);
  profile.left = profile.observation;
  return pinned->identity().version;
}

void Book::reject_running(const std::string& name, std::string_view reason) {
  const MutexLock lock(mutex_);
  auto& profile = profile_at(name);
  if (profile.left || !profile.active) return;  // another is told already
  observe(profile, profile.active->identity(), State::Rejected);
  profile.observation->error = clip_utf8(reason, kReasonBytes);
  profile.left = profile.observation;
}

bool Book::refuses_left(const Identity& identity) {
  const MutexLock lock(mutex_);
  auto& profile = profile_at(identity.profile);
  if (!profile.refuse_left || !profile.left || profile.left->hash != identity.hash) return false;
  profile.refuse_left = false;
  profile.left->version = identity.version;
  profile.left->generation = profile.active_seen = identity.generation;
  profile.observation = profile.left;
  return true;
}

void Book::forget_generations() {
  const MutexLock lock(mutex_);
  for (auto& [name, profile] : profiles_) {
    profile.active_seen = profile.staged_seen = 0;
    profile.refuse_left = profile.left.has_value();
  }
}

std::map<std::string, Observation> Book::report() const {
  const MutexLock lock(mutex_);
  std::map<std::string, Observation> all;
  for (const auto& [name, profile] : profiles_) {
    if (profile.observation) all.emplace(name, *profile.observation);
  }
  return all;
}

void Book::heard(const std::map<std::string, Observation>& told) {
  const MutexLock lock(mutex_);
  for (const auto& [name, said] : told) {
    auto& seen = profile_at(name).observation;
    if (seen && *seen == said && seen->state == State::Applied) seen->state = State::Running;
  }
}

Config& Book::config() { return primary_; }

Config& Book::config(const std::string& name) {
  const MutexLock lock(mutex_);
  auto& profile = profile_at(name);
  if (!profile.own) {
    profile.own = std::make_unique<Config>();
    if (profile.active) profile.own->publish(profile.active);
    profile.configs.push_back(profile.own.get());
  }
  return *profile.own;
}

std::shared_ptr<const Snapshot> Book::active(const std::string& profile) const {
  const MutexLock lock(mutex_);
  const auto found = profiles_.find(profile);
  return found == profiles_.end() ? nullptr : found->second.active;
}

Book::Kept Book::kept(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto found = profiles_.find(name);
  if (found == profiles_.end()) return {};
  const auto& profile = found->second;
  // A version that the validator refused is not among it: the program's next build may take it.
  return {profile.active, profile.staged, profile.pinned, profile.left};
}

std::string Book::primary() const {
  const MutexLock lock(mutex_);
  return primary_name_;
}

bool Book::wait_ready(std::chrono::steady_clock::time_point until) {
  const MutexLock lock(mutex_);
  while (true) {
    const auto found = profiles_.find(primary_name_);
    if (found != profiles_.end() && found->second.active) return true;
    if (!ready_.wait_until(mutex_, until)) return false;
  }
}

Book::Profile& Book::profile_at(const std::string& name) { return profiles_[name]; }

Book::Held Book::find_held(const Profile& profile, const Identity& identity) {
  const auto is_it = [&](const Held& held) {
    if (!held || held->identity().hash != identity.hash) return false;
    return identity.data_hash.empty() || held->identity().data_hash == identity.data_hash;
  };
  if (is_it(profile.staged)) return profile.staged;
  if (is_it(profile.active)) return profile.active;
  const auto found = std::ranges::find_if(profile.previous, is_it);
  return found == profile.previous.end() ? nullptr : *found;
}

bool Book::is_refused(const Profile& profile, const Identity& identity) {
  const auto& seen = profile.observation;
  return seen && seen->state == State::Rejected && seen->generation == identity.generation &&
         seen->hash == identity.hash && seen->data_hash == identity.data_hash;
}

bool Book::is_news(const Offer& offer, bool staged) {
  const auto& identity = offer.identity;
  const MutexLock lock(mutex_);
  auto& profile = profile_at(identity.profile);
  auto& seen = staged ? profile.staged_seen : profile.active_seen;
  if (identity.generation < (staged ? std::max(seen, profile.active_seen) : seen)) return false;
  const auto& slot = staged ? profile.staged : profile.active;
  // A server that has not heard of a changed secret yet must not bring the old one back; and one
  // that has changed back changes nothing here.
  const bool again = slot && slot->identity().generation == identity.generation &&
                     slot->identity().version == identity.version &&
                     slot->identity().hash == identity.hash;
  const bool held = again && (slot->identity().same_content(identity) ||
                              slot->identity().secrets > identity.secrets);
  if (held || is_refused(profile, identity)) return false;
  seen = identity.generation;
  return true;
}

std::expected<Book::Held, std::string> Book::check(Offer& offer, bool staged) {
  Held held;
  Held running;
  {
    const MutexLock lock(mutex_);
    const auto& profile = profile_at(offer.identity.profile);
    held = find_held(profile, offer.identity);
    running = profile.active;
  }
  if (held) return renamed(*held, offer.identity);  // was checked when it came
  const auto& identity = offer.identity;
  const auto& expected = identity.data_hash.empty() ? identity.hash : identity.data_hash;
  if (sha256_hex(json::canonical(offer.data)) != expected) {
    return std::unexpected("hash mismatch");
  }
  auto document = detail::make_document(std::move(offer.data));
  if (!document) return std::unexpected(document.error());
  auto snapshot = std::make_shared<const Snapshot>(*std::move(document), offer.identity);
  if (!running) running = std::make_shared<const Snapshot>(detail::empty_document(), Identity{});
  if (auto reason = judge({*snapshot, *running, staged})) {
    // The program's own words: a heartbeat that the server cannot read would be lost for ever.
    return std::unexpected(clip_utf8(*reason, kReasonBytes));
  }
  return snapshot;
}

std::optional<std::string> Book::judge(const Candidate& candidate) const {
  if (!validator_) return std::nullopt;
  try {
    return validator_(candidate);
  } catch (const std::exception& thrown) {
    return std::string("the validator threw: ") + thrown.what();
  } catch (...) {
    return "the validator threw";
  }
}

std::optional<std::string> Book::put_in_place(const Snapshot& next, Application::Cause cause) {
  if (!applier_) return std::nullopt;
  Held running = active(next.identity().profile);
  if (!running) running = std::make_shared<const Snapshot>(detail::empty_document(), Identity{});
  std::optional<std::string> why;
  try {
    why = applier_({next, *running, cause});
  } catch (const std::exception& thrown) {
    why = std::string("the applier threw: ") + thrown.what();
  } catch (...) {
    why = "the applier threw";
  }
  // As in check(): a heartbeat that the server cannot read would be lost for ever.
  return why ? std::optional(clip_utf8(*why, kReasonBytes)) : std::nullopt;
}

void Book::receive(const Identity& identity) {
  const MutexLock lock(mutex_);
  observe(profile_at(identity.profile), identity, State::Received);
}

Book::Effect Book::reject(const Identity& identity, std::string reason) {
  const MutexLock lock(mutex_);
  auto& profile = profile_at(identity.profile);
  observe(profile, identity, State::Rejected);
  profile.observation->error = std::move(reason);
  return Effect::Reported;
}

void Book::install(Held snapshot, State state,
                   std::optional<std::chrono::steady_clock::time_point> begun) {
  std::vector<Config*> configs;
  {
    const MutexLock lock(mutex_);
    const auto& identity = snapshot->identity();
    auto& profile = profile_at(identity.profile);
    if (primary_name_.empty()) primary_name_ = identity.profile;
    const bool known = std::ranges::find(profile.configs, &primary_) != profile.configs.end();
    if (primary_name_ == identity.profile && !known) profile.configs.push_back(&primary_);
    if (profile.staged && profile.staged->identity().hash == identity.hash) profile.staged.reset();
    if (profile.active && profile.active->identity().hash != identity.hash) {
      pin(profile, snapshot);
      profile.previous.push_front(profile.active);
      if (profile.previous.size() > kPrevious) profile.previous.pop_back();
    }
    profile.active = snapshot;
    profile.left.reset();
    if (!profile.staged || profile.staged->identity().generation < identity.generation) {
      observe(profile, identity, state);
      if (begun) profile.observation->reload = std::chrono::steady_clock::now() - *begun;
    }
    configs = profile.configs;
  }
  // All before any callback: one that falls back must not be overtaken by what it left.
  for (auto* config : configs) config->swap(snapshot);
  for (auto* config : configs) config->call_back();
  const MutexLock lock(mutex_);
  ready_.notify_all();
}

void Book::pin(Profile& profile, const Held& next) {
  const bool back = profile.pinned && profile.pinned->identity().hash == next->identity().hash;
  profile.pinned = back ? nullptr : profile.active;
}

void Book::observe(Profile& profile, const Identity& identity, State state) {
  profile.observation = Observation{
      identity.version, identity.generation, state, identity.hash, {}, identity.data_hash};
}

}  // namespace hotswap::sdk
