#include "domain/schema/registry/registered.hpp"

#include <algorithm>

#include "domain/base/name.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kScheme = "hotswap:";

bool guards_backward(CompatibilityMode mode) {
  switch (mode) {
    case CompatibilityMode::Backward:
    case CompatibilityMode::BackwardTransitive:
    case CompatibilityMode::Full:
    case CompatibilityMode::FullTransitive:
      return true;
    case CompatibilityMode::None:
    case CompatibilityMode::Forward:
    case CompatibilityMode::ForwardTransitive:
      return false;
  }
  return true;
}

bool guards_forward(CompatibilityMode mode) {
  switch (mode) {
    case CompatibilityMode::Forward:
    case CompatibilityMode::ForwardTransitive:
    case CompatibilityMode::Full:
    case CompatibilityMode::FullTransitive:
      return true;
    case CompatibilityMode::None:
    case CompatibilityMode::Backward:
    case CompatibilityMode::BackwardTransitive:
      return false;
  }
  return true;
}

bool is_transitive(CompatibilityMode mode) {
  return mode == CompatibilityMode::BackwardTransitive ||
         mode == CompatibilityMode::ForwardTransitive || mode == CompatibilityMode::FullTransitive;
}

}  // namespace

std::string_view to_string(CompatibilityMode mode) {
  switch (mode) {
    case CompatibilityMode::None:
      return "NONE";
    case CompatibilityMode::Backward:
      return "BACKWARD";
    case CompatibilityMode::Forward:
      return "FORWARD";
    case CompatibilityMode::Full:
      return "FULL";
    case CompatibilityMode::BackwardTransitive:
      return "BACKWARD_TRANSITIVE";
    case CompatibilityMode::ForwardTransitive:
      return "FORWARD_TRANSITIVE";
    case CompatibilityMode::FullTransitive:
      return "FULL_TRANSITIVE";
  }
  return "";
}

std::optional<CompatibilityMode> compatibility_from_string(std::string_view text) {
  using enum CompatibilityMode;
  for (const auto mode :
       {None, Backward, Forward, Full, BackwardTransitive, ForwardTransitive, FullTransitive}) {
    if (to_string(mode) == text) return mode;
  }
  return std::nullopt;
}

std::string_view to_string(SchemaState state) {
  switch (state) {
    case SchemaState::Approved:
      return "Approved";
    case SchemaState::PendingApproval:
      return "PendingApproval";
    case SchemaState::Rejected:
      return "Rejected";
  }
  return "";
}

std::optional<SchemaState> schema_state_from_string(std::string_view text) {
  for (const auto state :
       {SchemaState::Approved, SchemaState::PendingApproval, SchemaState::Rejected}) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

std::string schema_uri(const SchemaId& id, const SemVer& number) {
  return std::string(kScheme) + to_string(SchemaRef{id, number});
}

std::optional<SchemaRef> schema_ref(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  return schema_ref_from_string(uri.substr(kScheme.size()));
}

std::string to_string(const SchemaRef& ref) { return ref.id.str() + "@" + ref.number.str(); }

std::optional<SchemaRef> schema_ref_from_string(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || !is_name(text.substr(0, at))) return std::nullopt;
  auto number = SemVer::parse(text.substr(at + 1));
  if (!number) return std::nullopt;
  return SchemaRef{SchemaId(std::string(text.substr(0, at))), std::move(*number)};
}

std::optional<SemVer> latest_of(const std::vector<SemVer>& approved) {
  const auto below = [](const SemVer& a, const SemVer& b) {
    if (a.is_prerelease() != b.is_prerelease()) return a.is_prerelease();
    return a < b;
  };
  const auto found = std::ranges::max_element(approved, below);
  return found == approved.end() ? std::nullopt : std::optional(*found);
}

std::vector<SemVer> compared_versions(CompatibilityMode mode, const std::vector<SemVer>& approved) {
  if (mode == CompatibilityMode::None) return {};
  if (is_transitive(mode)) {
    auto all = approved;
    std::ranges::sort(all);
    return all;
  }
  const auto last = latest_of(approved);
  return last ? std::vector{*last} : std::vector<SemVer>();
}

bool breaks(CompatibilityMode mode, const schema::Comparison& comparison) {
  const auto harms = [](schema::Effect effect) { return effect != schema::Effect::Compatible; };
  return (guards_backward(mode) && harms(comparison.backward)) ||
         (guards_forward(mode) && harms(comparison.forward));
}

SemVer next_number(const std::vector<SemVer>& all, bool breaking, bool words_only) {
  const auto highest = std::ranges::max_element(all);
  if (highest == all.end()) return {1, 0, 0};
  if (breaking) return highest->next(Bump::Major);
  return highest->next(words_only ? Bump::Patch : Bump::Minor);
}

Result<void> may_decide(const SchemaVersion& version, const std::string& subject,
                        bool used_in_production) {
  if (!used_in_production || version.author != subject) return {};
  return fail(ErrorCode::Forbidden, "schema.own_change",
              to_string(SchemaRef{version.schema, version.number}) +
                  " is your own change and concerns Production; another Admin must decide on it.");
}

}  // namespace hotswap
