#pragma once
// Contents of versions by their hash, so that a node need not ask the store for what another has
// read. What is found is believed only if it has that hash: a damaged or forged entry does no harm.

#include "domain/ports/content_cache.hpp"
#include "infrastructure/redis/client.hpp"

namespace hotswap {

/// Thread-safe. Never fails: without Redis nothing is found and nothing kept.
class RedisContentCache final : public ContentCache {
 public:
  RedisContentCache(const redis::Options& options, std::string prefix, Random& random);

  [[nodiscard]] std::optional<std::string> get(const std::string& hash) override;
  /// Kept for kContentKeep. Contents above limits::kDocumentBytes, and those that do not have this
  /// hash, are not kept.
  void put(const std::string& hash, std::string_view content) override;

  void measure(Distribution& took) { client_.measure(took); }  ///< before its use

  static constexpr Duration kContentKeep = std::chrono::hours(24);

 private:
  const std::string prefix_;
  redis::Client client_;
};

}  // namespace hotswap
