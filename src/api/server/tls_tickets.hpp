#pragma once
// The keys that session tickets are sealed with. Two at a time: the newest seals, the one before
// still opens, so that a stolen key opens tickets of two periods and no more.

#include <array>
#include <cstdint>
#include <string_view>

#include "domain/base/mutex.hpp"

// OpenSSL's own name for SSL_CTX; its headers stay in the .cpp.
struct ssl_ctx_st;

namespace hotswap::api {

struct TicketKey {
  std::array<unsigned char, 16> name{};
  std::array<unsigned char, 32> cipher{};
  std::array<unsigned char, 32> mac{};
};

/// Thread-safe; outlives every connection of the contexts that use it.
class TicketKeys {
 public:
  TicketKeys();  ///< with two fresh keys
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// A fresh key seals from now on; tickets of the last but one are worth nothing any more.
  void rotate();
  /// The context's tickets are sealed and opened by these keys.
  void serve(ssl_ctx_st* context);

  [[nodiscard]] TicketKey newest() const;
  /// 0: newest, 1: the one before, -1: none has this name.
  [[nodiscard]] int find(std::string_view name, TicketKey& key) const;

 private:
  mutable Mutex mutex_;
  std::array<TicketKey, 2> keys_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
