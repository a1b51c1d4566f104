#pragma once
// A stay on one version of what is published: of a Config, or of a Bound struct.

#include "hotswap/detail/cell.hpp"

namespace hotswap::sdk {

class Snapshot;

/// While a view lives, its thread reads its Config (or Bound) at this version, nested reads
/// included, even if another is published. Keep it short and on its own thread (in a coroutine not
/// over a co_await); to keep a version longer, take pin().
template <class T>
class BasicView {
 public:
  explicit BasicView(detail::CacheEntry& entry) noexcept : entry_(&entry) { ++entry.pins; }
  ~BasicView() {
    if (--entry_->pins == 0 && entry_->orphan) [[unlikely]]
      detail::drop_orphan(entry_);
  }
  BasicView(const BasicView&) = delete;
  BasicView& operator=(const BasicView&) = delete;

  [[nodiscard]] const T& operator*() const noexcept { return *get(); }
  [[nodiscard]] const T* operator->() const noexcept { return get(); }

 private:
  [[nodiscard]] const T* get() const noexcept { return static_cast<const T*>(entry_->value); }

  detail::CacheEntry* entry_;
};

using View = BasicView<Snapshot>;

}  // namespace hotswap::sdk
