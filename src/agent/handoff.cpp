#include "agent/handoff.hpp"

#include "agent/render/environment.hpp"
#include "document.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::agent {

Handoff::Handoff(HandoffOptions options, FileSwap& files)
    : options_(std::move(options)), files_(files) {
  if (!options_.profile.empty() || options_.chosen_file.empty()) return;
  const auto kept = content_of(options_.chosen_file);
  if (kept && *kept && (*kept)->size() <= limits::kNameBytes) profile_ = **kept;
}

void Handoff::choose(const std::string& profile) {
  profile_ = profile;
  const auto& file = options_.chosen_file;
  if (file.empty()) return;
  std::error_code ignored;  // the write says it
  std::filesystem::create_directories(file.parent_path(), ignored);
  auto candidate = Candidate::write(file, profile, {.mode = 0600});
  const auto done =
      candidate ? candidate->install() : Result<void>(std::unexpected(candidate.error()));
  if (done) candidate->keep();
  if (!done && options_.log) options_.log(done.error().detail);
}

Handoff::Whose Handoff::whose(const sdk::Snapshot& snapshot) {
  const auto& profile = snapshot.identity().profile;
  if (!options_.profile.empty()) return profile == options_.profile ? Whose::Ours : Whose::Anothers;
  if (profile_.empty()) choose(profile);
  return profile == profile_ ? Whose::Ours : Whose::Unclaimed;
}

std::string Handoff::unclaimed(const sdk::Snapshot& snapshot) const {
  return "this agent hands on " + profile_ + " and not " + snapshot.identity().profile +
         ": give --profile, and each profile its own agent";
}

std::optional<std::string> Handoff::no_variables(const sdk::Snapshot& snapshot) const {
  if (!options_.environment_variables) return std::nullopt;
  const auto made = environment_of(snapshot.document()->root, options_.env_prefix);
  return made ? std::nullopt : std::optional(made.error().detail);
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
  if (!candidate.staged) return std::nullopt;
  const auto owner = whose(candidate.snapshot);
  if (owner == Whose::Unclaimed) return unclaimed(candidate.snapshot);
  if (owner == Whose::Anothers) return std::nullopt;
  if (auto why = no_variables(candidate.snapshot)) return why;
  const auto facts = facts_of(candidate.snapshot);
  const auto done =
      files_.try_out({candidate.snapshot.document()->root, facts, {}, candidate.traceparent});
  return done ? std::nullopt : std::optional(done.error().detail);
}

bool Handoff::is_in_place(const sdk::Snapshot& next) const {
  const auto now = current();
  return now && now->identity().same_content(next.identity());
}

std::optional<std::string> Handoff::apply(const sdk::Application& application) {
  const auto& next = application.next;
  const auto owner = whose(next);
  if (owner == Whose::Unclaimed) return unclaimed(next);
  if (owner == Whose::Anothers) return std::nullopt;
  if (auto why = no_variables(next)) return why;
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
  const SwapVersion version{next.document()->root, facts, take_back, application.traceparent};
  const auto done = application.cause == sdk::Application::Cause::Applied ? files_.apply(version)
                                                                          : files_.restore(version);
  if (done) return std::nullopt;
  if (same && files_.stands()) {
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
