#pragma once
// The custom metrics of a sample. Most samples have none, and the judge keeps very many samples: no
// metric costs one pointer, a few lie side by side.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hotswap {

struct CustomValues {
  double sum = 0;  ///< of reported values
  std::uint64_t count = 0;
  double squares = 0;  ///< sum of their squares
  bool operator==(const CustomValues&) const = default;
};

/// Values by the metric's name, ascending; as much of a map as its users need.
class CustomMetrics {
 public:
  using Entry = std::pair<std::string, CustomValues>;
  using Entries = std::vector<Entry>;
  using const_iterator = Entries::const_iterator;

  CustomMetrics() = default;
  CustomMetrics(const CustomMetrics& other)
      : entries_(other.empty() ? nullptr : std::make_unique<Entries>(*other.entries_)) {}
  CustomMetrics(CustomMetrics&&) noexcept = default;
  CustomMetrics& operator=(const CustomMetrics& other) {
    if (this != &other) *this = CustomMetrics(other);
    return *this;
  }
  CustomMetrics& operator=(CustomMetrics&&) noexcept = default;
  ~CustomMetrics() = default;

  [[nodiscard]] bool empty() const { return !entries_ || entries_->empty(); }
  [[nodiscard]] std::size_t size() const { return entries_ ? entries_->size() : 0; }
  [[nodiscard]] const_iterator begin() const { return entries().begin(); }
  [[nodiscard]] const_iterator end() const { return entries().end(); }
  [[nodiscard]] const_iterator find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(entries(), name, {}, &Entry::first);
    return at != end() && at->first == name ? at : end();
  }
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != end(); }
  /// Zeros, if it is not there.
  [[nodiscard]] CustomValues at(std::string_view name) const {
    const auto found = find(name);
    return found == end() ? CustomValues{} : found->second;
  }
  /// Zeros, if it was not there.
  CustomValues& operator[](std::string_view name) {
    if (!entries_) entries_ = std::make_unique<Entries>();
    const auto at = std::ranges::lower_bound(*entries_, name, {}, &Entry::first);
    if (at != entries_->end() && at->first == name) return at->second;
    return entries_->emplace(at, name, CustomValues{})->second;
  }
  bool operator==(const CustomMetrics& other) const { return entries() == other.entries(); }

 private:
  [[nodiscard]] const Entries& entries() const {
    static const Entries kNone;
    return entries_ ? *entries_ : kNone;
  }

  std::unique_ptr<Entries> entries_;
};

}  // namespace hotswap
