#include "infrastructure/memory/erasing.hpp"

#include <algorithm>

#include "infrastructure/memory/texts.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

using std::unexpected;

/// Counts down what may still be erased.
struct Budget {
  std::size_t left;
  Committed& committed;

  /// Erases the rows of `map` that `of_profile(key, value)` holds for, up to the limit.
  template <class Map, class OfProfile>
  void erase(UndoLog& log, Map& map, const std::string& table, OfProfile of_profile) {
    for (auto it = map.begin(); it != map.end() && left > 0;) {
      const auto key = it->first;
      const bool gone = of_profile(it->first, it->second);
      ++it;
      if (!gone) continue;
      log.erase(map, key);
      ++committed.erased[table];
      --left;
    }
  }
};

Result<void> check_idle(const State& state, const ProfileName& profile) {
  const auto active = state.active.find(profile);
  if (active == state.active.end()) return {};
  return unexpected(store::deployment_already_active(profile, active->second));
}

bool same_rewritten(const erasure::PlaceSpec& spec, const erasure::TextRow& was,
                    const std::vector<std::optional<std::string>>& now) {
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    const auto treatment = spec.columns[i].treatment;
    const bool rewritten =
        treatment == erasure::Treatment::Text || treatment == erasure::Treatment::Json;
    if (rewritten && was.texts[i] != now[i]) return false;
  }
  return true;
}

}  // namespace

Result<void> put(State& state, UndoLog& log, change::PutErasure& change) {
  const auto found = state.erasure_ids.find(change.erasure.id);
  const bool is_new = found == state.erasure_ids.end();
  const auto stored = is_new ? 0 : state.erasures.at(found->second).revision;
  if (stored != change.erasure.revision) return unexpected(store::erasure_overtaken());
  const auto position = is_new ? ++state.last_number : found->second;
  ++change.erasure.revision;
  if (is_new) log.put(state.erasure_ids, change.erasure.id, position);
  log.put(state.erasures, position, std::move(change.erasure));
  return {};
}

Result<void> put(State& state, UndoLog& log, change::PutTexts& change) {
  const auto& spec = erasure::spec_of(change.place);
  const auto now = texts_of(state, change.place);
  for (const auto& item : change.items) {
    const auto found = now.find(item.was.key);
    if (found == now.end() || !same_rewritten(spec, item.was, found->second))
      return unexpected(store::erasure_overtaken());
    if (auto done = put_texts(state, log, change.place, item.now); !done) return done;
  }
  return {};
}

Result<void> remove(State& state, UndoLog& log, change::RemoveRows& change) {
  for (const auto& key : change.keys) remove_row(state, log, change.place, key);
  return {};
}

Result<void> replace(State& state, UndoLog& log, change::ReplaceAudit& change) {
  const auto found = state.audit.find(change.entry.sequence);
  if (found == state.audit.end() || found->second.hash != change.entry.hash ||
      found->second.erased != change.was)
    return unexpected(store::erasure_overtaken());
  const auto sequence = change.entry.sequence;
  log.put(state.audit, sequence, std::move(change.entry));
  return {};
}

Result<void> erase(State& state, UndoLog& log, change::DeleteSchema& change) {
  for (const auto& [name, profile] : state.profiles) {
    const auto& link = profile.schema_id;
    if (link.substr(0, link.find('@')) == change.id.value)
      return unexpected(store::schema_in_use(change.id));
  }
  log.erase(state.schemas, change.id);
  log.erase_range(state.schema_versions, state.schema_versions.lower_bound({change.id, ""}),
                  [&](const auto& key) { return key.first == change.id; });
  return {};
}

Result<void> erase(State& state, UndoLog& log, change::EraseVersions& change,
                   Committed& committed) {
  if (auto idle = check_idle(state, change.profile); !idle) return idle;
  Budget budget{change.limit, committed};
  std::vector<SemVer> gone;
  budget.erase(log, state.versions, "versions", [&](const auto& key, const auto& stored) {
    if (key.first != change.profile) return false;
    gone.push_back(stored.version.number);
    return true;
  });
  Committed uncounted;
  Budget{state.tags.size(), uncounted}.erase(
      log, state.tags, "tags", [&](const auto& key, const auto& tag) {
        return key.first == change.profile && std::ranges::find(gone, tag.number) != gone.end();
      });
  return {};
}

Result<void> erase(State& state, UndoLog& log, change::EraseHistory& change, Committed& committed) {
  if (auto idle = check_idle(state, change.profile); !idle) return idle;
  const auto of_profile = [&](const DeploymentId& id) {
    const auto found = state.deployments.find(id);
    return found != state.deployments.end() && found->second.row.profile == change.profile;
  };
  const auto below = [&](const auto& key, const auto&) { return of_profile(key.first); };
  Budget budget{change.limit, committed};
  budget.erase(log, state.health_records, "health_records", below);
  budget.erase(log, state.targets, "deployment_targets", below);
  std::vector<std::uint64_t> starts;
  budget.erase(log, state.deployments, "deployments", [&](const auto&, const auto& stored) {
    if (stored.row.profile != change.profile) return false;
    starts.push_back(stored.started);
    return true;
  });
  for (const auto start : starts) log.erase(state.deployments_by_start, start);
  budget.erase(log, state.events, "events", [&](const auto&, const TimelineEvent& event) {
    return event.profile == change.profile;
  });
  return {};
}

}  // namespace hotswap::memory
