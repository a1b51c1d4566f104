#include <array>

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"
#include "domain/rollout/plan.hpp"
#include "domain/rollout/safeguards_json.hpp"

namespace hotswap {
namespace {

constexpr auto kCountMax = static_cast<std::int64_t>(limits::kTargetsPerDeployment);
constexpr std::array<std::string_view, 4> kModes{"Deliver", "Stage", "Activate", "Switch"};
constexpr std::array<std::string_view, 2> kGates{"None", "Manual"};

template <class Enum, std::size_t N>
Enum read_enum(json::ObjectReader& in, std::string_view name,
               const std::array<std::string_view, N>& names) {
  const auto text = in.required_string(name);
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  in.mistake(name, "enum", "is not known");
  return Enum{};
}

std::size_t read_size(json::ObjectReader& in, std::string_view name, std::int64_t min) {
  const auto number = in.optional_int(name, min, kCountMax);
  if (!number && !in.has(name)) in.mistake(name, "required", "is required");
  return static_cast<std::size_t>(number.value_or(min));
}

Duration read_duration(json::ObjectReader& in, std::string_view name) {
  const auto duration = in.optional_duration(name);
  if (!duration && !in.has(name)) in.mistake(name, "required", "is required");
  return duration.value_or(Duration::zero());
}

json::Value to_json(const Step& step) {
  return json::Object{{"cohort", step.cohort},
                      {"percentage", step.percentage},
                      {"mode", kModes[static_cast<std::size_t>(step.mode)]},
                      {"soak", format_duration(step.soak)},
                      {"gate", kGates[static_cast<std::size_t>(step.gate)]},
                      {"judged", step.judged},
                      {"deliverySpread", format_duration(step.delivery_spread)},
                      {"idle", step.idle}};
}

Result<Step> step_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Step step;
  step.cohort = read_size(in, "cohort", 1);
  step.percentage = in.optional_double("percentage", 0, 100).value_or(0);
  step.mode = read_enum<AssignMode>(in, "mode", kModes);
  step.soak = read_duration(in, "soak");
  step.gate = read_enum<Gate>(in, "gate", kGates);
  step.judged = in.optional_bool("judged").value_or(true);
  step.delivery_spread = read_duration(in, "deliverySpread");
  step.idle = in.optional_bool("idle").value_or(false);
  if (auto bad = in.finish("plan.invalid")) return std::unexpected(*bad);
  return step;
}

/// A plan stored before there were any has the defaults.
Safeguards safeguards_of(json::ObjectReader& in) {
  const auto* value = in.optional_value("safeguards");
  if (value == nullptr) return {};
  json::ObjectReader inner(*value, in.path_of("safeguards"));
  auto safeguards = rollout::read_safeguards(inner, "plan.invalid");
  if (auto bad = inner.finish("plan.invalid")) in.absorb(*bad);
  return safeguards;
}

}  // namespace

json::Value to_json(const Plan& plan) {
  json::Array steps;
  for (const auto& step : plan.steps) steps.push_back(to_json(step));
  json::Object safeguards;
  rollout::write_safeguards(safeguards, plan.safeguards);
  return json::Object{{"steps", std::move(steps)},
                      {"bake", format_duration(plan.bake)},
                      {"ackTimeout", format_duration(plan.ack_timeout)},
                      {"revertWindow", format_duration(plan.revert_window)},
                      {"failureBudget", plan.failure_budget},
                      {"continueOnFailure", plan.continue_on_failure},
                      {"safeguards", std::move(safeguards)},
                      {"expectedDuration", format_duration(expected_duration(plan))}};
}

Result<Plan> plan_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Plan plan;
  const auto* steps = in.optional_array("steps");
  if (steps == nullptr || steps->empty() || steps->size() > limits::kSteps) {
    in.mistake("steps", "required", "must list 1 to " + std::to_string(limits::kSteps) + " steps");
    steps = nullptr;
  }
  for (std::size_t i = 0; steps != nullptr && i < steps->size(); ++i) {
    auto step = step_from_json((*steps)[i], json::path_item("$.steps", i));
    if (step) {
      plan.steps.push_back(*step);
    } else {
      in.absorb(step.error());
    }
  }
  plan.bake = read_duration(in, "bake");
  plan.ack_timeout = read_duration(in, "ackTimeout");
  plan.revert_window = read_duration(in, "revertWindow");
  plan.failure_budget = read_size(in, "failureBudget", 0);
  plan.continue_on_failure = in.optional_bool("continueOnFailure").value_or(false);
  plan.safeguards = safeguards_of(in);
  static_cast<void>(in.optional_value("expectedDuration"));  // follows from the steps
  if (auto bad = in.finish("plan.invalid")) return std::unexpected(*bad);
  return plan;
}

}  // namespace hotswap
