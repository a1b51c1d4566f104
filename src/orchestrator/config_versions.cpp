// The version half of ConfigService: select, tag, look back.
#include "domain/base/limits.hpp"
#include "domain/semver/range.hpp"
#include "orchestrator/config_service.hpp"

namespace hotswap {
namespace {

/// Highest precedence; a release before any pre-release.
std::optional<SemVer> highest(const std::vector<SemVer>& numbers) {
  std::optional<SemVer> best;
  for (const SemVer& number : numbers) {
    if (!best || (best->is_prerelease() && !number.is_prerelease()) ||
        (best->is_prerelease() == number.is_prerelease() && *best < number))
      best = number;
  }
  return best;
}

std::unexpected<Error> no_such_version(const ProfileName& name, const std::string& selector) {
  return fail(ErrorCode::NotFound, "version.not_found",
              "Profile " + name.value + " has no version " + selector +
                  ": list its versions, or upload this one first.");
}

}  // namespace

std::string version_resource(const ProfileName& name, const SemVer& number) {
  return "configs/" + name.value + "/versions/" + number.str();
}

Result<void> fit_to_deploy(const Version& version) {
  if (!version.failed_reason.empty())
    return fail(ErrorCode::Conflict, "deployment.version_failed",
                "Version " + version.number.str() + " was rolled back before (" +
                    version.failed_reason +
                    "): upload a corrected version, or repeat with force=true.");
  if (std::ranges::find(version.tags, "deprecated") != version.tags.end())
    return fail(ErrorCode::Conflict, "deployment.version_deprecated",
                "Version " + version.number.str() +
                    " is tagged deprecated: choose another, or repeat with force=true.");
  return {};
}

Result<SemVer> ConfigService::resolve(const ProfileName& name, const std::string& selector) {
  if (auto number = SemVer::parse(selector)) return *number;
  if (selector == "stable") {
    auto profile = store_.profile(name);
    if (!profile) return std::unexpected(profile.error());
    if (!profile->stable) return no_such_version(name, "stable (nothing was deployed yet)");
    return *profile->stable;
  }
  auto numbers = store_.version_numbers(name);
  if (!numbers) return std::unexpected(numbers.error());
  if (selector == "latest") {
    if (auto best = highest(*numbers)) return *best;
    return no_such_version(name, "latest (nothing was uploaded yet)");
  }
  auto tagged = store_.tagged(name, selector);
  if (!tagged) return std::unexpected(tagged.error());
  if (*tagged) return **tagged;
  auto range = SemVerRange::parse(selector);
  if (!range) {
    if (is_tag(selector)) return no_such_version(name, selector);
    return fail_field(
        "version.invalid", "$.version", "format",
        "'" + selector + "' is no version (1.2.0), tag, range (^1.2), 'latest' or 'stable'");
  }
  std::erase_if(*numbers, [&](const SemVer& number) { return !range->contains(number); });
  if (auto best = highest(*numbers)) return *best;
  return no_such_version(name, selector);
}

Result<Version> ConfigService::version(const Caller& caller, const ProfileName& name,
                                       const std::string& selector) {
  auto profile = readable(caller, name, Action::VersionRead);
  if (!profile) return std::unexpected(profile.error());
  auto number = resolve(name, selector);
  if (!number) return std::unexpected(number.error());
  return store_.version(name, *number);
}

Result<Page<Version>> ConfigService::versions(const Caller& caller, const ProfileName& name,
                                              const PageRequest& page) {
  auto profile = readable(caller, name, Action::VersionRead);
  if (!profile) return std::unexpected(profile.error());
  return store_.versions(name, page);
}

Result<void> ConfigService::tag(const Caller& caller, const ProfileName& name, const SemVer& number,
                                const std::string& tag) {
  auto profile = readable(caller, name, Action::VersionTag);
  if (!profile) return std::unexpected(profile.error());
  if (tag == "stable")
    return fail(ErrorCode::Conflict, "tag.reserved",
                "'stable' names what is live and is moved by deployments: deploy the version.");
  if (!is_tag(tag))
    return fail_field("tag.invalid", "$.tag", "format",
                      "a tag starts with a letter, goes on with letters, digits, '.', '_' or '-', "
                      "and is neither a version nor 'latest'");
  if (auto version = store_.listed_version(name, number); !version)
    return std::unexpected(version.error());
  ChangeSet changes;
  changes.push_back(change::PutTag{name, tag, number});
  changes.push_back(change::AppendEvent{
      event(caller, name, "version.tagged", "Version " + number.str() + " tagged " + tag,
            json::Object{{"version", number.str()}, {"tag", tag}})});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "version.tag", version_resource(name, number), tag, clock_.wall())});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return {};
}

Result<void> ConfigService::untag(const Caller& caller, const ProfileName& name,
                                  const SemVer& number, const std::string& tag) {
  auto profile = readable(caller, name, Action::VersionTag);
  if (!profile) return std::unexpected(profile.error());
  auto version = store_.listed_version(name, number);
  if (!version) return std::unexpected(version.error());
  if (std::ranges::find(version->tags, tag) == version->tags.end())
    return fail(ErrorCode::NotFound, "tag.not_found",
                "Version " + number.str() + " does not carry the tag " + tag + ".");
  ChangeSet changes;
  changes.push_back(change::DeleteTag{name, tag, number});
  changes.push_back(change::AppendEvent{
      event(caller, name, "version.untagged", "Tag " + tag + " removed from " + number.str(),
            json::Object{{"version", number.str()}, {"tag", tag}})});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "version.untag", version_resource(name, number), tag, clock_.wall())});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return {};
}

Result<Version> ConfigService::roll_back_content(const Caller& caller, const ProfileName& name,
                                                 const std::string& to, bool force) {
  auto profile = readable(caller, name, Action::ConfigRollback);
  if (!profile) return std::unexpected(profile.error());
  auto number = resolve(name, to);
  if (!number) return std::unexpected(number.error());
  auto old = store_.version(name, *number);
  if (!old) return old;
  if (!force)
    if (auto fit = fit_to_deploy(*old); !fit) return std::unexpected(fit.error());
  auto numbers = store_.version_numbers(name);
  if (!numbers) return std::unexpected(numbers.error());
  auto schema = satisfied_again(*profile, *old, force);
  if (!schema) return std::unexpected(schema.error());
  Version version = *old;
  version.schema = std::move(*schema);
  version.number = std::ranges::max(*numbers).next(Bump::Patch);
  if (auto sealed = seal_again(*old, version); !sealed) return std::unexpected(sealed.error());
  version.author = caller.principal.subject;
  version.message = "Rollback to " + number->str();
  version.created_at = clock_.wall();
  version.failed_reason.clear();
  version.tags.clear();
  version.archived.reset();
  ChangeSet changes;
  changes.push_back(change::InsertVersion{version});
  changes.push_back(change::AppendEvent{
      event(caller, name, "version.uploaded",
            "Version " + version.number.str() + " has the content of " + number->str() + " again",
            json::Object{{"version", version.number.str()}, {"contentOf", number->str()}})});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "config.rollback", version_resource(name, version.number),
                  "content of " + number->str(), version.created_at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return version;
}

Result<std::vector<TimelineEvent>> ConfigService::history(const Caller& caller,
                                                          const ProfileName& name,
                                                          std::uint64_t after, std::size_t limit) {
  auto profile = readable(caller, name, Action::ConfigRead);
  if (!profile) return std::unexpected(profile.error());
  return store_.events({.profile = name.value, .deployment = {}}, after, limit);
}

Result<std::optional<SemVer>> ConfigService::live_at(const Caller& caller, const ProfileName& name,
                                                     WallTime at) {
  std::optional<SemVer> live;
  std::uint64_t after = 0;
  for (;;) {
    auto events = history(caller, name, after, limits::kPageMax);
    if (!events) return std::unexpected(events.error());
    for (const TimelineEvent& event : *events) {
      if (event.at > at) return live;
      if (event.kind != "config.stable_moved") continue;
      const json::Value* version = event.data.find("version");
      const auto* text = version ? version->as_string() : nullptr;
      auto number = text ? SemVer::parse(*text) : Result<SemVer>(std::unexpect, Error{});
      live = number ? std::optional(*number) : std::nullopt;
    }
    if (events->size() < limits::kPageMax) return live;
    after = events->back().sequence;
  }
}

}  // namespace hotswap
