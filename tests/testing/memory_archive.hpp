#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/archive.hpp"
#include "domain/ports/trace_scope.hpp"

namespace hotswap::testing {

/// An archive that can be made to fail: down, or spoiling what it is given. Thread-safe.
class MemoryArchive : public Archive {
 public:
  void set_down(bool down) {
    const MutexLock lock(mutex_);
    down_ = down;
  }
  void spoil() {
    const MutexLock lock(mutex_);
    spoils_ = true;
  }
  [[nodiscard]] std::size_t objects() const {
    const MutexLock lock(mutex_);
    return objects_.size();
  }

  /// The trace that each object was put in; empty: in none.
  [[nodiscard]] std::vector<std::string> put_in() const {
    const MutexLock lock(mutex_);
    return put_in_;
  }

  Result<void> put(const std::string& key, std::string_view bytes) override {
    const MutexLock lock(mutex_);
    if (down_) return lost();
    objects_[key] = bytes;
    const auto* work = TraceScope::current();
    put_in_.push_back(work == nullptr ? "" : tracing::traceparent(work->context));
    if (spoils_) objects_[key].back() ^= 1;
    return {};
  }
  Result<std::string> get(const std::string& key) override {
    const MutexLock lock(mutex_);
    if (down_) return lost();
    if (!objects_.contains(key)) return fail(ErrorCode::NotFound, "archive.not_found", key);
    return objects_[key];
  }
  Result<void> remove(const std::string& key) override {
    const MutexLock lock(mutex_);
    if (down_) return lost();
    objects_.erase(key);
    return {};
  }
  Result<void> check() override {
    const MutexLock lock(mutex_);
    if (down_) return lost();
    return {};
  }
  [[nodiscard]] std::string where() const override { return "memory"; }

 private:
  static std::unexpected<Error> lost() {
    return fail(ErrorCode::Unavailable, "archive.unavailable", "the archive is down");
  }

  mutable Mutex mutex_;
  std::map<std::string, std::string> objects_ HS_GUARDED_BY(mutex_);
  std::vector<std::string> put_in_ HS_GUARDED_BY(mutex_);
  bool down_ HS_GUARDED_BY(mutex_) = false;
  bool spoils_ HS_GUARDED_BY(mutex_) = false;
};

}  // namespace hotswap::testing
