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

bool Handoff::is_in_place(const sdk::Snapshot& next) const {
  const auto now = current();
  return now && now->identity().hash == next.identity().hash;
}

std::optional<std::string> Handoff::apply(const sdk::Application& application) {
  if (!concerns(application.next)) return std::nullopt;
  const auto& next = application.next;
  const bool same = is_in_place(next);
  const auto take_back = [this, before = current()] {
    const std::lock_guard lock(mutex_);
    current_ = before;
  };
  const auto take = [this, &next] {
    const std::lock_guard lock(mutex_);
    current_ = std::make_shared<const sdk::Snapshot>(next.document(), next.identity());
  };
  take();  // first: a reload may make the program ask for it
  const auto facts = facts_of(next);
  const SwapVersion version{next.document()->root, facts, take_back};
  const auto done = application.cause == sdk::Application::Cause::Applied ? files_.apply(version)
                                                                          : files_.restore(version);
  if (done) return std::nullopt;
  if (same) {
    // The way back from a version that was refused for a template that is broken by now.
    if (options_.log) options_.log(done.error().detail + "; the files in place say the same");
    take();
    return std::nullopt;
  }
  take_back();
  return done.error().detail;
}

Handoff::Version Handoff::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace hotswap::agent
