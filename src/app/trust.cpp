#include "app/trust.hpp"

#include <sys/stat.h>

#include <array>
#include <fstream>
#include <sstream>

#include "app/keys.hpp"

namespace hotswap {
namespace {

constexpr Duration kLookAtFiles = std::chrono::seconds(5);

Result<std::string> read_text(const std::string& path) {
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return fail_field("settings.invalid", "--jwt-issuers", "file", "cannot read " + path);
  return std::move(text).str();
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (comma > 0) out.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

api::TokenIssuer own_issuer(const AuthSettings& auth, api::KeySet keys) {
  api::TokenIssuer own;
  own.policy.issuer = auth.jwt_issuer;
  own.policy.audiences = split(auth.jwt_audience);
  own.policy.leeway = auth.jwt_leeway;
  own.keys = std::move(keys);
  return own;
}

/// What tells that a file is another than before; all zero: there is none.
using Stamp = std::array<std::int64_t, 4>;
Stamp stamp_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {static_cast<std::int64_t>(found.st_ino), found.st_size, found.st_mtim.tv_sec,
          found.st_mtim.tv_nsec};
}

std::string own_file(const Settings& settings) {
  const auto& file = settings.auth.jwt_key_file;
  return file.empty() ? settings.store.data_dir + "/jwt.key" : file;
}

/// Our own key file, read again when it changes: not before, since whoever started the server may
/// have had rights that it has given up since. One in the environment stays as it is.
KeySource own_source(const Settings& settings, const api::KeySet& keys, const Stamp& seen) {
  KeySource source;
  source.name = "own";
  source.times.every = kLookAtFiles;
  source.fetch = [settings, held = keys, last = seen]() mutable -> Result<KeySource::Fetched> {
    const auto now = stamp_of(own_file(settings));
    if (now != last) {
      auto read = token_keys(settings);
      if (!read) return std::unexpected(read.error());
      held = std::move(*read);
      last = now;
    }
    return KeySource::Fetched{held};
  };
  return source;
}

KeySource source_of(const IssuerSettings& issuer, std::size_t index,
                    const std::shared_ptr<JwksFetcher>& fetcher) {
  KeySource source;
  source.issuer = index;
  source.name = issuer.name;
  source.times = issuer.times;
  source.fetch = [fetcher, place = issuer.keys, rsa = issuer.rsa]() -> Result<KeySource::Fetched> {
    const auto fetched = fetcher->fetch(place);
    if (!fetched) return std::unexpected(fetched.error());
    auto keys = api::read_keys(fetched->text, api::KeyOrigin::Remote, rsa);
    if (!keys) return std::unexpected(keys.error());
    return KeySource::Fetched{std::move(*keys), fetched->fresh_for};
  };
  return source;
}

}  // namespace

Result<Trust> trust_of(const Settings& settings) {
  // Before it is read: what changes meanwhile is seen the next time.
  const auto seen = stamp_of(own_file(settings));
  auto keys = token_keys(settings);
  if (!keys) return std::unexpected(keys.error());
  Trust trust;
  if (settings.auth.jwt_key.empty()) trust.sources.push_back(own_source(settings, *keys, seen));
  trust.issuers.push_back(own_issuer(settings.auth, std::move(*keys)));
  const auto& file = settings.auth.jwt_issuers;
  if (file.empty()) return trust;
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  const auto issuers = read_issuers(*text, file);
  if (!issuers) return std::unexpected(issuers.error());
  const auto fetcher = std::make_shared<JwksFetcher>(
      user_reach(settings).value_or(net::Reach::of_users()));  // validated before
  for (const auto& issuer : *issuers) {
    if (issuer.policy.issuer == settings.auth.jwt_issuer)
      return fail_field("settings.invalid", "--jwt-issuers", "unique",
                        issuer.policy.issuer + " is --jwt-issuer as well");
    trust.sources.push_back(source_of(issuer, trust.issuers.size(), fetcher));
    trust.issuers.push_back({issuer.policy});
  }
  return trust;
}

}  // namespace hotswap
