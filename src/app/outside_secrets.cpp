#include "app/outside_secrets.hpp"

namespace hotswap {
namespace {

constexpr Duration kTick = std::chrono::seconds(1);
constexpr Duration kLooksApart = std::chrono::seconds(15);  ///< at the stores, at most

vault::Login login_of(const VaultSettings& settings) {
  const auto mount = settings.auth_mount.empty() ? settings.auth : settings.auth_mount;
  if (settings.auth == "approle")
    return vault::AppRoleLogin{mount, settings.role, settings.secret_id_file};
  if (settings.auth == "kubernetes")
    return vault::KubernetesLogin{mount, settings.role, settings.jwt_file};
  return vault::TokenLogin{settings.token_file, settings.token};
}

kubernetes::Options options_of(const KubernetesSettings& settings) {
  auto options = settings.url.empty() ? kubernetes::in_cluster(settings.host, settings.port)
                                      : kubernetes::Options{.url = settings.url};
  if (!settings.token_file.empty()) options.token_file = settings.token_file;
  if (!settings.ca_file.empty()) options.ca_file = settings.ca_file;
  while (options.url.ends_with('/')) options.url.pop_back();
  return options;
}

}  // namespace

OutsideSecrets::Vault::Vault(const VaultSettings& settings, const Parts& parts)
    : connection({.addresses = read_addresses(settings.addresses),
                  .name_space = settings.name_space,
                  .ca_file = settings.ca_file},
                 parts.clock, parts.random),
      session(login_of(settings), {connection, parts.clock, parts.logger, parts.metrics}),
      secrets(session, parts.clock) {}

OutsideSecrets::OutsideSecrets(const OutsideSettings& settings, const Parts& parts)
    : vault_(settings.vault.addresses.empty() ? nullptr
                                              : std::make_unique<Vault>(settings.vault, parts)),
      kubernetes_(settings.kubernetes.secrets ? std::make_unique<kubernetes::KubernetesSecrets>(
                                                    options_of(settings.kubernetes))
                                              : nullptr),
      wrapper_(wrapper_of(settings, parts)),
      allowed_(AllowedReferences::read(settings.references).value_or(AllowedReferences())),
      looks_apart_(std::min(settings.fresh, kLooksApart)) {
  SecretSources::Options options{.fresh = settings.fresh};
  sources_.emplace(stores(), std::move(options),
                   SecretSources::Parts{parts.clock, parts.metrics, parts.logger});
}

std::vector<SecretSources::Source> OutsideSecrets::stores() {
  std::vector<SecretSources::Source> out;
  if (vault_) out.push_back({"vault", vault_->secrets, [this] { return vault_->session.check(); }});
  if (kubernetes_) out.push_back({"k8s", *kubernetes_, [this] { return kubernetes_->check(); }});
  return out;
}

std::unique_ptr<KeyWrapper> OutsideSecrets::wrapper_of(const OutsideSettings& settings,
                                                       const Parts& parts) {
  if (vault_ && !settings.vault.transit_key.empty())
    if (auto key = vault::read_transit_key(settings.vault.transit_key))
      return std::make_unique<vault::TransitKeyWrapper>(std::move(*key), vault_->session,
                                                        parts.clock);
  if (settings.key_command.empty()) return nullptr;
  auto command = key_command::read_command(settings.key_command);
  if (!command) return nullptr;
  return std::make_unique<key_command::CommandKeyWrapper>(
      key_command::Options{.command = std::move(*command)}, parts.clock);
}

Result<void> OutsideSecrets::may_refer(const Profile& profile,
                                       const SecretReference& reference) const {
  const ReferenceScope scope{profile.name.value, profile.service.value, profile.environment};
  if (allowed_.allow(reference, scope)) return {};
  return fail(ErrorCode::Forbidden, "secret.denied",
              profile.name.value + " may not refer to " + reference.scheme + ':' + reference.path +
                  ": the server's --secret-references does not list it for this profile.");
}

SecretProviders OutsideSecrets::providers() {
  SecretProviders out;
  if (vault_) out.emplace("vault", &*sources_);
  if (kubernetes_) out.emplace("k8s", &*sources_);
  return out;
}

std::vector<KeyWrapper*> OutsideSecrets::before(KeyWrapper& own) {
  if (!wrapper_) return {&own};
  return {wrapper_.get(), &own};
}

void OutsideSecrets::start() {
  if (vault_) vault_->session.start();
  if (vault_ || kubernetes_)
    ticker_ = std::make_unique<Ticker>(kTick, [this, tick = 0]() mutable {
      if (tick++ % (looks_apart_ / kTick) == 0) sources_->check();
    });
}

void OutsideSecrets::stop() {
  ticker_.reset();
  if (vault_) vault_->session.stop();
}

}  // namespace hotswap
