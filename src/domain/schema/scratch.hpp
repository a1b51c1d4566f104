#pragma once
// Memory of one thread for what an evaluation notes on its way: taken and given back like a stack,
// kept for the next evaluation.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace hotswap::schema {

class Scratch {
 public:
  /// The calling thread's own.
  [[nodiscard]] static Scratch& of_thread();

  struct Mark {
    std::size_t chunk;
    std::size_t used;
  };
  [[nodiscard]] Mark mark() const { return {chunk_, used_}; }
  void release(Mark mark) {
    chunk_ = mark.chunk;
    used_ = mark.used;
  }
  /// Words of zero, valid until a mark from before is released.
  [[nodiscard]] std::span<std::uint64_t> zeros(std::size_t words);
  /// Gives back to the system what an unusually large document needed. Only when nothing is taken.
  void trim();

 private:
  struct Chunk {
    std::unique_ptr<std::uint64_t[]> words;
    std::size_t size;
  };
  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;
  std::size_t used_ = 0;
};

/// Releases at the end of a scope what was taken in it.
class ScratchScope {
 public:
  explicit ScratchScope(Scratch& scratch) : scratch_(scratch), mark_(scratch.mark()) {}
  ScratchScope(const ScratchScope&) = delete;
  ScratchScope& operator=(const ScratchScope&) = delete;
  ~ScratchScope() { scratch_.release(mark_); }

 private:
  Scratch& scratch_;
  Scratch::Mark mark_;
};

}  // namespace hotswap::schema
