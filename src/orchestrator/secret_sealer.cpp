#include "orchestrator/secret_sealer.hpp"

#include "domain/base/base64url.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/marker.hpp"
#include "domain/secret/sealed.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> too_large(std::size_t bytes) {
  return fail(ErrorCode::TooLarge, "version.too_large",
              "The configuration has " + std::to_string(bytes) +
                  " bytes once its secrets are sealed, the limit is " +
                  std::to_string(limits::kDocumentBytes) + ": split it into several profiles.");
}

const json::Value& value_in(const json::Value& marker) { return *marker.find("value"); }

/// `replace(pointer, value)` in the place of each value; references stay.
template <class Replace>
Result<json::Value> with_values(const json::Value& document, const Replace& replace) {
  return replace_secrets(
      document, [&](const std::string& pointer, const json::Value& marker) -> Result<json::Value> {
        if (secret_form(marker) != SecretForm::Value) return marker;
        return replace(pointer, value_in(marker));
      });
}

}  // namespace

Result<json::Value> parse_version(const Version& version) { return json::parse(version.content); }

Result<SecretSealer::Key> SecretSealer::stored_key(const WrappedKey& stored) {
  auto key = wrapper_.unwrap(stored, kFingerprintContext);
  if (!key) return std::unexpected(std::move(key.error()));
  return std::make_shared<const SecretText>(std::move(*key));
}

Result<SecretSealer::Key> SecretSealer::made_key() {
  auto key = cipher_.new_key();
  auto wrapped = wrapper_.wrap(key, kFingerprintContext);
  if (!wrapped) return std::unexpected(std::move(wrapped.error()));
  const auto done = store_.commit({change::PutSecretKey{std::string(kFingerprintKey), *wrapped}});
  if (done) return std::make_shared<const SecretText>(std::move(key));
  if (done.error().reason != "secret.key_changed") return std::unexpected(done.error());
  // Another server was first: its key counts.
  const auto stored = store_.secret_key(std::string(kFingerprintKey));
  if (!stored) return std::unexpected(stored.error());
  return stored_key(stored->value_or(WrappedKey{}));
}

Result<SecretSealer::Key> SecretSealer::fingerprint_key() {
  {
    const MutexLock lock(mutex_);
    if (fingerprint_key_) return fingerprint_key_;
  }
  const auto stored = store_.secret_key(std::string(kFingerprintKey));
  if (!stored) return std::unexpected(stored.error());
  auto key = *stored ? stored_key(**stored) : made_key();
  if (!key) return key;
  const MutexLock lock(mutex_);
  fingerprint_key_ = *key;
  return key;
}

Result<std::string> SecretSealer::fingerprint(const ProfileName& profile,
                                              const json::Value& value) {
  const auto key = fingerprint_key();
  if (!key) return std::unexpected(key.error());
  return fingerprint_of((*key)->view(), profile, value);
}

Result<std::string> SecretSealer::hash(const ProfileName& profile, const json::Value& document) {
  if (!holds_secret(document, SecretForm::Value)) return content_hash(document);
  const auto key = fingerprint_key();
  if (!key) return std::unexpected(key.error());
  const auto form =
      with_values(document, [&](const std::string&, const json::Value& value) -> json::Value {
        return sealed_marker("", fingerprint_of((*key)->view(), profile, value));
      });
  if (!form) return std::unexpected(form.error());
  return content_hash(*form);
}

Result<void> SecretSealer::seal(const json::Value& document, Version& version) {
  json::Value sealed = document;
  version.key = {};
  if (holds_secret(document, SecretForm::Value)) {
    const auto prints = fingerprint_key();
    if (!prints) return std::unexpected(prints.error());
    const auto key = cipher_.new_key();
    auto wrapped = wrapper_.wrap(key, key_context(version.profile, version.number));
    if (!wrapped) return std::unexpected(std::move(wrapped.error()));
    auto done = with_values(document, [&](const std::string& pointer, const json::Value& value) {
      const auto plain = SecretText::from(json::write(value));
      const auto context = sealing_context(version.profile, version.number, pointer);
      return sealed_marker(base64url_encode(cipher_.seal(key, plain.view(), context)),
                           fingerprint_of((*prints)->view(), version.profile, value));
    });
    if (!done) return std::unexpected(std::move(done.error()));
    sealed = std::move(*done);
    version.key = std::move(*wrapped);
  }
  version.content = json::write(sealed);
  if (version.content.size() > limits::kDocumentBytes) return too_large(version.content.size());
  version.size = version.content.size();
  version.hash = content_hash(sealed);
  return {};
}

Result<json::Value> SecretSealer::open(const Version& version) {
  auto document = parse_version(version);
  if (!document || version.key.empty()) return document;
  const auto key = wrapper_.unwrap(version.key, key_context(version.profile, version.number));
  if (!key) return std::unexpected(key.error());
  return replace_secrets(
      *document, [&](const std::string& pointer, const json::Value& marker) -> Result<json::Value> {
        if (secret_form(marker) != SecretForm::Sealed) return marker;
        const auto bytes = base64url_decode(secret_member(marker, "sealed"));
        const auto context = sealing_context(version.profile, version.number, pointer);
        const auto plain = cipher_.open(*key, bytes.value_or(""), context);
        if (!plain) return std::unexpected(plain.error());
        auto value = json::parse(plain->view());
        if (!value) return std::unexpected(std::move(value.error()));
        return json::Object{{"type", "secret"}, {"value", std::move(*value)}};
      });
}

}  // namespace hotswap
