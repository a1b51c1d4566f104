#include "infrastructure/vault/transit.hpp"

#include <charconv>

#include "domain/secret/bound_key.hpp"
#include "domain/secret/secret_base64.hpp"
#include "domain/secret/wipe_json.hpp"
#include "infrastructure/vault/path.hpp"

namespace hotswap::vault {
namespace {

constexpr std::string_view kScheme = "vault-transit:";
constexpr auto kVersionFor = std::chrono::seconds(5);
constexpr std::size_t kCiphertextBytes = 16 << 10;

std::unexpected<Error> unavailable(std::string detail, std::string internal = {}) {
  return std::unexpected(Error{
      ErrorCode::Unavailable, "secret.unavailable", std::move(detail), {}, std::move(internal)});
}

std::unexpected<Error> damaged() {
  return fail(ErrorCode::Invalid, "secret.damaged",
              "A wrapped key does not belong where it lies, or was altered: bring it back from a "
              "backup");
}

/// Of `vault:v3:…`; 0 of anything else.
int version_of(std::string_view ciphertext) {
  constexpr std::string_view kMark = "vault:v";
  if (!ciphertext.starts_with(kMark)) return 0;
  ciphertext.remove_prefix(kMark.size());
  int version = 0;
  const auto* end = ciphertext.data() + ciphertext.size();
  const auto [at, error] = std::from_chars(ciphertext.data(), end, version);
  return error == std::errc{} && at != end && *at == ':' && version > 0 ? version : 0;
}

/// What Transit writes: nothing in it needs escaping in JSON.
bool is_ciphertext(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=:-_";
  return text.size() <= kCiphertextBytes && version_of(text) > 0 &&
         text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

Result<TransitKey> read_transit_key(std::string_view text) {
  auto segments = read_segments(text);
  if (!segments) return std::unexpected(segments.error());
  TransitKey key{.name = segments->back()};
  segments->pop_back();
  if (segments->empty()) return key;
  key.mount.clear();
  for (const auto& segment : *segments) key.mount += (key.mount.empty() ? "" : "/") + segment;
  return key;
}

TransitKeyWrapper::TransitKeyWrapper(TransitKey key, Session& session, const Clock& clock)
    : key_(std::move(key)), session_(session), clock_(clock) {}

std::string TransitKeyWrapper::id_of(int version) const {
  return std::string(kScheme) + key_.mount + '/' + key_.name +
         (version > 0 ? ":v" + std::to_string(version) : "");
}

void TransitKeyWrapper::learn(int version) const {
  const std::lock_guard lock(mutex_);
  version_ = version;
  looked_ = clock_.mono();
}

Error TransitKeyWrapper::explained(Error error, const char* verb) const {
  const auto path = key_.mount + '/' + verb + '/' + key_.name;
  if (error.code == ErrorCode::Forbidden)
    error.detail += ": its policy needs path \"" + path + "\" { capabilities = [\"update\"] }";
  if (error.code == ErrorCode::Invalid)
    error.detail += ": " + path +
                    " needs a key that exists, of type aes256-gcm96 or another that encrypts, "
                    "not derived; what Vault said is in the server's log";
  // Neither denied nor misunderstood is for good: somebody corrects Vault, then it goes on.
  error.code = ErrorCode::Unavailable;
  error.reason = "secret.unavailable";
  return error;
}

Result<Answer> TransitKeyWrapper::post(const char* verb, const char* name, SecretText text) const {
  std::string body = std::string("{\"") + name + "\":\"";
  body.reserve(body.size() + text.size() + 2);
  body.append(text.view()).append("\"}");
  auto answer = session_.ask({.method = "POST",
                              .path = percent_encoded(key_.mount + '/' + verb + '/' + key_.name),
                              .body = SecretText::from(std::move(body))});
  if (answer && answer->status == 404)
    return unavailable(session_.name() + " has no engine at " + key_.mount +
                       ": enable transit there, or correct --vault-transit-key");
  return answer;
}

Result<WrappedKey> TransitKeyWrapper::wrap(const SecretText& key, std::string_view context) {
  const auto answer = post("encrypt", "plaintext", to_base64(bind_key(key, context).view()));
  if (!answer) return std::unexpected(explained(answer.error(), "encrypt"));
  auto ciphertext = answer->text_at("data.ciphertext");
  if (!is_ciphertext(ciphertext))
    return unavailable(session_.name() + " answered no ciphertext of Transit");
  const int version = version_of(ciphertext);
  learn(version);
  return WrappedKey{id_of(version), std::move(ciphertext)};
}

Result<SecretText> TransitKeyWrapper::unwrap(const WrappedKey& wrapped, std::string_view context) {
  if (!wrapped.key_id.starts_with(id_of(0) + ":v"))
    return fail(ErrorCode::Unavailable, "secret.key_missing",
                "A key was wrapped by " + wrapped.key_id + ", but this server asks " + id_of(0) +
                    ": give it that key as well");
  if (!is_ciphertext(wrapped.bytes)) return damaged();
  auto answer = post("decrypt", "ciphertext", SecretText(wrapped.bytes));
  if (!answer && answer.error().code == ErrorCode::Invalid) {
    // Altered, or wrapped by a version that Vault was told to use no more.
    auto error = damaged().error();
    error.detail = session_.name() + " cannot unwrap a key of " + wrapped.key_id +
                   ": it was altered, or min_decryption_version of the key is above its version";
    error.internal = answer.error().internal;
    return std::unexpected(std::move(error));
  }
  if (!answer) return std::unexpected(explained(answer.error(), "decrypt"));
  auto text = SecretText::from(answer->text_at("data.plaintext"));
  wipe_texts(answer->body);
  const auto bound = from_base64(text.view());
  if (!bound || text.empty())
    return unavailable(session_.name() + " answered no plaintext of Transit");
  auto key = unbind_key(*bound, context);
  if (!key) return damaged();
  return std::move(*key);
}

std::string TransitKeyWrapper::current() const {
  {
    const std::lock_guard lock(mutex_);
    if (looked_ && clock_.mono() - *looked_ < kVersionFor) return id_of(version_);
    looked_ = clock_.mono();  // whoever asks meanwhile, or after a failure, gets what is known
  }
  const auto answer = session_.ask({.path = percent_encoded(key_.mount + "/keys/" + key_.name)});
  const auto* latest =
      answer && answer->status == 200 ? answer->at("data.latest_version") : nullptr;
  const auto version = latest == nullptr ? std::nullopt : latest->as_int();
  if (version && *version > 0 && *version < 1'000'000) learn(static_cast<int>(*version));
  const std::lock_guard lock(mutex_);
  return id_of(version_);
}

}  // namespace hotswap::vault
