#include "cli/apply/plan.hpp"

#include <fmt/format.h>

#include "cli/answer.hpp"
#include "domain/base/sha256.hpp"
#include "domain/diff/diff.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/mask.hpp"

namespace hotswap::cli {
namespace {

/// Members that a person can change after a schema was made.
constexpr std::string_view kLasting[] = {"compatibility", "policy", "description"};

json::Value settings_diff(const WantedSchema& wanted, const json::Value& known) {
  json::Object before, after;
  for (const auto key : kLasting) {
    const auto* given = wanted.settings.find(key);
    const auto* there = known.find(key);
    if (given == nullptr || there == nullptr) continue;
    before.set(key, *there);
    after.set(key, *given);
  }
  const auto changes = diff(before, after);
  return changes.empty() ? json::Value() : diff_json(changes);
}

}  // namespace

std::string_view to_string(Change change) {
  switch (change) {
    case Change::Create:
      return "create";
    case Change::Update:
      return "update";
    case Change::Same:
      return "unchanged";
    case Change::Refused:
      return "refused";
  }
  return "";
}

json::Object description_json(const ProfileDraft& draft) {
  Profile profile;
  profile.name = ProfileName(draft.name);
  profile.description = draft.description;
  profile.labels = draft.labels;
  profile.service = ServiceName(draft.service);
  profile.environment = draft.environment;
  profile.schema_id = draft.schema_id;
  profile.strategy = draft.strategy;
  profile.health = draft.health;
  profile.access = draft.access;
  profile.retention = draft.retention;
  return describe(profile);
}

PlanItem plan_schema(const WantedSchema& wanted, const KnownSchema& known) {
  PlanItem item{.kind = "schema", .name = wanted.name, .file = wanted.file, .note = {}};
  const auto number = text_at(known.trial, "version");
  if (!known.settings.is_null()) item.diff = settings_diff(wanted, known.settings);
  const bool stored = known.stored && *known.stored == text_at(known.trial, "hash");
  item.version = number;
  item.note = number;
  item.waits = text_at(known.trial, "state") != "Approved";
  if (stored && item.diff.is_null()) {
    item.change = Change::Same;
    if (item.waits) item.note += ", " + text_at(known.trial, "state");
    return item;
  }
  item.change = known.settings.is_null() ? Change::Create : Change::Update;
  if (stored) item.note += ", its settings";
  if (item.waits) item.note += ": breaks what was, and will wait for an approval";
  return item;
}

PlanItem plan_profile(const WantedProfile& wanted, const json::Value& known) {
  PlanItem item{.kind = "profile", .name = wanted.name, .file = wanted.file, .note = {}};
  const auto after = description_json(wanted.draft);
  if (known.is_null()) {
    item.change = Change::Create;
    item.note = wanted.draft.service + " in " + wanted.draft.environment;
    return item;
  }
  json::Object before;
  for (const auto& [name, value] : after) {
    if (const auto* there = known.find(name)) before.set(std::string(name), *there);
  }
  const auto changes = diff(before, after);
  item.change = changes.empty() ? Change::Same : Change::Update;
  if (changes.empty()) return item;
  item.diff = diff_json(changes);
  item.revision = text_at(known, "revision");
  for (const auto* fixed : {"serviceName", "environment"}) {
    if (text_at(known, fixed) == text_at(after, fixed)) continue;
    item.change = Change::Refused;
    item.note = fmt::format("{} cannot change (it is {}): give the profile another name", fixed,
                            text_at(known, fixed));
  }
  return item;
}

PlanItem plan_version(const WantedVersion& wanted, const KnownVersions& known) {
  PlanItem item{.kind = "version", .name = wanted.profile, .file = wanted.file, .note = {}};
  const auto tried = text_at(known.trial, "hash");
  const auto hash = tried.empty() ? sha256_hex(json::canonical(wanted.data)) : tried;
  const auto& same_place = wanted.version.empty() ? known.latest : known.exact;
  if (!same_place.is_null() && text_at(same_place, "hash") == hash) {
    item.version = text_at(same_place, "version");
    item.note = item.version;
    return item;
  }
  if (!wanted.version.empty() && !known.exact.is_null()) {
    item.change = Change::Refused;
    item.note = wanted.version +
                " is there with another content, and versions never change: take another number";
    return item;
  }
  const auto latest = text_at(known.latest, "version");
  item.change = latest.empty() ? Change::Create : Change::Update;
  const auto bump = wanted.bump.empty() ? std::string("patch") : wanted.bump;
  if (!wanted.version.empty()) {
    item.note = wanted.version;
  } else {
    item.note = latest.empty() ? "1.0.0" : "next " + bump + " after " + latest;
  }
  if (const auto* data = known.latest.find("data")) {
    const auto* masked = known.trial.find("data");
    item.diff = diff_json(masked_diff(*data, masked ? *masked : wanted.data));
  }
  return item;
}

}  // namespace hotswap::cli
