#pragma once
// Profiles, their immutable versions and tags.

#include <memory>
#include <optional>
#include <string>

#include "domain/ports/clock.hpp"
#include "domain/rollout/approval.hpp"
#include "orchestrator/profiles_read.hpp"
#include "orchestrator/schema_service.hpp"
#include "orchestrator/secret_sealer.hpp"
#include "orchestrator/upload.hpp"
#include "orchestrator/version_cache.hpp"

namespace hotswap {

/// A profile with what people ask next: what was uploaded last and what runs now.
struct ProfileView {
  Profile profile;
  std::optional<Version> latest;  ///< without content
  std::optional<DeploymentId> active_deployment;
  std::map<SemVer, std::size_t> live;  ///< version → instances that say they run it
  std::size_t instances = 0;           ///< that get this profile
  /// "1.3.0 was uploaded last but rolled back; 1.2.0 is stable", and how many of the newest stored
  /// versions no longer satisfy the schema that the profile follows now. Empty if latest is stable
  /// and all is well.
  std::string notice;
};

struct HistoryRequest {
  PageRequest page;
  std::optional<WallTime> at;  ///< what was live then
};

/// Conflict `deployment.version_failed` or `deployment.version_deprecated`.
[[nodiscard]] Result<void> fit_to_deploy(const Version& version);

/// As the audit names it.
[[nodiscard]] std::string version_resource(const ProfileName& name, const SemVer& number);

class ConfigService {
 public:
  ConfigService(Store& store, Committer& committer, VersionCache& cache, SchemaService& schemas,
                const Clock& clock);

  /// Whose deployments need a second person; whoever is no Admin cannot let a profile off. Before
  /// the first call.
  void require_approvals(ApprovalPolicy policy) { approvals_ = std::move(policy); }
  /// A document was checked by its profile's schema.
  struct Checked {
    const ProfileName& profile;
    bool valid = true;
    std::chrono::nanoseconds took{};
    std::string_view trace_id;  ///< empty: nobody's request
  };
  /// For metrics; must not block. Before the first check.
  void on_checked(std::function<void(const Checked&)> listener) {
    checked_listener_ = std::move(listener);
  }
  /// Tells of profiles made, versions uploaded and checked. Before the first call.
  void trace_with(Tracer* tracer) { tracer_ = tracer; }
  /// Before the first upload of a version with secrets.
  void seal_with(SecretSealer& sealer) { sealer_ = &sealer; }

  /// Invalid `config.invalid` when no such schema is registered, Conflict `schema.none_approved`
  /// when no approved version fits the link; update() likewise, when the link changes.
  [[nodiscard]] Result<Profile> create(const Caller& caller, ProfileDraft draft);
  [[nodiscard]] Result<ProfileView> get(const Caller& caller, const ProfileName& name);
  [[nodiscard]] Result<Page<Profile>> list(const Caller& caller, const ProfileFilter& filter,
                                           const PageRequest& page);
  /// PUT (`merge` false: a whole description) or PATCH (RFC 7396). `if_match`: revision or nothing;
  /// PreconditionFailed `config.changed` if it differs. Of access: Conflict `access.lockout` if the
  /// caller could not take it back; Forbidden `access.approval` to switch approvals off, unless by
  /// an Admin, of which people are told.
  [[nodiscard]] Result<Profile> update(const Caller& caller, const ProfileName& name,
                                       const json::Value& body, bool merge,
                                       std::optional<std::uint64_t> if_match);
  /// Conflict `config.in_use` while instances run it, unless force; Conflict while a deployment
  /// runs.
  [[nodiscard]] Result<void> remove(const Caller& caller, const ProfileName& name, bool force);

  /// Secrets are sealed before the store sees them: Invalid `secret.invalid`, Unavailable
  /// `secret.no_key` and other errors of SecretSealer.
  /// Conflict `version.exists` if the number has other content; Invalid `version.schema_mismatch`
  /// with every failure; Invalid `version.not_next` never: numbers may be uploaded in any order.
  [[nodiscard]] Result<Uploaded> upload(const Caller& caller, const ProfileName& name,
                                        const Upload& upload);
  /// The same in three steps, so that no thread waits for the commit: judged by the profile as it
  /// was read last; begun, after which `ready` is called once, on any thread, and keeps `it` alive;
  /// ended. Null, and nothing has happened, if it has to go the long way of upload().
  [[nodiscard]] std::shared_ptr<UploadUnderWay> prepare(const Caller& caller,
                                                        const ProfileName& name,
                                                        std::shared_ptr<const Upload> upload);
  void begin(UploadUnderWay& it, std::move_only_function<void()> ready);
  [[nodiscard]] Result<Uploaded> end(UploadUnderWay& it);
  /// `selector`: a version, `latest` (highest precedence, releases before pre-releases), `stable`,
  /// a tag, or a range such as ^1.2 (highest match).
  [[nodiscard]] Result<SemVer> resolve(const ProfileName& name, const std::string& selector);
  [[nodiscard]] Result<Version> version(const Caller& caller, const ProfileName& name,
                                        const std::string& selector);
  /// With the document as it was uploaded, its secrets in plain text: a permission of its own, and
  /// the audit tells `reason` before anybody sees anything. Forbidden, Invalid `secret.reason`.
  struct PlainVersion {
    Version version;
    json::Value document;
  };
  [[nodiscard]] Result<PlainVersion> plain_version(const Caller& caller, const ProfileName& name,
                                                   const std::string& selector,
                                                   const std::string& reason);
  [[nodiscard]] Result<Page<Version>> versions(const Caller& caller, const ProfileName& name,
                                               const PageRequest& page);
  /// `stable` cannot be set by hand: Conflict `tag.reserved` says that deployments move it.
  [[nodiscard]] Result<void> tag(const Caller& caller, const ProfileName& name,
                                 const SemVer& number, const std::string& tag);
  [[nodiscard]] Result<void> untag(const Caller& caller, const ProfileName& name,
                                   const SemVer& number, const std::string& tag);
  /// A new version (next patch after latest) with the content of `to`. Unless forced, Conflict
  /// `deployment.version_failed` or `deployment.version_deprecated`: the content would come back
  /// under a number that nobody knows to be bad; and Invalid `version.schema_mismatch` when it does
  /// not satisfy today's schema.
  [[nodiscard]] Result<Version> roll_back_content(const Caller& caller, const ProfileName& name,
                                                  const std::string& to, bool force);
  /// Events of the profile, newest last.
  [[nodiscard]] Result<std::vector<TimelineEvent>> history(const Caller& caller,
                                                           const ProfileName& name,
                                                           std::uint64_t after, std::size_t limit);
  /// The version that was stable at `at`; nothing if none was.
  [[nodiscard]] Result<std::optional<SemVer>> live_at(const Caller& caller, const ProfileName& name,
                                                      WallTime at);

 private:
  /// Whether this person may give the profile these lists; what people have to be told of it.
  [[nodiscard]] Result<std::string> check_access(const Caller& caller, const Profile& before,
                                                 const Access& after) const;
  [[nodiscard]] Result<Profile> create_now(const Caller& caller, ProfileDraft draft);
  [[nodiscard]] Result<Uploaded> upload_now(const Caller& caller, const ProfileName& name,
                                            const Upload& upload);
  [[nodiscard]] Result<Uploaded> upload_to(const Caller& caller, const Profile& profile,
                                           const Upload& upload);
  /// Without its schema; with secrets, also without its content.
  [[nodiscard]] Result<Version> version_of(const Caller& caller, const Profile& profile,
                                           const Upload& upload);
  /// Content and hash of `old` again, under the number of `version`: what is sealed is bound to it.
  [[nodiscard]] Result<void> seal_again(const Version& old, Version& version);
  [[nodiscard]] SecretSealer& sealer();
  [[nodiscard]] Result<json::Value> opened(const Version& version);
  /// With its content sealed and its schema, if that is satisfied.
  [[nodiscard]] Result<void> judge(const Caller& caller, const Profile& profile,
                                   const Upload& upload, Version& version);
  [[nodiscard]] ChangeSet insertion(const Caller& caller, const Profile& profile,
                                    const Version& version) const;
  [[nodiscard]] Result<Profile> readable(const Caller& caller, const ProfileName& name,
                                         Action action);
  [[nodiscard]] Result<void> check_link(const std::string& schema_id);
  /// `payments@1.2.0`, or empty for a profile without schema. `caller`: who asks; null: nobody.
  [[nodiscard]] Result<std::string> satisfied(const Profile& profile, const json::Value& document,
                                              const Caller* caller = nullptr);
  [[nodiscard]] Result<std::string> satisfied_again(const Profile& profile, const Version& old,
                                                    bool force);
  /// How many stored versions do not satisfy the schema now, in a sentence.
  [[nodiscard]] std::string schema_notice(const Profile& profile);
  [[nodiscard]] Result<SemVer> number_for(const ProfileName& name, const Upload& upload);
  /// Of the profiles that had this name before; 0 if there was none.
  [[nodiscard]] Result<std::uint64_t> last_generation(const ProfileName& name);
  [[nodiscard]] TimelineEvent event(const Caller& caller, const ProfileName& name, std::string kind,
                                    std::string message, json::Value data) const;

  Store& store_;
  Committer& committer_;
  VersionCache& cache_;
  SchemaService& schemas_;
  const Clock& clock_;
  std::function<void(const Checked&)> checked_listener_;
  ApprovalPolicy approvals_;
  SecretSealer* sealer_ = nullptr;
  Tracer* tracer_ = nullptr;
  ProfilesRead profiles_read_;
};

}  // namespace hotswap
