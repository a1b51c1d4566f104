#include "domain/rollout/fleet_fit.hpp"

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

json::Value to_json(const FleetFit::Unfit& unfit) {
  return json::Object{
      {"instance", unfit.instance.value}, {"schema", unfit.schema}, {"message", unfit.message}};
}

Result<FleetFit::Unfit> unfit_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  FleetFit::Unfit unfit{InstanceId(in.required_string("instance")), in.required_string("schema"),
                        in.required_string("message")};
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return unfit;
}

std::size_t read_count(json::ObjectReader& in, std::string_view name) {
  const auto number = in.optional_int(name, 0, static_cast<std::int64_t>(limits::kInstances));
  if (!number && !in.has(name)) in.mistake(name, "required", "is required");
  return static_cast<std::size_t>(number.value_or(0));
}

void read_examples(json::ObjectReader& in, FleetFit& fit) {
  const json::Array* items = in.optional_array("examples");
  if (!items) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto unfit = unfit_from_json((*items)[i], json::path_item(in.path_of("examples"), i));
    if (unfit)
      fit.examples.push_back(std::move(*unfit));
    else
      in.absorb(unfit.error());
  }
}

}  // namespace

std::string_view to_string(OnUnfit choice) {
  switch (choice) {
    case OnUnfit::Refuse:
      return "refuse";
    case OnUnfit::Skip:
      return "skip";
  }
  return "";
}

std::optional<OnUnfit> on_unfit_from_string(std::string_view text) {
  for (const auto choice : {OnUnfit::Refuse, OnUnfit::Skip})
    if (to_string(choice) == text) return choice;
  return std::nullopt;
}

json::Value to_json(const FleetFit& fit) {
  json::Array examples;
  for (const FleetFit::Unfit& unfit : fit.examples) examples.push_back(to_json(unfit));
  return json::Object{{"schema", fit.schema},
                      {"mismatch", fit.mismatch},
                      {"accepting", fit.accepting},
                      {"unfit", fit.unfit},
                      {"unspoken", fit.unspoken},
                      {"leftOut", fit.left_out},
                      {"examples", std::move(examples)},
                      {"rollbackSafe", fit.rollback_safe},
                      {"rollbackRisk", fit.rollback_risk}};
}

Result<FleetFit> fleet_fit_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  FleetFit fit;
  fit.schema = in.required_string("schema");
  fit.mismatch = in.required_string("mismatch");
  fit.accepting = read_count(in, "accepting");
  fit.unfit = read_count(in, "unfit");
  fit.unspoken = read_count(in, "unspoken");
  fit.left_out = read_count(in, "leftOut");
  read_examples(in, fit);
  fit.rollback_safe = in.optional_bool("rollbackSafe").value_or(true);
  fit.rollback_risk = in.required_string("rollbackRisk");
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(*bad);
  return fit;
}

}  // namespace hotswap
