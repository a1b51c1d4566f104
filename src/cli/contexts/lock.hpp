#pragma once
#include <filesystem>

#include "domain/base/error.hpp"

namespace hotswap::cli {

/// Held from reading the contexts file to writing it: of two commands at once, none undoes what
/// the other did. Ends with the object, or the process.
class ContextsLock {
 public:
  /// Waits for whoever has it, some seconds: Conflict `contexts.busy`.
  [[nodiscard]] static Result<ContextsLock> take(const std::filesystem::path& contexts);
  ~ContextsLock();
  ContextsLock(ContextsLock&& other) noexcept;
  ContextsLock& operator=(ContextsLock&&) = delete;

 private:
  explicit ContextsLock(int file) : file_(file) {}
  int file_;
};

}  // namespace hotswap::cli
