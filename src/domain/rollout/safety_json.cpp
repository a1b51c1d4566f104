// JSON of what keeps a deployment safe: proof, pools and hooks.

#include <array>

#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"
#include "domain/rollout/deployment.hpp"

namespace hotswap {
namespace {

constexpr auto kTargetsMax = static_cast<std::int64_t>(limits::kTargetsPerDeployment);
constexpr auto kNumberMax = std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::string_view, 5> kPoolStates{"Before", "Switching", "Switched",
                                                      "SwitchingBack", "Back"};
constexpr std::array<std::string_view, 3> kCallStates{"Waiting", "Passed", "Failed"};

template <class Enum, std::size_t N>
Enum read_state(json::ObjectReader& in, const std::array<std::string_view, N>& names) {
  const auto text = in.required_string("state");
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  in.mistake("state", "enum", "is not known");
  return Enum{};
}

std::int64_t read_count(json::ObjectReader& in, std::string_view name, std::int64_t max) {
  return in.optional_int(name, 0, max).value_or(0);
}

}  // namespace

json::Value to_json(const RollbackProof& proof) {
  json::Array obstacles;
  for (const auto& obstacle : proof.obstacles) obstacles.emplace_back(obstacle);
  return json::Object{{"possible", proof.possible},
                      {"held", proof.held},
                      {"fetchable", proof.fetchable},
                      {"firstEver", proof.first_ever},
                      {"obstacles", std::move(obstacles)}};
}

Result<RollbackProof> rollback_proof_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  RollbackProof proof;
  proof.possible = in.optional_bool("possible").value_or(true);
  proof.held = static_cast<std::size_t>(read_count(in, "held", kTargetsMax));
  proof.fetchable = static_cast<std::size_t>(read_count(in, "fetchable", kTargetsMax));
  proof.first_ever = static_cast<std::size_t>(read_count(in, "firstEver", kTargetsMax));
  proof.obstacles = in.optional_strings("obstacles");
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return proof;
}

json::Value to_json(const PoolSwitch& pools) {
  json::Object object{{"from", pools.from},
                      {"to", pools.to},
                      {"state", kPoolStates[static_cast<std::size_t>(pools.state)]},
                      {"generation", pools.generation}};
  if (!pools.error.empty()) object.append("error", pools.error);
  return object;
}

Result<PoolSwitch> pool_switch_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  PoolSwitch pools;
  pools.from = in.required_string("from");
  pools.to = in.required_string("to");
  pools.state = read_state<PoolSwitch::State>(in, kPoolStates);
  pools.generation = static_cast<std::uint64_t>(read_count(in, "generation", kNumberMax));
  pools.error = in.optional_string("error").value_or("");
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return pools;
}

json::Value to_json(const HookCall& call) {
  json::Object object{{"hook", call.hook},
                      {"step", call.step},
                      {"state", kCallStates[static_cast<std::size_t>(call.state)]},
                      {"attempt", std::uint64_t{call.attempt}},
                      {"failing", std::uint64_t{call.failing}},
                      {"due", format_time(call.due)}};
  if (!call.detail.empty()) object.append("detail", call.detail);
  return object;
}

Result<HookCall> hook_call_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  constexpr std::int64_t kAttemptsMax = std::numeric_limits<std::uint32_t>::max();
  HookCall call;
  call.hook = in.required_string("hook");
  call.step = static_cast<std::size_t>(read_count(in, "step", limits::kSteps - 1));
  call.state = read_state<HookCall::State>(in, kCallStates);
  call.attempt = static_cast<std::uint32_t>(read_count(in, "attempt", kAttemptsMax));
  call.failing = static_cast<std::uint32_t>(read_count(in, "failing", kAttemptsMax));
  call.due = in.optional_time("due").value_or(WallTime{});
  call.detail = in.optional_string("detail").value_or("");
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return call;
}

}  // namespace hotswap
