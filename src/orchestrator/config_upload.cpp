// Uploads of ConfigService: judged, sealed, written.
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/uploaded.hpp"
#include "orchestrator/config_service.hpp"

namespace hotswap {

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

Result<Uploaded> ConfigService::upload(const Caller& caller, const ProfileName& name,
                                       const Upload& upload) {
  ActiveSpan span(tracer_, caller.trace, "config.version.upload");
  if (!span.active()) return upload_now(caller, name, upload);
  span.set("hotswap.profile", name.value);
  Caller within = caller;
  within.trace = span.context();
  auto done = upload_now(within, name, upload);
  span.outcome(done);
  if (done) span.set("hotswap.version", done->version.number.str());
  return done;
}

Result<Uploaded> ConfigService::upload_now(const Caller& caller, const ProfileName& name,
                                           const Upload& upload) {
  if (auto ok = authorize(caller.principal, Action::VersionUpload); !ok)
    return std::unexpected(ok.error());
  auto profile = readable(caller, name, Action::VersionUpload);
  if (!profile) return std::unexpected(profile.error());
  profiles_read_.keep(*profile);
  return upload_to(caller, *profile, upload);
}

// The store refuses the version if the profile has changed since it was read.
std::shared_ptr<UploadUnderWay> ConfigService::prepare(const Caller& caller,
                                                       const ProfileName& name,
                                                       std::shared_ptr<const Upload> upload) {
  const auto profile = profiles_read_.find(name);
  if (!profile || upload->dry_run || !authorize(caller.principal, Action::VersionUpload))
    return nullptr;
  auto it = std::make_shared<UploadUnderWay>(tracer_, caller, name, std::move(upload));
  auto version = version_of(it->caller, *profile, *it->upload);
  if (!version || !judge(it->caller, *profile, *it->upload, *version)) return nullptr;
  it->version = std::move(*version);
  it->changes = insertion(it->caller, *profile, it->version);
  it->span.set("hotswap.version", it->version.number.str());
  return it;
}

void ConfigService::begin(UploadUnderWay& it, std::move_only_function<void()> ready) {
  committer_.begin(std::move(it.changes), it.commit, std::move(ready));
}

Result<Uploaded> ConfigService::end(UploadUnderWay& it) {
  const auto done = committer_.end(it.commit);
  if (done) return Uploaded{std::move(it.version), true};
  // A refusal counts only on a profile that is read anew.
  auto uploaded = is_failure(done.error()) ? Result<Uploaded>(std::unexpected(done.error()))
                                           : upload_now(it.caller, it.profile, *it.upload);
  it.span.outcome(uploaded);
  return uploaded;
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

Result<void> ConfigService::judge(const Caller& caller, const Profile& profile,
                                  const Upload& upload, Version& version) {
  auto schema = satisfied(profile, upload.data, &caller);
  if (!schema) return std::unexpected(schema.error());
  version.schema = std::move(*schema);
  return version.content.empty() ? sealer().seal(upload.data, version) : Result<void>();
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
  if (auto fit = judge(caller, profile, upload, version); !fit) {
    // A repeated upload is answered as it was, whatever the schema has become since.
    if (auto same = stored_before()) return *std::move(same);
    return std::unexpected(fit.error());
  }
  if (upload.dry_run) return Uploaded{std::move(version), false};
  const auto done = committer_.commit(insertion(caller, profile, version));
  if (done) return Uploaded{std::move(version), true};
  if (done.error().reason != "version.exists") return std::unexpected(done.error());
  if (auto same = stored_before()) return *std::move(same);
  return fail(
      ErrorCode::Conflict, "version.exists",
      "Version " + version.number.str() +
          " exists with other content, and versions never change: upload under a new number, "
          "or let the server choose one with bump.");
}

ChangeSet ConfigService::insertion(const Caller& caller, const Profile& profile,
                                   const Version& version) const {
  ChangeSet changes;
  changes.push_back(change::InsertVersion{
      version, change::InsertVersion::Judge{profile.revision, profile.created_at}});
  json::Object data{{"version", version.number.str()}, {"hash", version.hash}};
  if (!version.schema.empty()) data.set("schema", version.schema);
  changes.push_back(
      change::AppendEvent{event(caller, profile.name, "version.uploaded",
                                "Version " + version.number.str() + " uploaded", std::move(data))});
  changes.push_back(change::AppendAudit{audit_entry(caller, "version.upload",
                                                    version_resource(profile.name, version.number),
                                                    version.hash, version.created_at)});
  return changes;
}

}  // namespace hotswap
