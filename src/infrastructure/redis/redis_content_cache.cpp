#include "infrastructure/redis/redis_content_cache.hpp"

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap {

RedisContentCache::RedisContentCache(const redis::Options& options, std::string prefix,
                                     Random& random)
    : prefix_(std::move(prefix) + "content:"), client_(options, random) {}

std::optional<std::string> RedisContentCache::get(const std::string& hash) {
  // A range, so that an entry that somebody made huge is not fetched whole.
  const auto last = std::to_string(limits::kDocumentBytes);
  const auto key = prefix_ + hash;
  auto reply = client_.ask({"GETRANGE", key, "0", last});
  if (!reply || reply->kind != redis::Reply::Kind::Text || reply->text.empty()) return std::nullopt;
  if (sha256_hex(reply->text) != hash) return std::nullopt;
  return std::move(reply->text);
}

void RedisContentCache::put(const std::string& hash, std::string_view content) {
  if (content.empty() || content.size() > limits::kDocumentBytes || sha256_hex(content) != hash)
    return;
  const auto key = prefix_ + hash;
  const auto keep = std::to_string(kContentKeep.count());
  static_cast<void>(client_.ask({"SET", key, content, "PX", keep}));
}

}  // namespace hotswap
