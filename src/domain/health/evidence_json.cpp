#include "domain/health/evidence.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr double kDispersionMax = 1e12;

void read_instances(json::ObjectReader& in, Baseline& baseline) {
  const auto* instances = in.optional_object("instances");
  if (instances == nullptr) return;
  if (instances->size() > Baseline::kInstances) {
    in.mistake("instances", "maxProperties", "has too many instances");
    return;
  }
  for (const auto& [name, value] : *instances) {
    auto sample = sample_from_json(value, json::path_member(in.path_of("instances"), name));
    if (sample) {
      baseline.instances.emplace(InstanceId(std::string(name)), std::move(*sample));
    } else {
      in.absorb(sample.error());
    }
  }
}

void read_dispersions(json::ObjectReader& in, Baseline& baseline) {
  const auto dispersion = [&](std::string_view name) {
    return in.optional_double(name, 1, kDispersionMax).value_or(1);
  };
  baseline.error_dispersion = dispersion("errorDispersion");
  baseline.latency_dispersion = dispersion("latencyDispersion");
  baseline.error_shock = dispersion("errorShock");
  baseline.latency_shock = dispersion("latencyShock");
  baseline.error_trouble = in.optional_duration("errorTrouble").value_or(Duration{});
  baseline.latency_trouble = in.optional_duration("latencyTrouble").value_or(Duration{});
  const auto* custom = in.optional_object("customDispersion");
  if (custom != nullptr) {
    json::ObjectReader metrics(*in.optional_value("customDispersion"),
                               in.path_of("customDispersion"));
    for (const auto& [metric, value] : *custom) {
      const auto read = metrics.optional_double(metric, 1, kDispersionMax);
      baseline.custom_dispersion[std::string(metric)] = read.value_or(1);
    }
    if (auto bad = metrics.finish("baseline.invalid")) in.absorb(*bad);
  }
  for (auto& instance : in.optional_strings("flapping")) {
    baseline.flapping.emplace_back(std::move(instance));
  }
}

}  // namespace

json::Value to_json(const Baseline& baseline) {
  json::Object instances;
  for (const auto& [instance, sample] : baseline.instances) {
    instances.append(instance.str(), to_json(sample));
  }
  json::Object custom;
  for (const auto& [metric, dispersion] : baseline.custom_dispersion) {
    custom.append(metric, dispersion);
  }
  json::Array flapping;
  for (const auto& instance : baseline.flapping) flapping.push_back(instance.str());
  return json::Object{{"all", to_json(baseline.all)},
                      {"instances", std::move(instances)},
                      {"errorDispersion", baseline.error_dispersion},
                      {"latencyDispersion", baseline.latency_dispersion},
                      {"errorShock", baseline.error_shock},
                      {"latencyShock", baseline.latency_shock},
                      {"errorTrouble", format_duration(baseline.error_trouble)},
                      {"latencyTrouble", format_duration(baseline.latency_trouble)},
                      {"customDispersion", std::move(custom)},
                      {"flapping", std::move(flapping)}};
}

Result<Baseline> baseline_from_json(const json::Value& value) {
  // Before there were baselines with instances, a plain sample was stored.
  if (value.as_object() != nullptr && value.find("all") == nullptr) {
    auto sample = sample_from_json(value, "$");
    if (!sample) return std::unexpected(sample.error());
    Baseline baseline;
    baseline.all = std::move(*sample);
    return baseline;
  }
  json::ObjectReader in(value, "$");
  Baseline baseline;
  if (const auto* all = in.required_value("all"); all != nullptr) {
    auto sample = sample_from_json(*all, "$.all");
    if (sample) {
      baseline.all = std::move(*sample);
    } else {
      in.absorb(sample.error());
    }
  }
  read_instances(in, baseline);
  read_dispersions(in, baseline);
  if (auto bad = in.finish("baseline.invalid")) return std::unexpected(*bad);
  return baseline;
}

}  // namespace hotswap
