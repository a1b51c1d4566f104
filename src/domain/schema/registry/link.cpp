#include <algorithm>

#include "domain/base/limits.hpp"
#include "domain/base/name.hpp"
#include "domain/schema/registry/registered.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> bad_link(const std::string& path, std::string keyword, std::string message) {
  return fail_field("config.invalid", path, std::move(keyword), std::move(message));
}

/// Why `selector` is no version and no range, or nothing.
Result<void> check_selector(const std::string& selector, const std::string& path) {
  if (selector.empty()) {
    return bad_link(path, "format",
                    "names no version behind the @; write NAME@1.2.0, NAME@^1.2, or NAME alone for "
                    "the highest approved version");
  }
  if (selector.size() > limits::kNameBytes) {
    return bad_link(
        path, "maxLength",
        "must have at most " + std::to_string(limits::kNameBytes) + " bytes behind the @");
  }
  if (SemVer::parse(selector)) return {};
  if (const auto range = SemVerRange::parse(selector); !range) {
    return bad_link(path, "format",
                    "`" + selector + "` is neither a version (1.2.0) nor a range (^1.2): " +
                        range.error().detail);
  }
  return {};
}

}  // namespace

Result<SchemaLink> schema_link(std::string_view text, const std::string& path) {
  const auto at = std::min(text.find('@'), text.size());
  const auto id = text.substr(0, at);
  if (!is_name(id)) {
    return bad_link(path, "pattern", std::string("the schema's name ") + kNameRule);
  }
  SchemaLink link{SchemaId(std::string(id)), {}};
  if (at == text.size()) return link;
  link.selector = text.substr(at + 1);
  if (auto fits = check_selector(link.selector, path); !fits) return std::unexpected(fits.error());
  return link;
}

std::optional<SemVer> followed(const SchemaLink& link, const std::vector<SemVer>& approved) {
  if (const auto pinned = SemVer::parse(link.selector)) {
    const auto found = std::ranges::find(approved, *pinned);
    return found == approved.end() ? std::nullopt : std::optional(*found);
  }
  const auto range = SemVerRange::parse(link.selector.empty() ? "*" : link.selector);
  if (!range) return std::nullopt;
  std::optional<SemVer> highest;
  for (const auto& number : approved) {
    if (number.is_prerelease() || !range->contains(number)) continue;
    if (!highest || *highest < number) highest = number;
  }
  return highest;
}

}  // namespace hotswap
