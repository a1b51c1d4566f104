// The version half of ConfigService: upload, select, tag.
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/uploaded.hpp"
#include "domain/semver/range.hpp"
#include "orchestrator/config_service.hpp"

namespace hotswap {
namespace {

std::string resource_of(const ProfileName& name, const SemVer& number) {
  return "configs/" + name.value + "/versions/" + number.str();
}

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

Result<SemVer> ConfigService::number_for(const ProfileName& name, const Upload& upload) {
  if (upload.number.has_value() == upload.bump.has_value())
    return fail_field(
        "version.invalid", "$.version", "oneOf",
        "give either version (such as 1.2.0) or bump (major, minor, patch), not both");
  if (upload.number) return *upload.number;
  auto numbers = store_.version_numbers(name);
  if (!numbers) return std::unexpected(numbers.error());
  if (numbers->empty()) return SemVer(1, 0, 0);
  return std::ranges::max(*numbers).next(*upload.bump);
}

// The profile as it was read last will do if it lets the version in: the store refuses the version
// if the profile has changed since. Whatever else comes of it counts only on a profile read anew.
Result<Uploaded> ConfigService::upload(const Caller& caller, const ProfileName& name,
                                       const Upload& upload) {
  if (auto ok = authorize(caller.principal, Action::VersionUpload); !ok)
    return std::unexpected(ok.error());
  if (const auto kept = profiles_read_.find(name)) {
    auto done = upload_to(caller, *kept, upload);
    if (done ? done->created || upload.dry_run : is_failure(done.error())) return done;
  }
  auto profile = readable(caller, name, Action::VersionUpload);
  if (!profile) return std::unexpected(profile.error());
  profiles_read_.keep(*profile);
  return upload_to(caller, *profile, upload);
}

Result<Version> ConfigService::version_of(const Caller& caller, const Profile& profile,
                                          const Upload& upload) {
  if (auto ok = authorize(caller.principal, Action::VersionUpload, &profile.access); !ok)
    return std::unexpected(ok.error());
  if (!upload.data.as_object())
    return fail_field(
        "version.invalid", "$.data", "type",
        "a configuration is a JSON object, this is " + std::string(upload.data.type_name()));
  const auto secrets = uploaded_secrets(upload.data);
  if (!secrets) return std::unexpected(secrets.error());
  auto number = number_for(profile.name, upload);
  if (!number) return std::unexpected(number.error());
  Version version;
  version.profile = profile.name;
  version.number = *number;
  version.content = json::write(upload.data);
  version.size = version.content.size();
  if (version.size > limits::kDocumentBytes)
    return fail(ErrorCode::TooLarge, "version.too_large",
                "The configuration has " + std::to_string(version.size) + " bytes, the limit is " +
                    std::to_string(limits::kDocumentBytes) + ": split it into several profiles.");
  if (*secrets) wipe(version.content);
  auto hash = *secrets ? sealer().hash(profile.name, upload.data)
                       : Result<std::string>(sha256_hex(json::canonical(upload.data)));
  if (!hash) return std::unexpected(std::move(hash.error()));
  version.hash = std::move(*hash);
  version.author = caller.principal.subject;
  version.message = upload.message;
  version.created_at = clock_.wall();
  return version;
}

Result<Uploaded> ConfigService::upload_to(const Caller& caller, const Profile& profile,
                                          const Upload& upload) {
  auto made = version_of(caller, profile, upload);
  if (!made) return std::unexpected(made.error());
  Version& version = *made;
  const auto stored_before = [&]() -> std::optional<Uploaded> {
    auto existing = store_.listed_version(profile.name, version.number);
    if (!existing || existing->hash != version.hash) return std::nullopt;
    return Uploaded{std::move(*existing), false};
  };
  auto schema = satisfied(profile, upload.data, caller.trace_id);
  if (!schema) {
    // A repeated upload is answered as it was, whatever the schema has become since.
    if (auto same = stored_before()) return *std::move(same);
    return std::unexpected(schema.error());
  }
  version.schema = std::move(*schema);
  if (version.content.empty())
    if (auto sealed = sealer().seal(upload.data, version); !sealed)
      return std::unexpected(sealed.error());
  if (upload.dry_run) return Uploaded{std::move(version), false};
  auto done = insert(caller, profile, version);
  if (done) return Uploaded{std::move(version), true};
  if (done.error().reason != "version.exists") return std::unexpected(done.error());
  if (auto same = stored_before()) return *std::move(same);
  return fail(
      ErrorCode::Conflict, "version.exists",
      "Version " + version.number.str() +
          " exists with other content, and versions never change: upload under a new number, "
          "or let the server choose one with bump.");
}

Result<void> ConfigService::insert(const Caller& caller, const Profile& profile,
                                   const Version& version) {
  ChangeSet changes;
  changes.push_back(change::InsertVersion{
      version, change::InsertVersion::Judge{profile.revision, profile.created_at}});
  json::Object data{{"version", version.number.str()}, {"hash", version.hash}};
  if (!version.schema.empty()) data.set("schema", version.schema);
  changes.push_back(
      change::AppendEvent{event(caller, profile.name, "version.uploaded",
                                "Version " + version.number.str() + " uploaded", std::move(data))});
  changes.push_back(change::AppendAudit{audit_entry(caller, "version.upload",
                                                    resource_of(profile.name, version.number),
                                                    version.hash, version.created_at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
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
      audit_entry(caller, "version.tag", resource_of(name, number), tag, clock_.wall())});
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
      audit_entry(caller, "version.untag", resource_of(name, number), tag, clock_.wall())});
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
  changes.push_back(
      change::AppendAudit{audit_entry(caller, "config.rollback", resource_of(name, version.number),
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
