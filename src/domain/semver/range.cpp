#include "domain/semver/range.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace hotswap {
namespace {

constexpr std::size_t kTextMax = 1024;
constexpr std::string_view kSpaces = " \t\r\n";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool is_wild(std::string_view part) { return part == "x" || part == "X" || part == "*"; }

std::vector<std::string_view> split_at_dots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = std::min(text.find('.'), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Cuts the next word off the front.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const auto word = rest.substr(0, std::min(rest.find_first_of(kSpaces), rest.size()));
  rest = trim(rest.substr(word.size()));
  return word;
}

/// The operator in front of a version: the longest that fits, or none.
std::string_view take_operator(std::string_view& text) {
  static constexpr std::array<std::string_view, 8> kOperators{"~>", ">=", "<=", "~",
                                                              "^",  ">",  "<",  "="};
  for (const auto candidate : kOperators) {
    if (!text.starts_with(candidate)) continue;
    text.remove_prefix(candidate.size());
    return candidate;
  }
  return {};
}

/// The lowest version there is with these numbers; as an upper bound it keeps their
/// pre-releases out.
SemVer floor_of(std::uint64_t major, std::uint64_t minor, std::uint64_t patch) {
  const auto text =
      std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch) + "-0";
  return SemVer::parse(text).value_or(SemVer(major, minor, patch));
}

bool same_numbers(const SemVer& a, const SemVer& b) {
  return a.major() == b.major() && a.minor() == b.minor() && a.patch() == b.patch();
}

}  // namespace

/// A version of which the last parts may be missing or `x`.
struct SemVerRange::Partial {
  int parts = 0;  ///< how many numbers are given: 0 (`*`) to 3
  SemVer version;

  static std::optional<Partial> parse(std::string_view text);

  [[nodiscard]] std::uint64_t major() const { return version.major(); }
  [[nodiscard]] std::uint64_t minor() const { return version.minor(); }
  [[nodiscard]] std::uint64_t patch() const { return version.patch(); }
  /// First version behind everything the partial stands for: 1.2 → 1.3.0, 1 → 2.0.0.
  [[nodiscard]] SemVer above() const {
    return parts == 1 ? SemVer(major() + 1, 0, 0) : SemVer(major(), minor() + 1, 0);
  }
  [[nodiscard]] SemVer floor_above() const {
    const auto next = above();
    return floor_of(next.major(), next.minor(), next.patch());
  }
};

std::optional<SemVerRange::Partial> SemVerRange::Partial::parse(std::string_view text) {
  while (text.starts_with('v') || text.starts_with('=')) text.remove_prefix(1);
  if (const auto full = SemVer::parse(text)) return Partial{3, *full};
  // Behind x-ranges a pre-release or build says nothing, as in node-semver.
  const auto core = text.substr(0, std::min(text.find_first_of("-+"), text.size()));
  const auto parts = split_at_dots(core);
  if (parts.size() > 3 || (core.size() != text.size() && parts.size() < 3)) return std::nullopt;
  const auto wild = std::ranges::find_if(parts, is_wild);
  const auto given = static_cast<std::size_t>(wild - parts.begin());
  if (given == 3) return std::nullopt;  // complete, and still no version
  std::string numbers;
  for (std::size_t i = 0; i < 3; ++i) {
    if (i > 0) numbers += '.';
    const bool filler = i >= parts.size() || is_wild(parts[i]);
    numbers += filler ? std::string_view("0") : parts[i];
  }
  const auto version = SemVer::parse(numbers);
  if (!version || version->is_prerelease()) return std::nullopt;
  const auto shown = [&](std::size_t i, std::uint64_t number) { return i < given ? number : 0; };
  return Partial{
      static_cast<int>(given),
      SemVer(shown(0, version->major()), shown(1, version->minor()), shown(2, version->patch()))};
}

/// Turns the notations of a range into plain comparisons.
struct SemVerRange::Translator {
  Comparators& out;

  void at_least(const SemVer& version) { out.push_back({Op::GreaterEqual, version}); }
  void below(const SemVer& version) { out.push_back({Op::Less, version}); }

  void caret(const Partial& p) {
    if (p.parts == 0) return;
    at_least(p.version);
    if (p.major() > 0 || p.parts == 1) return below(floor_of(p.major() + 1, 0, 0));
    if (p.minor() > 0 || p.parts == 2) return below(floor_of(0, p.minor() + 1, 0));
    below(floor_of(0, 0, p.patch() + 1));
  }

  void tilde(const Partial& p) {
    if (p.parts == 0) return;
    at_least(p.version);
    below(p.floor_above());
  }

  void exact(const Partial& p) {
    if (p.parts == 3) {
      out.push_back({Op::Equal, p.version});
    } else {
      tilde(p);
    }
  }

  void compare(std::string_view op, const Partial& p) {
    const bool or_equal = op.ends_with('=');
    const bool greater = op.starts_with('>');
    if (p.parts == 0) {
      if (!or_equal) below(floor_of(0, 0, 0));
    } else if (p.parts == 3) {
      const auto strict = greater ? Op::Greater : Op::Less;
      const auto loose = greater ? Op::GreaterEqual : Op::LessEqual;
      out.push_back({or_equal ? loose : strict, p.version});
    } else if (greater) {
      at_least(or_equal ? p.version : p.above());
    } else {
      below(or_equal ? p.floor_above() : floor_of(p.major(), p.minor(), 0));
    }
  }

  void hyphen(const Partial& from, const Partial& to) {
    if (from.parts > 0) at_least(from.version);
    if (to.parts == 3) out.push_back({Op::LessEqual, to.version});
    if (to.parts == 1 || to.parts == 2) below(to.floor_above());
  }

  void apply(std::string_view op, const Partial& p) {
    if (op == "^") return caret(p);
    if (op.starts_with('~')) return tilde(p);
    if (op.starts_with('>') || op.starts_with('<')) return compare(op, p);
    exact(p);
  }

  /// All comparators between two `||`; false if something is no version.
  bool translate(std::string_view rest) {
    if (const auto dash = find_hyphen(rest); dash != std::string_view::npos) {
      const auto from = Partial::parse(trim(rest.substr(0, dash)));
      const auto to = Partial::parse(trim(rest.substr(dash + 1)));
      if (!from || !to) return false;
      hyphen(*from, *to);
      return true;
    }
    while (!(rest = trim(rest)).empty()) {
      const auto op = take_operator(rest);
      const auto partial = Partial::parse(take_word(rest));
      if (!partial) return false;
      apply(op, *partial);
    }
    return true;
  }

  /// A dash between spaces; one inside a version belongs to its pre-release.
  static std::size_t find_hyphen(std::string_view text) {
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      const auto is_space = [&](std::size_t at) { return kSpaces.contains(text[at]); };
      if (text[i] == '-' && is_space(i - 1) && is_space(i + 1)) return i;
    }
    return std::string_view::npos;
  }
};

Result<SemVerRange> SemVerRange::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::Invalid, "range.invalid",
                "'" + std::string(text.substr(0, 128)) + "' is no version range: " + why);
  };
  if (text.size() > kTextMax) return refuse("it is longer than 1024 bytes");
  SemVerRange range;
  range.text_ = text;
  auto rest = text;
  while (true) {
    const auto end = std::min(rest.find("||"), rest.size());
    Comparators comparators;
    if (!Translator{comparators}.translate(trim(rest.substr(0, end)))) {
      return refuse("write e.g. ^1.2.0, ~1.2, >=1.0.0 <2.0.0, 1.x or 1.0.0 - 1.4.0");
    }
    range.alternatives_.push_back(std::move(comparators));
    if (end == rest.size()) return range;
    rest.remove_prefix(end + 2);
  }
}

bool SemVerRange::holds(const Comparator& comparator, const SemVer& version) {
  const auto order = version.precedence(comparator.version);
  switch (comparator.op) {
    case Op::Less:
      return order < 0;
    case Op::LessEqual:
      return order <= 0;
    case Op::Greater:
      return order > 0;
    case Op::GreaterEqual:
      return order >= 0;
    case Op::Equal:
      return order == 0;
  }
  return false;
}

bool SemVerRange::admits(const Comparators& all, const SemVer& version) {
  if (!std::ranges::all_of(all, [&](const auto& one) { return holds(one, version); })) return false;
  return !version.is_prerelease() || std::ranges::any_of(all, [&](const auto& one) {
    return one.version.is_prerelease() && same_numbers(one.version, version);
  });
}

bool SemVerRange::contains(const SemVer& version) const {
  return std::ranges::any_of(alternatives_, [&](const auto& all) { return admits(all, version); });
}

}  // namespace hotswap
