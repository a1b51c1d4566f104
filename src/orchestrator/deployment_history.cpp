#include "orchestrator/deployment_history.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kRecordPage = 200;
constexpr std::size_t kShortId = 8;

Result<void> read_events(Store& store, DeploymentHistory& history) {
  const EventFilter filter{.profile = {}, .deployment = history.deployment.id.value};
  for (std::uint64_t after = 0;;) {
    auto page = store.events(filter, after, limits::kPageMax);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) return {};
    after = page->back().sequence;
    std::ranges::move(*page, std::back_inserter(history.events));
    if (history.events.size() < limits::kEventBacklog) continue;
    history.complete = false;
    return {};
  }
}

Result<void> read_records(Store& store, DeploymentHistory& history) {
  for (std::uint64_t after = 0;;) {
    auto page = store.health_records(history.deployment.id, after, kRecordPage);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) return {};
    after = page->back().sequence;
    std::ranges::move(*page, std::back_inserter(history.records));
    if (history.records.size() < DeploymentHistory::kRecords) continue;
    history.complete = false;
    return {};
  }
}

}  // namespace

std::string DeploymentHistory::name_of(const InstanceId& id) const {
  const auto found = instances.find(id);
  const bool named = found != instances.end() && !found->second.hostname.empty();
  return named ? found->second.hostname : id.value.substr(0, kShortId);
}

std::string DeploymentHistory::named(std::string_view text) const {
  constexpr std::size_t kGuid = 36;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool guid = at + kGuid <= text.size() && text[at + 8] == '-' && text[at + 13] == '-';
    const InstanceId id(guid ? std::string(text.substr(at, kGuid)) : std::string());
    if (guid && instances.contains(id)) {
      out += name_of(id);
      at += kGuid;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::map<InstanceId, Mishap> DeploymentHistory::mishaps() const {
  constexpr std::pair<std::string_view, TargetState> kKinds[] = {
      {"target.rejected", TargetState::Rejected},
      {"target.failed", TargetState::Failed},
      {"target.unreachable", TargetState::Unreachable}};
  std::map<InstanceId, Mishap> out;
  for (const TimelineEvent& event : events)
    for (const auto& [kind, state] : kKinds) {
      if (event.kind != kind) continue;
      const auto* id = event.data.find("instance");
      const auto* reason = event.data.find("reason");
      if (id == nullptr || id->as_string() == nullptr) continue;
      const bool told = reason != nullptr && reason->as_string() != nullptr;
      out[InstanceId(id->as_string()->str())] = {state,
                                                 told ? reason->as_string()->str() : std::string()};
    }
  return out;
}

const TimelineEvent* DeploymentHistory::first(std::string_view kind) const {
  const auto found = std::ranges::find(events, kind, &TimelineEvent::kind);
  return found == events.end() ? nullptr : &*found;
}

Result<DeploymentHistory> load_history(Store& store, const FleetService& fleet,
                                       const DeploymentId& id) {
  auto deployment = store.deployment(id);
  if (!deployment) return std::unexpected(deployment.error());
  DeploymentHistory history;
  history.deployment = std::move(*deployment);
  if (auto read = read_events(store, history); !read) return std::unexpected(read.error());
  if (auto read = read_records(store, history); !read) return std::unexpected(read.error());
  for (Instance& instance :
       fleet.live(history.deployment.service, history.deployment.environment)) {
    const InstanceId key = instance.id;
    history.instances.emplace(key, std::move(instance));
  }
  return history;
}

}  // namespace hotswap
