#include "domain/fleet/cohort.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

using Ordinals = std::vector<std::size_t>;

struct Ranked {
  std::array<std::uint8_t, 32> rank;
  std::size_t instance;
};

/// Takes one instance of every zone in turn; each zone's are in the order given.
void append_zones_in_turn(Ordinals& out, std::span<const Instance> instances,
                          const std::vector<Ranked>& ranked) {
  std::vector<Ordinals> zones;  // in the order of their first instance
  std::map<std::string_view, std::size_t> zone_index;
  for (const auto& entry : ranked) {
    const auto [at, is_new] = zone_index.try_emplace(instances[entry.instance].zone, zones.size());
    if (is_new) zones.emplace_back();
    zones[at->second].push_back(entry.instance);
  }
  for (std::size_t turn = 0, left = ranked.size(); left > 0; ++turn) {
    for (const auto& zone : zones) {
      if (turn >= zone.size()) continue;
      out.push_back(zone[turn]);
      --left;
    }
  }
}

Ordinals in_cohort_order(std::span<const Instance> instances, const Ordinals& kept,
                         const DeploymentId& deployment) {
  std::vector<Ranked> healthy;
  std::vector<Ranked> degraded;
  healthy.reserve(kept.size());
  for (const auto ordinal : kept) {
    const Instance& instance = instances[ordinal];
    const auto rank = sha256(deployment.str() + "/" + instance.id.str());
    auto& group = instance.status == InstanceStatus::Healthy ? healthy : degraded;
    group.push_back({rank, ordinal});
  }
  std::ranges::sort(healthy, {}, &Ranked::rank);
  std::ranges::sort(degraded, {}, &Ranked::rank);
  Ordinals ordered;
  ordered.reserve(kept.size());
  append_zones_in_turn(ordered, instances, healthy);
  append_zones_in_turn(ordered, instances, degraded);
  return ordered;
}

Result<void> keep_named(std::span<const Instance> candidates, Ordinals& kept,
                        const std::vector<InstanceId>& named) {
  std::set<InstanceId> wanted(named.begin(), named.end());
  std::erase_if(kept, [&](std::size_t each) { return !wanted.contains(candidates[each].id); });
  for (const auto found : kept) wanted.erase(candidates[found].id);
  if (wanted.empty()) return {};
  std::string names;
  std::size_t shown = 0;
  for (const auto& id : wanted) {
    if (++shown > limits::kErrorsReported) break;
    names += (names.empty() ? "" : ", ") + id.str();
  }
  return fail_field("targets.unknown_instance", "$.targets.instances", "enum",
                    "no such instances of this service: " + names);
}

bool has_labels(const Instance& instance, const std::map<std::string, std::string>& selector) {
  return std::ranges::all_of(selector, [&](const auto& wanted) {
    const auto found = instance.labels.find(wanted.first);
    return found != instance.labels.end() && found->second == wanted.second;
  });
}

void keep_percentage(Ordinals& ordered, double percentage) {
  const double wanted = std::ceil(percentage * static_cast<double>(ordered.size()) / 100 - 1e-9);
  const auto count = std::max<std::size_t>(1, static_cast<std::size_t>(wanted));
  if (count < ordered.size()) ordered.resize(count);
}

}  // namespace

Result<std::vector<std::size_t>> select_targets(std::span<const Instance> candidates,
                                                const TargetSelection& selection,
                                                const DeploymentId& deployment) {
  Ordinals kept;
  kept.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (candidates[i].status != InstanceStatus::Removed) kept.push_back(i);
  if (!selection.instances.empty()) {
    if (auto named = keep_named(candidates, kept, selection.instances); !named) {
      return std::unexpected(named.error());
    }
  }
  std::erase_if(
      kept, [&](std::size_t each) { return !has_labels(candidates[each], selection.selector); });
  if (kept.empty()) {
    return fail_field("targets.none", "$.targets", "minItems",
                      selection.all() ? "the service has no registered instances; start one first"
                                      : "no registered instance matches; check ids and labels");
  }
  auto ordered = in_cohort_order(candidates, kept, deployment);
  if (selection.percentage) keep_percentage(ordered, *selection.percentage);
  return ordered;
}

Result<TargetSelection> target_selection_from_json(const json::Value& value,
                                                   const std::string& path) {
  json::ObjectReader in(value, path);
  TargetSelection selection;
  for (auto& id : in.optional_strings("instances")) selection.instances.emplace_back(std::move(id));
  if (selection.instances.size() > limits::kTargetsPerDeployment) {
    in.mistake("instances", "maxItems", "names too many instances");
  }
  if (in.has("instances") && selection.instances.empty()) {
    in.mistake("instances", "minItems", "must name at least one instance");
  }
  if (const auto* selector = in.optional_object("selector")) {
    if (selector->empty()) in.mistake("selector", "minProperties", "must name at least one label");
    for (const auto& [label, wanted] : *selector) {
      if (const auto* text = wanted.as_string()) {
        selection.selector[label] = *text;
      } else {
        in.mistake("selector", "type", "label `" + label + "` must be a string");
      }
    }
  }
  selection.percentage = in.optional_double("percentage", 0, 100);
  if (selection.percentage == 0) in.mistake("percentage", "minimum", "must be above 0");
  const int given = int{in.has("instances")} + int{in.has("selector")} + int{in.has("percentage")};
  if (value.as_object() != nullptr && given != 1) {
    in.absorb(fail_field("targets.invalid", path, "oneOf",
                         "give exactly one of `instances`, `selector` and `percentage`")
                  .error());
  }
  if (auto bad = in.finish("targets.invalid")) return std::unexpected(*bad);
  return selection;
}

json::Value to_json(const TargetSelection& selection) {
  json::Object out;
  if (!selection.instances.empty()) {
    json::Array ids;
    for (const auto& id : selection.instances) ids.emplace_back(id.str());
    out.set("instances", std::move(ids));
  }
  if (!selection.selector.empty()) {
    json::Object labels;
    for (const auto& [label, wanted] : selection.selector) labels.set(label, wanted);
    out.set("selector", std::move(labels));
  }
  if (selection.percentage) out.set("percentage", *selection.percentage);
  return out.empty() ? json::Value() : json::Value(std::move(out));
}

}  // namespace hotswap
