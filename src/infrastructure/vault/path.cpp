#include "infrastructure/vault/path.hpp"

#include <algorithm>
#include <charconv>

#include "domain/base/utf8.hpp"

namespace hotswap::vault {
namespace {

constexpr std::size_t kMaxBytes = 1024;
constexpr std::size_t kMaxSegments = 64;
constexpr std::string_view kVersion = "?version=";
/// Mounts of Vault itself: whatever answers there is no secret that somebody stored.
constexpr std::string_view kOwn[] = {"sys", "auth", "identity", "cubbyhole"};

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "secret.invalid", std::move(detail));
}

Result<int> read_version(std::string_view text) {
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || version < 1)
    return invalid("?version= of a reference to vault takes a number from 1");
  return version;
}

bool is_unsafe(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' || byte == 0x7f || c == '%' || c == '?' || c == '#' || c == '\\';
}

std::string joined(const std::vector<std::string>& segments, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < segments.size(); ++i) {
    if (i > from) out += '/';
    out += segments[i];
  }
  return out;
}

std::size_t depth_of(const Mount& mount) {
  return static_cast<std::size_t>(std::ranges::count(mount.path, '/')) + 1;
}

/// Behind the mount, without the `data` of the API's form.
std::string rest_of(const Mount& mount, const KvPath& path) {
  std::size_t from = depth_of(mount);
  if (mount.version == 2 && from + 1 < path.segments.size() && path.segments[from] == "data")
    ++from;
  return joined(path.segments, from);
}

}  // namespace

std::string KvPath::text() const { return joined(segments, 0); }

Result<std::vector<std::string>> read_segments(std::string_view path) {
  if (path.size() > kMaxBytes)
    return invalid("a path of vault has at most " + std::to_string(kMaxBytes) + " bytes");
  if (std::ranges::any_of(path, is_unsafe) || !is_utf8(path))
    return invalid(
        "a path of vault is written plain: no percent sign, backslash, question mark or control "
        "character may stand in it");
  std::vector<std::string> segments;
  while (true) {
    const auto slash = path.find('/');
    const auto segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..")
      return invalid("a path of vault has no empty part, no . and no .. between its slashes");
    segments.emplace_back(segment);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (segments.size() > kMaxSegments)
    return invalid("a path of vault has at most " + std::to_string(kMaxSegments) + " parts");
  // Vault answers "unsupported path" to these, which nobody would understand.
  if (segments.back().ends_with('.')) return invalid("a path of vault cannot end in a full stop");
  return segments;
}

Result<KvPath> read_kv_path(std::string_view path) {
  KvPath out;
  if (const auto at = path.find(kVersion); at != std::string_view::npos) {
    const auto version = read_version(path.substr(at + kVersion.size()));
    if (!version) return std::unexpected(version.error());
    out.version = *version;
    path = path.substr(0, at);
  }
  auto segments = read_segments(path);
  if (!segments) return std::unexpected(segments.error());
  if (segments->size() < 2)
    return invalid("a reference to vault names a mount and a path in it, as in vault:secret/app");
  if (std::ranges::find(kOwn, segments->front()) != std::end(kOwn))
    return invalid("vault:" + segments->front() + "/… is a part of Vault itself, no secret");
  out.segments = std::move(*segments);
  return out;
}

bool leads_to(const Mount& mount, const KvPath& path) {
  const auto depth = depth_of(mount);
  return depth < path.segments.size() && path.text().starts_with(mount.path + '/');
}

std::string policy_path(const Mount& mount, const KvPath& path) {
  return mount.path + (mount.version == 2 ? "/data/" : "/") + rest_of(mount, path);
}

std::string request_path(const Mount& mount, const KvPath& path) {
  auto out = percent_encoded(policy_path(mount, path));
  if (mount.version == 2 && path.version)
    out += std::string(kVersion) + std::to_string(*path.version);
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").contains(c);
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

}  // namespace hotswap::vault
