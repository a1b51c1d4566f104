#include <array>

#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap {
namespace {

/// Appends the fields of one alternative.
struct WriteState {
  json::Object& out;

  void operator()(const Planned&) const {}
  void operator()(const Running& running) const {
    out.append("step", running.step);
    out.append("phase", to_string(running.phase));
    out.append("since", format_time(running.since));
  }
  void operator()(const Paused& paused) const {
    json::Object at;
    WriteState{at}(paused.at);
    out.append("at", std::move(at));
    out.append("elapsed", format_duration(paused.elapsed));
    out.append("reason", paused.reason);
    out.append("since", format_time(paused.since));
  }
  void operator()(const RollingBack& rolling_back) const {
    out.append("reason", rolling_back.reason);
    out.append("step", rolling_back.step);
    out.append("since", format_time(rolling_back.since));
    if (rolling_back.verifying) out.append("verifying", format_time(*rolling_back.verifying));
    if (!rolling_back.unhealthy.empty()) out.append("unhealthy", rolling_back.unhealthy);
  }
  void operator()(const Succeeded& succeeded) const { out.append("at", format_time(succeeded.at)); }
  void operator()(const RolledBack& rolled_back) const {
    out.append("reason", rolled_back.reason);
    out.append("at", format_time(rolled_back.at));
  }
  void operator()(const Failed& failed) const {
    out.append("reason", failed.reason);
    out.append("at", format_time(failed.at));
  }
  void operator()(const Cancelled& cancelled) const {
    out.append("reason", cancelled.reason);
    out.append("at", format_time(cancelled.at));
  }
};

WallTime read_time(json::ObjectReader& in, std::string_view name) {
  const auto time = in.optional_time(name);
  if (!time && !in.has(name)) in.mistake(name, "required", "is required");
  return time.value_or(WallTime{});
}

std::size_t read_step(json::ObjectReader& in) {
  const auto step = in.optional_int("step", 0, static_cast<std::int64_t>(limits::kSteps) - 1);
  if (!step && !in.has("step")) in.mistake("step", "required", "is required");
  return static_cast<std::size_t>(step.value_or(0));
}

Phase read_phase(json::ObjectReader& in) {
  const auto text = in.required_string("phase");
  for (const auto phase : {Phase::Confirming, Phase::Assigning, Phase::Soaking, Phase::Judging,
                           Phase::AwaitingPromotion, Phase::Baking}) {
    if (to_string(phase) == text) return phase;
  }
  in.mistake("phase", "enum", "is not known");
  return Phase::Assigning;
}

Running read_running(json::ObjectReader& in) {
  return {read_step(in), read_phase(in), read_time(in, "since")};
}

Paused read_paused(json::ObjectReader& in) {
  Paused paused;
  if (const auto* value = in.required_value("at")) {
    json::ObjectReader at(*value, in.path_of("at"));
    paused.at = read_running(at);
    if (auto bad = at.finish("deployment.invalid")) in.absorb(*bad);
  }
  paused.elapsed = in.optional_duration("elapsed").value_or(Duration::zero());
  paused.reason = in.required_string("reason");
  paused.since = read_time(in, "since");
  return paused;
}

RollingBack read_rolling_back(json::ObjectReader& in) {
  return {in.required_string("reason"), read_step(in), read_time(in, "since"),
          in.optional_time("verifying"), in.optional_string("unhealthy").value_or("")};
}

/// RolledBack, Failed and Cancelled have the same fields.
template <class Ended>
Ended read_ended(json::ObjectReader& in) {
  return {in.required_string("reason"), read_time(in, "at")};
}

struct Row {
  const char* name;
  DeploymentState (*read)(json::ObjectReader&);
};
using Reader = json::ObjectReader;
constexpr std::array<Row, 8> kStates{{
    {"Planned", [](Reader&) -> DeploymentState { return Planned{}; }},
    {"Running", [](Reader& in) -> DeploymentState { return read_running(in); }},
    {"Paused", [](Reader& in) -> DeploymentState { return read_paused(in); }},
    {"RollingBack", [](Reader& in) -> DeploymentState { return read_rolling_back(in); }},
    {"Succeeded", [](Reader& in) -> DeploymentState { return Succeeded{read_time(in, "at")}; }},
    {"RolledBack", [](Reader& in) -> DeploymentState { return read_ended<RolledBack>(in); }},
    {"Failed", [](Reader& in) -> DeploymentState { return read_ended<Failed>(in); }},
    {"Cancelled", [](Reader& in) -> DeploymentState { return read_ended<Cancelled>(in); }},
}};
static_assert(kStates.size() == std::variant_size_v<DeploymentState>);

}  // namespace

json::Value to_json(const DeploymentState& state) {
  json::Object object;
  object.append("name", state_name(state));
  std::visit(WriteState{object}, state);
  return object;
}

Result<DeploymentState> deployment_state_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  const auto name = in.required_string("name");
  for (const auto& row : kStates) {
    if (name != row.name) continue;
    auto state = row.read(in);
    if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
    return state;
  }
  return fail_field("deployment.invalid", "$.name", "enum", "is no state of a deployment");
}

}  // namespace hotswap
