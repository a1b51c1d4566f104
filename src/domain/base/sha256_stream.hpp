#pragma once
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace hotswap {

/// SHA-256 of what does not fit into memory at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// Of all that was added, as 64 lowercase hexadecimal digits; once.
  [[nodiscard]] std::string hex();

 private:
  evp_md_ctx_st* context_;
};

}  // namespace hotswap
