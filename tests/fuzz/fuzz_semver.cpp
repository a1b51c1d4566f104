// A version, on the next line a range, and below it another version. Whatever is read is written
// and read again as the same; order is an order, and a range contains what its text means.

#include "domain/base/assert.hpp"
#include "domain/semver/range.hpp"
#include "fuzz/input.hpp"

using namespace hotswap;

namespace {

void check_version(const SemVer& version) {
  const auto again = SemVer::parse(version.str());
  HS_ASSERT(again && *again == version);
  HS_ASSERT(version.precedence(version) == std::weak_ordering::equivalent);
  for (const auto bump : {Bump::Major, Bump::Minor, Bump::Patch, Bump::Prerelease}) {
    constexpr auto kRoom = std::uint64_t{1} << 62U;
    if (version.major() >= kRoom || version.minor() >= kRoom || version.patch() >= kRoom) break;
    const auto next = version.next(bump);
    HS_ASSERT(next.precedence(version) == std::weak_ordering::greater);
    HS_ASSERT(bump == Bump::Prerelease || !next.is_prerelease());
  }
}

void check_order(const SemVer& a, const SemVer& b) {
  const auto there = a.precedence(b), back = b.precedence(a);
  HS_ASSERT((there == std::weak_ordering::less) == (back == std::weak_ordering::greater));
  HS_ASSERT((there == std::weak_ordering::equivalent) == (back == std::weak_ordering::equivalent));
  HS_ASSERT((a == b) == ((a <=> b) == std::strong_ordering::equal));
}

void check_range(const SemVerRange& range, const SemVer& version) {
  const bool inside = range.contains(version);
  const auto again = SemVerRange::parse(range.str());
  HS_ASSERT(again && again->contains(version) == inside);
  // Alternatives only add.
  const auto more = SemVerRange::parse(range.str() + " || =0.0.0");
  HS_ASSERT(!more || !inside || more->contains(version));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto version = SemVer::parse(input.take_line());
  const auto range = SemVerRange::parse(input.take_line());
  const auto other = SemVer::parse(input.rest());
  if (!version) HS_ASSERT(version.error().reason == "version.invalid");
  if (!range) HS_ASSERT(range.error().reason == "range.invalid");
  if (version) check_version(*version);
  if (version && other) check_order(*version, *other);
  if (range && version) check_range(*range, *version);
  return 0;
}
