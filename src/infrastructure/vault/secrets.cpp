#include "infrastructure/vault/secrets.hpp"

#include "domain/json/write.hpp"
#include "domain/secret/wipe_json.hpp"

namespace hotswap::vault {
namespace {

constexpr auto kMountsFor = std::chrono::minutes(5);
constexpr std::size_t kMounts = 256;
constexpr std::size_t kKeyBytes = 512;

std::unexpected<Error> not_found(std::string detail) {
  return fail(ErrorCode::NotFound, "secret.not_found", std::move(detail));
}

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "secret.invalid", std::move(detail));
}

std::unexpected<Error> denied(const Error& error, const std::string& policy) {
  Error told = error;
  told.detail += ": its policy needs path \"" + policy + "\" { capabilities = [\"read\"] }";
  return std::unexpected(std::move(told));
}

/// The engine at a path, of Vault's answer to where a path leads.
Result<Mount> read_mount(const Answer& answer, const KvPath& path, const std::string& who) {
  Mount mount{.path = answer.text_at("data.path")};
  while (mount.path.ends_with('/')) mount.path.pop_back();
  const auto type = answer.text_at("data.type");
  if (type != "kv" && type != "generic")
    return invalid("vault:" + path.text() + " lies in no KV engine of " + who +
                   ": only KV secrets can be referred to");
  mount.version = answer.text_at("data.options.version") == "2" ? 2 : 1;
  if (mount.path.empty() || !leads_to(mount, path))
    return invalid("vault:" + path.text() + " needs a path inside the engine's mount");
  return mount;
}

/// Why there is nothing at the path.
std::unexpected<Error> gone(const Answer& answer, const std::string& place) {
  const auto* metadata = answer.at("data.metadata");
  if (metadata == nullptr) return not_found("Vault has nothing at " + place);
  const auto* number = answer.at("data.metadata.version");
  const auto version = number == nullptr ? std::nullopt : number->as_int();
  const auto which = version ? "Version " + std::to_string(*version) + " of " + place : place;
  const auto* destroyed = answer.at("data.metadata.destroyed");
  if (destroyed != nullptr && *destroyed == json::Value(true))
    return not_found(which + " was destroyed in Vault: write a new version there");
  return not_found(which + " was deleted in Vault: undelete it, or write a new version there");
}

Result<SecretText> text_of(const json::Value& value, const std::string& place) {
  if (const auto* text = value.as_string()) return SecretText(text->view());
  if (value.as_object() != nullptr || value.as_array() != nullptr || value.is_null())
    return invalid(place + " is " + std::string(value.type_name()) +
                   ": only text, a number, true or false can stand for a secret");
  return SecretText::from(json::write(value));
}

Result<SecretText> pick(const json::Object& data, const std::string& key,
                        const std::string& place) {
  if (key.empty()) {
    if (data.size() != 1)
      return invalid(place + " has " + std::to_string(data.size()) +
                     " keys: name one behind a #, as in #password");
    return text_of(data.begin()->value, place);
  }
  const auto* value = data.find(key);
  if (value == nullptr) return not_found("Vault has no key " + key + " at " + place);
  return text_of(*value, "The key " + key + " at " + place);
}

/// What is asked for, for people.
struct Wanted {
  std::string place;
  std::string key;
};

Result<ProvidedSecret> provided_by(const Answer& answer, const Mount& mount, const Wanted& wanted) {
  if (answer.status == 404) return gone(answer, wanted.place);
  const auto* data = answer.at(mount.version == 2 ? "data.data" : "data");
  if (data == nullptr || data->as_object() == nullptr) return gone(answer, wanted.place);
  auto value = pick(*data->as_object(), wanted.key, wanted.place);
  if (!value) return std::unexpected(value.error());
  const auto* number = mount.version == 2 ? answer.at("data.metadata.version") : nullptr;
  const auto version = number == nullptr ? std::nullopt : number->as_int();
  return ProvidedSecret{std::move(*value), version ? std::to_string(*version) : std::string(), {}};
}

}  // namespace

std::optional<Mount> VaultSecrets::remembered(const KvPath& path) {
  const MonoTime now = clock_.mono();
  const std::lock_guard lock(mutex_);
  for (std::size_t depth = 1; depth < path.segments.size(); ++depth) {
    KvPath head{
        {path.segments.begin(), path.segments.begin() + static_cast<std::ptrdiff_t>(depth)}};
    const auto found = mounts_.find(head.text());
    if (found != mounts_.end() && now - found->second.since < kMountsFor)
      return found->second.mount;
  }
  return std::nullopt;
}

void VaultSecrets::remember(const Mount& mount) {
  const std::lock_guard lock(mutex_);
  if (mounts_.size() >= kMounts) mounts_.clear();
  mounts_.insert_or_assign(mount.path, Known{mount, clock_.mono()});
}

Result<Mount> VaultSecrets::mount_of(const KvPath& path) {
  if (path.is_api_form()) return Mount{path.segments.front(), 2};
  if (auto known = remembered(path)) return *known;
  const auto answer =
      session_.ask({.path = "sys/internal/ui/mounts/" + percent_encoded(path.text())});
  if (!answer && answer.error().code == ErrorCode::Forbidden) {
    Error told = answer.error();
    told.detail += " to " + path.text() +
                   ": there is no KV engine there, or the policy allows nothing in it (a KV "
                   "version 2 needs path \"" +
                   policy_path({path.segments.front(), 2}, path) +
                   "\" { capabilities = [\"read\"] })";
    return std::unexpected(std::move(told));
  }
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 404)
    return invalid("This Vault cannot say where the mount of " + path.text() +
                   " ends: write the reference as vault:MOUNT/data/PATH#key");
  auto mount = read_mount(*answer, path, session_.name());
  if (mount) remember(*mount);
  return mount;
}

Result<ProvidedSecret> VaultSecrets::read(const SecretReference& reference) {
  const auto path = read_kv_path(reference.path);
  if (!path) return std::unexpected(path.error());
  if (reference.key.size() > kKeyBytes)
    return invalid("a key of vault has at most " + std::to_string(kKeyBytes) + " bytes");
  const auto mount = mount_of(*path);
  if (!mount) return std::unexpected(mount.error());
  const auto place = policy_path(*mount, *path);
  if (mount->version == 1 && path->version)
    return invalid(place + " is in a KV engine of version 1, which keeps no versions");
  auto answer = session_.ask({.path = request_path(*mount, *path)});
  if (!answer && answer.error().code == ErrorCode::Forbidden) return denied(answer.error(), place);
  if (!answer) return std::unexpected(answer.error());
  auto provided = provided_by(*answer, *mount, {place, reference.key});
  wipe_texts(answer->body);
  return provided;
}

}  // namespace hotswap::vault
