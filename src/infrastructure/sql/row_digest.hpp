#pragma once
#include <cstdint>
#include <string>

#include "domain/base/sha256_stream.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// SHA-256 over rows one after the other, the same for the same rows whatever database they come
/// from. NULL, a number, a text and where each ends are told apart.
class RowDigest {
 public:
  void add(Params row);
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::string hex();  ///< once, at the end

 private:
  Sha256 hash_;
  std::string waiting_;  ///< added in large pieces
  std::uint64_t rows_ = 0;
};

}  // namespace hotswap::sql
