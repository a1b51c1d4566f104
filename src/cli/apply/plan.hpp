#pragma once
// What applying would do: decided from what files want and what a server has, without asking
// anybody.

#include <optional>
#include <string>
#include <vector>

#include "cli/apply/manifest.hpp"
#include "cli/terminal.hpp"

namespace hotswap::cli {

enum class Change { Create, Update, Same, Refused };
[[nodiscard]] std::string_view to_string(Change change);

struct PlanItem {
  std::string kind;  ///< schema, profile or version
  std::string name;  ///< of the schema or profile
  std::string file;
  Change change = Change::Same;
  std::string note;           ///< the number, or what is in the way
  json::Value diff = {};      ///< as diff_json(), if something changes; null otherwise
  bool waits = false;         ///< a schema that breaks: registered, it waits for an approval
  std::string version = {};   ///< that the server has already, if nothing changes
  std::string revision = {};  ///< of a profile that is there: nobody else's change is overwritten
  std::string deploys = {};   ///< why it is to be deployed; empty: it is not
};

/// What a server knows of a schema: its settings, and what registering this content would give.
struct KnownSchema {
  json::Value settings;               ///< null: there is none of this name
  json::Value trial;                  ///< answer of a dry run
  std::optional<std::string> stored;  ///< hash under the number that the trial gave, if any
};
[[nodiscard]] PlanItem plan_schema(const WantedSchema& wanted, const KnownSchema& known);

/// `known`: the profile as read, or null.
[[nodiscard]] PlanItem plan_profile(const WantedProfile& wanted, const json::Value& known);

/// Versions with their content as read, or null. `exact`: under the number that is wanted.
struct KnownVersions {
  json::Value latest, exact;
  json::Value trial = {};  ///< what the wanted content would be, if only the server knows: secrets
};
[[nodiscard]] PlanItem plan_version(const WantedVersion& wanted, const KnownVersions& known);

/// The description as the API takes and gives it, defaults filled in.
[[nodiscard]] json::Object description_json(const ProfileDraft& draft);

[[nodiscard]] json::Value plan_json(const std::vector<PlanItem>& items);
/// A block per kind, a line per thing, its changes below it, and the sums.
[[nodiscard]] std::string plan_text(const std::vector<PlanItem>& items, const Terminal& terminal);

}  // namespace hotswap::cli
