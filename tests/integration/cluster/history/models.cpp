#include "integration/cluster/history/models.hpp"

#include <fmt/format.h>

#include <array>

namespace hotswap::history {
namespace {

bool is_over(const std::string& state) {
  return state == "RolledBack" || state == "Cancelled" || state == "Failed" || state == "Succeeded";
}

/// What its newest deployment may become by itself.
std::set<std::string> with_time(std::set<std::string> in) {
  if (in.contains("Planned")) in.insert("Running");
  if (in.contains("RollingBack")) in.insert({"RolledBack", "Failed"});
  return in;
}

using Kind = DeploymentModel::Operation::Kind;

/// Where a command leads from this state; empty: it is refused there.
std::string led_by(Kind kind, const std::string& from) {
  if (is_over(from) || from == "RollingBack") return {};
  switch (kind) {
    case Kind::Pause:
      return from == "Running" ? "Paused" : "";
    case Kind::Resume:
      return from == "Paused" ? "Running" : "";
    case Kind::Cancel:
      return "Cancelled";
    case Kind::Rollback:
      return "RollingBack";
    case Kind::Start:
    case Kind::Read:
      break;
  }
  return {};
}

std::optional<DeploymentModel::State> after_start(const DeploymentModel::State& state,
                                                  const DeploymentModel::Operation& op) {
  DeploymentModel::State next = state;
  std::erase_if(next.in, [&](const auto& in) { return is_over(in) == op.refused; });
  if (!state.newest.empty() && next.in.empty()) return std::nullopt;
  if (op.refused) return state.newest.empty() ? std::nullopt : std::optional(next);
  if (!next.newest.empty()) next.over.insert(next.newest);
  next.newest = op.deployment;
  next.in = {"Planned"};
  return next;
}

}  // namespace

std::optional<VersionModel::State> VersionModel::after(const State& state, const Operation& op,
                                                       bool answered) {
  if (op.kind == Operation::Kind::Read)
    return !answered || state.content == op.content ? std::optional(state) : std::nullopt;
  const bool taken = !state.content.empty();
  if (answered && taken != op.refused) return std::nullopt;
  return taken ? state : State{op.content};
}

std::optional<TagModel::State> TagModel::after(const State& state, const Operation& op,
                                               bool answered) {
  switch (op.kind) {
    case Operation::Kind::Read:
      return !answered || state.version == op.version ? std::optional(state) : std::nullopt;
    case Operation::Kind::Put:
      return State{op.version};
    case Operation::Kind::Remove:
      break;
  }
  const bool there = state.version == op.version;
  if (answered && there == op.refused) return std::nullopt;
  return there ? State{} : state;
}

bool VersionModel::only_looks(const Operation& op) {
  return op.kind == Operation::Kind::Read || op.refused;
}

std::string VersionModel::text(const Operation& op) {
  if (op.kind == Operation::Kind::Read)
    return "reads " + (op.content.empty() ? "none" : op.content);
  return "uploads " + op.content + (op.refused ? ": the number is taken" : ": done");
}

std::vector<VersionModel::State> VersionModel::anywhere(
    const std::vector<Event<Operation>>& events) {
  std::vector<State> out{State{}};
  for (const auto& event : events)
    if (!event.operation.refused) out.push_back({event.operation.content});
  return out;
}

bool TagModel::only_looks(const Operation& op) {
  return op.kind == Operation::Kind::Read || op.refused;
}

std::string TagModel::text(const Operation& op) {
  switch (op.kind) {
    case Operation::Kind::Read:
      return "reads " + (op.version.empty() ? "none" : op.version);
    case Operation::Kind::Put:
      return "moves it to " + op.version;
    case Operation::Kind::Remove:
      break;
  }
  return "removes it from " + op.version + (op.refused ? ": was not there" : ": done");
}

std::vector<TagModel::State> TagModel::anywhere(const std::vector<Event<Operation>>& events) {
  std::set<std::string> versions{""};
  for (const auto& event : events) versions.insert(event.operation.version);
  std::vector<State> out;
  for (const auto& version : versions) out.push_back({version});
  return out;
}

bool DeploymentModel::only_looks(const Operation& op) {
  return op.kind == Kind::Read || op.refused;
}

std::string DeploymentModel::text(const Operation& op) {
  constexpr std::array kNames{"start", "pause", "resume", "cancel", "rollback", "read"};
  return fmt::format("{} {}: {}", kNames.at(static_cast<std::size_t>(op.kind)), op.deployment,
                     op.kind == Kind::Read ? op.state
                     : op.refused          ? "refused, " + op.reason
                                           : "done");
}

std::vector<DeploymentModel::State> DeploymentModel::anywhere(
    const std::vector<Event<Operation>>& events) {
  std::set<std::string> ids;
  for (const auto& event : events) ids.insert(event.operation.deployment);
  ids.erase("");
  std::vector<State> out{State{}};
  for (const auto& id : ids)
    out.push_back({id,
                   {"Planned", "Running", "Paused", "RollingBack", "RolledBack", "Cancelled",
                    "Failed", "Succeeded"},
                   ids});
  return out;
}

std::string DeploymentModel::State::text() const {
  std::string out = newest;
  for (const auto& each : in) out += ',' + each;
  for (const auto& each : over) out += ';' + each;
  return out;
}

std::optional<DeploymentModel::State> DeploymentModel::after(const State& state,
                                                             const Operation& op, bool answered) {
  State now = state;
  now.in = with_time(now.in);
  if (op.kind == Kind::Start) {
    // One without answer and id was looked for afterwards and not found: it never happened.
    return answered || !op.deployment.empty() ? after_start(now, op) : std::optional(now);
  }
  if (op.deployment != now.newest) {
    const bool old = now.over.contains(op.deployment);
    if (!answered) return now;
    const bool fits = op.kind == Kind::Read ? is_over(op.state) : op.refused;
    return old && fits ? std::optional(now) : std::nullopt;
  }
  State next{now.newest, {}, now.over};
  for (const auto& in : now.in) {
    if (op.kind == Kind::Read) {
      if (!answered || in == op.state) next.in.insert(in);
      continue;
    }
    const auto to = led_by(op.kind, in);
    if (!answered || to.empty() == op.refused) next.in.insert(to.empty() ? in : to);
  }
  return next.in.empty() ? std::nullopt : std::optional(next);
}

}  // namespace hotswap::history
