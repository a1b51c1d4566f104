#include "agent/handoff.hpp"

#include "document.hpp"

namespace hotswap::agent {

bool Handoff::concerns(const sdk::Snapshot& snapshot) {
  const auto& profile = snapshot.identity().profile;
  if (!options_.profile.empty()) return profile == options_.profile;
  if (profile_.empty()) profile_ = profile;
  return profile == profile_;
}

json::Value Handoff::facts_of(const sdk::Snapshot& snapshot) const {
  const auto& identity = snapshot.identity();
  return json::Object{{"profile", identity.profile},       {"version", identity.version},
                      {"generation", identity.generation}, {"hash", identity.hash},
                      {"service", options_.service},       {"environment", options_.environment},
                      {"hostname", options_.hostname}};
}

std::optional<std::string> Handoff::validate(const sdk::Candidate& candidate) {
  // One that is to run at once is checked where it is put in place.
  if (!candidate.staged || !concerns(candidate.snapshot)) return std::nullopt;
  const auto facts = facts_of(candidate.snapshot);
  const auto done = files_.try_out({candidate.snapshot.document()->root, facts});
  return done ? std::nullopt : std::optional(done.error().detail);
}

std::optional<std::string> Handoff::apply(const sdk::Application& application) {
  if (!concerns(application.next)) return std::nullopt;
  const auto& next = application.next;
  const auto facts = facts_of(next);
  const auto take_back = [this, before = current()] {
    const std::lock_guard lock(mutex_);
    current_ = before;
  };
  const SwapVersion version{next.document()->root, facts, take_back};
  auto snapshot = std::make_shared<const sdk::Snapshot>(next.document(), next.identity());
  {
    // First: a reload may make the program ask for it.
    const std::lock_guard lock(mutex_);
    current_ = snapshot;
  }
  const auto done = application.cause == sdk::Application::Cause::Applied ? files_.apply(version)
                                                                          : files_.restore(version);
  if (!done) {
    take_back();
    return done.error().detail;
  }
  if (in_place_) in_place_(snapshot, application.cause);
  return std::nullopt;
}

Handoff::Version Handoff::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace hotswap::agent
