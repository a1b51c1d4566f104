#pragma once
// What a connection has read and not yet understood. Grows up to a bound.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace hotswap::api {

class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t most) : most_(most) {}

  [[nodiscard]] std::string_view unread() const { return {bytes_.data() + begin_, end_ - begin_}; }

  /// Room for a read; empty only if `most` bytes are unread.
  [[nodiscard]] std::span<char> prepare(std::size_t wanted) {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
    const auto size = std::min(most_, std::max(wanted, end_ == bytes_.size() ? end_ * 2 : 0));
    if (size > bytes_.size()) bytes_.resize(size);
    return std::span(bytes_).subspan(end_);
  }
  void commit(std::size_t count) { end_ += count; }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

 private:
  const std::size_t most_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace hotswap::api
