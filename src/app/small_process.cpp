#include "app/small_process.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>

namespace hotswap {
namespace {

constexpr int kTrimAt = 128 << 10;

/// One mapping of /proc/self/smaps.
struct Mapping {
  std::uintptr_t begin = 0, end = 0;
  bool is_clean_file = false;  ///< nothing in it was ever written, and nothing can be
};

bool read_head(const std::string& line, Mapping& into) {
  const auto* end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, into.begin, 16);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return false;
  const auto second = std::from_chars(first.ptr + 1, end, into.end, 16);
  if (second.ec != std::errc{} || second.ptr == end || *second.ptr != ' ') return false;
  const std::string rest(second.ptr + 1, end);
  into.is_clean_file =
      (rest.starts_with("r-xp") || rest.starts_with("r--p")) && rest.contains(" /");
  return true;
}

/// Relocated data is read-only by now, but exists nowhere else: it shows as anonymous, or swapped.
bool speaks_against(const std::string& line) {
  const bool counted = line.starts_with("Anonymous:") || line.starts_with("Swap:");
  return counted && line.find_first_of("123456789") != std::string::npos;
}

}  // namespace

void stay_small() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, kTrimAt);
}

void release_startup_memory() {
  ::malloc_trim(0);
  std::ifstream in("/proc/self/smaps");
  Mapping mapping;
  const auto release = [&] {
    if (mapping.is_clean_file)
      ::madvise(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin, MADV_DONTNEED);
  };
  for (std::string line; std::getline(in, line);) {
    Mapping next;
    if (read_head(line, next)) {
      release();
      mapping = next;
    } else if (speaks_against(line)) {
      mapping.is_clean_file = false;
    }
  }
  release();
}

}  // namespace hotswap
