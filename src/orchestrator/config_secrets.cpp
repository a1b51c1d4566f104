// The secret half of ConfigService: sealing, opening, and reading in plain text.
#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"
#include "domain/secret/marker.hpp"
#include "orchestrator/config_service.hpp"
#include "orchestrator/open_version.hpp"

namespace hotswap {

SecretSealer& ConfigService::sealer() {
  HS_ASSERT(sealer_ != nullptr);
  return *sealer_;
}

Result<json::Value> ConfigService::opened(const Version& version) {
  return version.key.empty() ? parse_version(version) : sealer().open(version);
}

Result<void> ConfigService::seal_again(const Version& old, Version& version) {
  const auto document = opened(old);
  if (!document) return std::unexpected(document.error());
  if (!holds_secret(*document)) return {};
  return sealer().seal(*document, version);
}

Result<ConfigService::PlainVersion> ConfigService::plain_version(const Caller& caller,
                                                                 const ProfileName& name,
                                                                 const std::string& selector,
                                                                 const std::string& reason) {
  auto profile = readable(caller, name, Action::SecretRead);
  if (!profile) return std::unexpected(profile.error());
  if (reason.empty() || reason.size() > limits::kDescriptionBytes)
    return fail_field("secret.reason", "?reason", "required",
                      "say why you must see the secrets, in at most " +
                          std::to_string(limits::kDescriptionBytes) +
                          " bytes; it is kept in the audit");
  const auto number = resolve(name, selector);
  if (!number) return std::unexpected(number.error());
  auto version = store_.version(name, *number);
  if (!version) return std::unexpected(version.error());
  auto document = opened(*version);
  if (!document) return std::unexpected(document.error());
  const auto resource = "configs/" + name.value + "/versions/" + number->str();
  if (auto done = committer_.commit({change::AppendAudit{
          audit_entry(caller, "secret.read", resource, reason, clock_.wall())}});
      !done)
    return std::unexpected(done.error());
  return PlainVersion{std::move(*version), std::move(*document)};
}

}  // namespace hotswap
