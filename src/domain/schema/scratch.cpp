#include "domain/schema/scratch.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kFirstChunk = 512;              ///< words
constexpr std::size_t kKept = std::size_t{1} << 17U;  ///< words, 1 MiB

}  // namespace

Scratch& Scratch::of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

std::span<std::uint64_t> Scratch::zeros(std::size_t words) {
  while (chunk_ < chunks_.size() && used_ + words > chunks_[chunk_].size) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    const auto last = chunks_.empty() ? kFirstChunk : chunks_.back().size * 2;
    const auto size = std::max(last, words);
    chunks_.push_back({std::make_unique_for_overwrite<std::uint64_t[]>(size), size});
    used_ = 0;
  }
  const std::span taken(chunks_[chunk_].words.get() + used_, words);
  std::ranges::fill(taken, 0);
  used_ += words;
  return taken;
}

void Scratch::trim() {
  while (!chunks_.empty() && chunks_.back().size > kKept) chunks_.pop_back();
}

}  // namespace hotswap::schema
