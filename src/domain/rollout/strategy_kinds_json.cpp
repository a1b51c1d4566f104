#include "domain/rollout/strategy_kinds_json.hpp"

#include <algorithm>
#include <array>

#include "domain/base/limits.hpp"
#include "domain/health/bounded.hpp"
#include "domain/json/path.hpp"
#include "domain/rollout/share_json.hpp"

namespace hotswap::rollout {
namespace {

// ---- writing

json::Value numbers(const std::vector<double>& values) {
  json::Array items;
  for (const double value : values) items.emplace_back(value);
  return items;
}

json::Value custom_step_json(const CustomStep& step) {
  return json::Object{{step.cohort.percent ? "percentage" : "count", step.cohort.amount},
                      {"soak", format_duration(step.soak)},
                      {"manual", step.manual}};
}

/// Appends the parameters of one kind.
struct WriteKind {
  json::Object& out;

  void operator()(const Canary& canary) const {
    out.append("canaryPercentage", canary.phases.front());
    out.append("phases", numbers(canary.phases));
    out.append("phaseInterval", format_duration(canary.phase_interval));
    out.append("autoPromote", canary.auto_promote);
  }
  void operator()(const BlueGreen& blue_green) const {
    out.append("verificationPeriod", format_duration(blue_green.verification_period));
    out.append("keepBlueDuration", format_duration(blue_green.keep_blue_duration));
    out.append("switchMode", blue_green.switch_mode == SwitchMode::Pool ? "pool" : "slot");
  }
  void operator()(const Rolling& rolling) const {
    out.append("batchSize", share_json(rolling.batch_size));
    out.append("batchInterval", format_duration(rolling.batch_interval));
    out.append("stopOnFailure", rolling.stop_on_failure);
  }
  void operator()(const Direct&) const {}
  void operator()(const Linear& linear) const {
    out.append("growthFactor", linear.growth_factor);
    out.append("duration", format_duration(linear.duration));
  }
  void operator()(const Exponential& exponential) const {
    out.append("growthFactor", exponential.growth_factor);
    out.append("duration", format_duration(exponential.duration));
  }
  void operator()(const Custom& custom) const {
    json::Array steps;
    for (const auto& step : custom.steps) steps.push_back(custom_step_json(step));
    out.append("steps", std::move(steps));
  }
};

// ---- reading

bool is_ascending(const std::vector<double>& phases) {
  return std::ranges::adjacent_find(phases, std::greater_equal<>{}) == phases.end();
}

std::vector<double> read_phases(json::ObjectReader& in) {
  std::vector<double> phases;
  const auto* items = in.optional_array("phases");
  if (items == nullptr) return phases;
  for (const auto& item : *items) {
    const auto percent = item.as_double();
    if (!percent || *percent <= 0 || *percent > 100) {
      in.mistake("phases", "type", "must be numbers above 0 and up to 100 (percent)");
      return {};
    }
    phases.push_back(*percent);
  }
  if (phases.empty() || phases.size() > limits::kSteps || !is_ascending(phases) ||
      phases.back() != 100) {
    in.mistake("phases", "format",
               "must ascend and end at 100, e.g. [10,30,50,100], with at most " +
                   std::to_string(limits::kSteps) + " phases");
    return {};
  }
  return phases;
}

/// `canaryPercentage` alone replaces the default's first phase.
std::vector<double> phases_from(double first) {
  std::vector<double> phases{first};
  for (const double phase : Canary{}.phases) {
    if (phase > first) phases.push_back(phase);
  }
  return phases;
}

Canary read_canary(json::ObjectReader& in) {
  Canary canary;
  const auto first = in.optional_double("canaryPercentage", 1, 100);
  auto phases = read_phases(in);
  if (!phases.empty()) {
    if (first && *first != phases.front()) {
      in.mistake("canaryPercentage", "const",
                 "must equal the first of `phases`; leave one of the two out");
    }
    canary.phases = std::move(phases);
  } else if (first) {
    canary.phases = phases_from(*first);
  }
  canary.phase_interval = read_duration(in, "phaseInterval", canary.phase_interval);
  canary.auto_promote = in.optional_bool("autoPromote").value_or(canary.auto_promote);
  return canary;
}

BlueGreen read_blue_green(json::ObjectReader& in) {
  BlueGreen blue_green;
  blue_green.verification_period =
      read_duration(in, "verificationPeriod", blue_green.verification_period);
  blue_green.keep_blue_duration =
      read_duration(in, "keepBlueDuration", blue_green.keep_blue_duration);
  if (const auto mode = in.optional_string("switchMode")) {
    if (same_word(*mode, "pool")) {
      blue_green.switch_mode = SwitchMode::Pool;
    } else if (!same_word(*mode, "slot")) {
      in.mistake("switchMode", "enum", "must be slot or pool");
    }
  }
  return blue_green;
}

Rolling read_rolling(json::ObjectReader& in) {
  Rolling rolling;
  // Any positive percentage is at least one instance.
  rolling.batch_size = read_share(in, "batchSize", 1).value_or(rolling.batch_size);
  rolling.batch_interval = read_duration(in, "batchInterval", rolling.batch_interval);
  rolling.stop_on_failure = in.optional_bool("stopOnFailure").value_or(rolling.stop_on_failure);
  return rolling;
}

template <class Growing>
Growing read_growing(json::ObjectReader& in) {
  Growing growing;
  growing.growth_factor =
      in.optional_double("growthFactor", 1, 100).value_or(growing.growth_factor);
  growing.duration = read_duration(in, "duration", growing.duration);
  return growing;
}

Result<CustomStep> custom_step_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  CustomStep step;
  const auto percentage = in.optional_double("percentage", 0.01, 100);
  const auto count =
      in.optional_int("count", 1, static_cast<std::int64_t>(limits::kTargetsPerDeployment));
  if (in.has("percentage") == in.has("count")) {
    in.mistake("percentage", "required", "give exactly one of `percentage` and `count`");
  }
  if (percentage) step.cohort = Share{*percentage, true};
  if (count) step.cohort = Share{static_cast<double>(*count), false};
  step.soak = read_duration(in, "soak", step.soak);
  step.manual = in.optional_bool("manual").value_or(false);
  if (auto bad = in.finish("strategy.invalid")) return std::unexpected(*bad);
  return step;
}

/// Counts may not fall and percentages may not fall; how the two compare depends on the targets.
bool grows(const std::vector<CustomStep>& steps) {
  double count = 0;
  double percent = 0;
  for (const auto& step : steps) {
    auto& last = step.cohort.percent ? percent : count;
    if (step.cohort.amount < last) return false;
    last = step.cohort.amount;
  }
  return true;
}

Custom read_custom(json::ObjectReader& in) {
  Custom custom;
  const auto* items = in.optional_array("steps");
  if (items == nullptr || items->empty() || items->size() > limits::kSteps) {
    if (items != nullptr || !in.has("steps")) {
      in.mistake("steps", "required",
                 "must list 1 to " + std::to_string(limits::kSteps) + " steps");
    }
    return custom;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto step = custom_step_from_json((*items)[i], json::path_item(in.path_of("steps"), i));
    if (step) {
      custom.steps.push_back(*step);
    } else {
      in.absorb(step.error());
    }
  }
  if (custom.steps.size() != items->size()) return custom;
  if (!grows(custom.steps)) in.mistake("steps", "format", "a step may not be smaller than before");
  if (custom.steps.back().cohort != Share{100, true}) {
    in.mistake("steps", "format", "the last step must have \"percentage\": 100");
  }
  return custom;
}

struct KindRow {
  const char* name;
  void (*read)(json::ObjectReader&, Strategy&);
};
constexpr std::array<KindRow, 7> kKinds{{
    {"Canary", [](json::ObjectReader& in, Strategy& out) { out.kind = read_canary(in); }},
    {"BlueGreen", [](json::ObjectReader& in, Strategy& out) { out.kind = read_blue_green(in); }},
    {"Rolling", [](json::ObjectReader& in, Strategy& out) { out.kind = read_rolling(in); }},
    {"Direct",
     [](json::ObjectReader&, Strategy& out) {
       out.kind = Direct{};
       out.health_check_enabled = false;
     }},
    {"Linear", [](json::ObjectReader& in, Strategy& out) { out.kind = read_growing<Linear>(in); }},
    {"Exponential",
     [](json::ObjectReader& in, Strategy& out) { out.kind = read_growing<Exponential>(in); }},
    {"Custom", [](json::ObjectReader& in, Strategy& out) { out.kind = read_custom(in); }},
}};

const KindRow* find_kind(std::string_view type) {
  const auto found =
      std::ranges::find_if(kKinds, [&](const auto& row) { return type == row.name; });
  return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace

bool is_kind(std::string_view type) { return find_kind(type) != nullptr; }

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& row : kKinds) names.emplace_back(row.name);
  return names;
}

void read_kind(json::ObjectReader& in, std::string_view type, Strategy& strategy) {
  find_kind(type)->read(in, strategy);
}

void write_kind(json::Object& out, const Strategy& strategy) {
  std::visit(WriteKind{out}, strategy.kind);
}

}  // namespace hotswap::rollout
