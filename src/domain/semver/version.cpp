#include "domain/semver/version.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "domain/base/utf8.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kTextMax = 128;
constexpr std::uint64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_numeric(std::string_view text) { return std::ranges::all_of(text, is_digit); }
bool has_leading_zero(std::string_view text) { return text.size() > 1 && text.front() == '0'; }

/// What is wrong with one number of major.minor.patch, or nothing.
std::optional<std::string> read_number(std::string_view text, const char* part,
                                       std::uint64_t& value) {
  if (text.empty()) return std::string(part) + " is missing; write MAJOR.MINOR.PATCH";
  if (!is_numeric(text)) return std::string(part) + " is no number";
  if (has_leading_zero(text)) return std::string("leading zero in ") + part;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), value);
  if (done.ec != std::errc() || value > kNumberMax) return std::string(part) + " is too large";
  return std::nullopt;
}

/// What is wrong with dot-separated identifiers, or nothing.
std::optional<std::string> read_identifiers(std::string_view text, const std::string& part,
                                            std::vector<std::string>& out) {
  while (true) {
    const auto end = std::min(text.find('.'), text.size());
    const auto identifier = text.substr(0, end);
    if (identifier.empty()) return "empty identifier in " + part;
    const bool legal = std::ranges::all_of(
        identifier, [](char c) { return is_digit(c) || is_letter(c) || c == '-'; });
    if (!legal) return "only letters, digits and '-' may stand in " + part;
    out.emplace_back(identifier);
    if (end == text.size()) return std::nullopt;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& identifiers) {
  std::string text;
  for (const auto& identifier : identifiers) {
    if (!text.empty()) text += '.';
    text += identifier;
  }
  return text;
}

/// Numeric identifiers have no leading zeros, so the longer one is the greater.
std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool a_numeric = is_numeric(a);
  const bool b_numeric = is_numeric(b);
  if (a_numeric != b_numeric) {
    return a_numeric ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (a_numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::string plus_one(std::string digits) {
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (*digit != '9') {
      ++*digit;
      return digits;
    }
    *digit = '0';
  }
  return "1" + digits;
}

}  // namespace

SemVer::SemVer(std::uint64_t major, std::uint64_t minor, std::uint64_t patch)
    : major_(major), minor_(minor), patch_(patch) {}

Result<SemVer> SemVer::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::Invalid, "version.invalid",
                "'" + clip_utf8(text, kTextMax) + "' is no semantic version: " + why);
  };
  if (text.empty()) return refuse("it is empty");
  if (text.size() > kTextMax) return refuse("it is longer than 128 bytes");
  SemVer version;
  auto core = text;
  if (const auto plus = core.find('+'); plus != std::string_view::npos) {
    std::vector<std::string> build;
    if (auto why = read_identifiers(core.substr(plus + 1), "build metadata", build)) {
      return refuse(*why);
    }
    version.build_ = core.substr(plus + 1);
    core = core.substr(0, plus);
  }
  if (const auto dash = core.find('-'); dash != std::string_view::npos) {
    if (auto why = read_identifiers(core.substr(dash + 1), "pre-release", version.prerelease_)) {
      return refuse(*why);
    }
    const bool zero = std::ranges::any_of(version.prerelease_, [](const std::string& identifier) {
      return is_numeric(identifier) && has_leading_zero(identifier);
    });
    if (zero) return refuse("leading zero in a number of the pre-release");
    core = core.substr(0, dash);
  }
  if (auto why = version.read_core(core)) return refuse(*why);
  return version;
}

std::optional<std::string> SemVer::read_core(std::string_view core) {
  const auto first = std::min(core.find('.'), core.size());
  const auto second = std::min(core.find('.', std::min(first + 1, core.size())), core.size());
  if (auto why = read_number(core.substr(0, first), "major", major_)) return why;
  if (first == core.size()) return "minor is missing; write MAJOR.MINOR.PATCH";
  if (auto why = read_number(core.substr(first + 1, second - first - 1), "minor", minor_)) {
    return why;
  }
  if (second == core.size()) return "patch is missing; write MAJOR.MINOR.PATCH";
  return read_number(core.substr(second + 1), "patch", patch_);
}

std::string SemVer::str() const {
  auto text = std::to_string(major_) + '.' + std::to_string(minor_) + '.' + std::to_string(patch_);
  if (!prerelease_.empty()) text += '-' + join(prerelease_);
  if (!build_.empty()) text += '+' + build_;
  return text;
}

std::weak_ordering SemVer::precedence(const SemVer& other) const {
  if (const auto order = major_ <=> other.major_; order != 0) return order;
  if (const auto order = minor_ <=> other.minor_; order != 0) return order;
  if (const auto order = patch_ <=> other.patch_; order != 0) return order;
  if (is_prerelease() != other.is_prerelease()) return other.is_prerelease() <=> is_prerelease();
  return std::lexicographical_compare_three_way(prerelease_.begin(), prerelease_.end(),
                                                other.prerelease_.begin(), other.prerelease_.end(),
                                                compare_identifiers);
}

SemVer SemVer::next(Bump bump) const {
  SemVer result(major_, minor_, patch_);
  switch (bump) {
    case Bump::Major:
      // 2.0.0-rc.1 already stands for 2.0.0.
      if (minor_ == 0 && patch_ == 0 && is_prerelease()) return result;
      return {major_ + 1, 0, 0};
    case Bump::Minor:
      if (patch_ == 0 && is_prerelease()) return result;
      return {major_, minor_ + 1, 0};
    case Bump::Patch:
      if (!is_prerelease()) ++result.patch_;
      return result;
    case Bump::Prerelease:
      break;
  }
  if (!is_prerelease()) ++result.patch_;
  result.prerelease_ = prerelease_;
  const auto number =
      std::ranges::find_if(result.prerelease_.rbegin(), result.prerelease_.rend(),
                           [](const std::string& text) { return is_numeric(text); });
  if (number == result.prerelease_.rend()) {
    result.prerelease_.emplace_back("0");
  } else {
    *number = plus_one(*number);
  }
  return result;
}

std::strong_ordering SemVer::operator<=>(const SemVer& other) const {
  // Without build metadata, equal precedence means equal text.
  const auto order = precedence(other);
  if (order < 0) return std::strong_ordering::less;
  if (order > 0) return std::strong_ordering::greater;
  return build_.compare(other.build_) <=> 0;
}

}  // namespace hotswap
