#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "domain/base/limits.hpp"
#include "domain/health/bounded.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"
#include "domain/rollout/strategy.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDurationMax = limits::kDurationMax;
constexpr double kCountMax = static_cast<double>(limits::kTargetsPerDeployment);
/// Below it an acknowledgement could not travel even on a healthy network.
constexpr Duration kAckTimeoutMin = 100ms;

// ---- writing

json::Value share_json(const Share& share) {
  if (!share.percent) return share.amount;
  return json::Value(share.amount).as_number()->text + "%";
}

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
    out.append("switchMode", "slot");
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

Duration read_duration(json::ObjectReader& in, std::string_view name, Duration otherwise) {
  return bounded_duration(in, name, 0ms, kDurationMax).value_or(otherwise);
}

std::optional<double> percent_of(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// A number (count) or a text such as "25%".
std::optional<Share> read_share(json::ObjectReader& in, std::string_view name, double min) {
  const auto* value = in.optional_value(name);
  if (value == nullptr) return std::nullopt;
  if (const auto count = value->as_int()) {
    const auto amount = static_cast<double>(*count);
    if (amount >= min && amount <= kCountMax) return Share{amount, false};
  } else if (const auto* text = value->as_string()) {
    const auto percent = percent_of(*text);
    if (percent && *percent >= min && *percent <= 100) return Share{*percent, true};
  }
  in.mistake(name, "format",
             "must be a whole number of instances from " + std::string(min > 0 ? "1" : "0") +
                 " to " + std::to_string(limits::kTargetsPerDeployment) +
                 R"(, or a percentage such as "25%")");
  return std::nullopt;
}

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
  const auto mode = in.optional_string("switchMode");
  if (mode == "pool") {
    in.mistake("switchMode", "enum",
               "switchMode pool needs traffic routing, which this version does not have; use slot");
  } else if (mode && mode != "slot") {
    in.mistake("switchMode", "enum", "must be slot");
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

FieldError unknown_type(const std::string& path, const std::string& text) {
  std::vector<std::string> names;
  std::string all;
  for (const auto& row : kKinds) {
    names.emplace_back(row.name);
    all += (all.empty() ? "" : ", ") + names.back();
  }
  const auto guess = json::nearest(text, names);
  return {path, "enum",
          "must be one of " + all + (guess ? "; did you mean " + *guess + "?" : std::string())};
}

auto refuse_type(const std::string& path, const std::string& text) {
  auto field = unknown_type(path, text);
  return fail_field("strategy.invalid", field.path, field.keyword, field.message);
}

const KindRow* find_kind(std::string_view text) {
  const auto found =
      std::ranges::find_if(kKinds, [&](const KindRow& row) { return text == row.name; });
  return found == kKinds.end() ? nullptr : &*found;
}

void read_common(json::ObjectReader& in, Strategy& strategy) {
  strategy.health_check_enabled =
      in.optional_bool("healthCheckEnabled").value_or(strategy.health_check_enabled);
  strategy.bake_time = read_duration(in, "bakeTime", strategy.bake_time);
  strategy.ack_timeout = bounded_duration(in, "ackTimeout", kAckTimeoutMin, kDurationMax)
                             .value_or(strategy.ack_timeout);
  strategy.revert_window = read_duration(in, "revertWindow", strategy.revert_window);
  strategy.failure_budget = read_share(in, "failureBudget", 0).value_or(strategy.failure_budget);
  strategy.delivery_spread = bounded_duration(in, "deliverySpread", 0ms, kDurationMax);
}

}  // namespace

json::Value to_json(const Strategy& strategy) {
  json::Object object;
  object.append("type", kind_name(strategy));
  std::visit(WriteKind{object}, strategy.kind);
  object.append("healthCheckEnabled", strategy.health_check_enabled);
  object.append("bakeTime", format_duration(strategy.bake_time));
  object.append("ackTimeout", format_duration(strategy.ack_timeout));
  object.append("revertWindow", format_duration(strategy.revert_window));
  object.append("failureBudget", share_json(strategy.failure_budget));
  if (strategy.delivery_spread) {
    object.append("deliverySpread", format_duration(*strategy.delivery_spread));
  }
  return object;
}

Result<Strategy> strategy_from_json(const json::Value& value, const std::string& path) {
  if (const auto* text = value.as_string()) {
    if (find_kind(*text) == nullptr) return refuse_type(path, *text);
    json::Object bare;
    bare.append("type", *text);
    return strategy_from_json(bare, path);
  }
  json::ObjectReader in(value, path);
  const auto type = in.required_string("type");
  const auto* kind = find_kind(type);
  // Without the type no parameter can be told known from unknown.
  if (kind == nullptr && value.find("type") != nullptr && value.find("type")->as_string()) {
    return refuse_type(json::path_member(path, "type"), type);
  }
  if (kind == nullptr) {
    for (const auto& member : value.as_object() ? *value.as_object() : json::Object{}) {
      static_cast<void>(in.optional_value(member.name));
    }
    return std::unexpected(in.finish("strategy.invalid").value());
  }
  Strategy strategy;
  kind->read(in, strategy);
  read_common(in, strategy);
  if (auto bad = in.finish("strategy.invalid")) return std::unexpected(*bad);
  return strategy;
}

}  // namespace hotswap
