#include "domain/secret/sealed.hpp"

#include "domain/base/assert.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/marker.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kFingerprintDigits = 32;

/// Length before text: no two lists of parts give the same bytes.
void append_part(std::string& out, std::string_view part) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((part.size() >> static_cast<unsigned>(shift)) & 0xFFU);
  out += part;
}

template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string out;
  (append_part(out, parts), ...);
  return out;
}

}  // namespace

json::Value sealed_marker(std::string_view sealed, std::string_view fingerprint) {
  return json::Object{{"type", "secret"}, {"sealed", sealed}, {"fingerprint", fingerprint}};
}

std::string fingerprint_of(std::string_view key, const ProfileName& profile,
                           const json::Value& value) {
  const auto text = joined("hotswap.fingerprint/1", profile.str(), json::canonical(value));
  return hmac_sha256_hex(key, text).substr(0, kFingerprintDigits);
}

std::string sealing_context(const ProfileName& profile, const SemVer& number,
                            std::string_view pointer) {
  return joined("hotswap.secret/1", profile.str(), number.str(), pointer);
}

std::string key_context(const ProfileName& profile, const SemVer& number) {
  return joined("hotswap.key/1", profile.str(), number.str());
}

json::Value hashed_form(const json::Value& document) {
  auto form = replace_secrets(
      document, [](const std::string&, const json::Value& marker) -> Result<json::Value> {
        if (secret_form(marker) != SecretForm::Sealed) return marker;
        return json::Object{{"type", "secret"},
                            {"fingerprint", secret_member(marker, "fingerprint")}};
      });
  HS_ASSERT(form.has_value());  // nothing above fails
  return std::move(*form);
}

std::string content_hash(const json::Value& document) {
  if (!holds_secret(document, SecretForm::Sealed)) return sha256_hex(json::canonical(document));
  return sha256_hex(json::canonical(hashed_form(document)));
}

}  // namespace hotswap
