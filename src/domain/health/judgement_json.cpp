#include "domain/health/judge.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr double kAnyNumber = 1e300;

std::optional<Outcome> outcome_from_string(std::string_view text) {
  for (const auto outcome : {Outcome::Pass, Outcome::Fail, Outcome::Inconclusive}) {
    if (to_string(outcome) == text) return outcome;
  }
  return std::nullopt;
}

Outcome read_outcome(json::ObjectReader& in, std::string_view name) {
  const auto outcome = outcome_from_string(in.required_string(name));
  if (!outcome) in.mistake(name, "enum", "must be Pass, Fail or Inconclusive");
  return outcome.value_or(Outcome::Inconclusive);
}

void set_if(json::Object& object, std::string name, const std::optional<double>& number) {
  if (number) object.append(std::move(name), *number);
}

json::Value to_json(const Driver& driver) {
  json::Object object{{"instance", driver.instance.str()}, {"value", driver.value}};
  set_if(object, "before", driver.before);
  object.append("samples", driver.samples);
  object.append("share", driver.share);
  return object;
}

json::Value to_json(const std::vector<Driver>& drivers) {
  json::Array items;
  for (const auto& driver : drivers) items.push_back(to_json(driver));
  return items;
}

std::optional<double> read_number(json::ObjectReader& in, std::string_view name) {
  return in.optional_double(name, -kAnyNumber, kAnyNumber);
}

std::uint64_t read_count(json::ObjectReader& in, std::string_view name) {
  return static_cast<std::uint64_t>(in.optional_int(name, 0, INT64_MAX).value_or(0));
}

Result<Driver> driver_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Driver driver;
  driver.instance = InstanceId(in.required_string("instance"));
  driver.value = read_number(in, "value").value_or(0);
  driver.before = read_number(in, "before");
  driver.samples = read_count(in, "samples");
  driver.share = read_number(in, "share").value_or(0);
  if (auto bad = in.finish("judgement.invalid")) return std::unexpected(*bad);
  return driver;
}

std::vector<Driver> read_drivers(json::ObjectReader& in, std::string_view name) {
  std::vector<Driver> drivers;
  const auto* items = in.optional_array(name);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    auto driver = driver_from_json((*items)[i], json::path_item(in.path_of(name), i));
    if (driver) {
      drivers.push_back(std::move(*driver));
    } else {
      in.absorb(driver.error());
    }
  }
  return drivers;
}

json::Value to_json(const CriterionVerdict& verdict) {
  json::Object object{{"criterion", verdict.criterion},
                      {"outcome", to_string(verdict.outcome)},
                      {"dryRun", verdict.dry_run},
                      {"noData", verdict.no_data}};
  set_if(object, "value", verdict.value);
  set_if(object, "baseline", verdict.baseline);
  set_if(object, "lower", verdict.lower);
  set_if(object, "upper", verdict.upper);
  object.append("threshold", verdict.threshold);
  object.append("samples", verdict.samples);
  object.append("explanation", verdict.explanation);
  set_if(object, "statistic", verdict.statistic);
  object.append("required", verdict.required);
  if (!verdict.error.empty()) object.append("error", verdict.error);
  if (!verdict.query.empty()) object.append("query", verdict.query);
  object.append("drivers", to_json(verdict.drivers));
  object.append("outliers", to_json(verdict.outliers));
  return object;
}

Result<CriterionVerdict> verdict_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  CriterionVerdict verdict;
  verdict.criterion = in.required_string("criterion");
  verdict.outcome = read_outcome(in, "outcome");
  verdict.dry_run = in.optional_bool("dryRun").value_or(false);
  verdict.no_data = in.optional_bool("noData").value_or(false);
  verdict.value = read_number(in, "value");
  verdict.baseline = read_number(in, "baseline");
  verdict.lower = read_number(in, "lower");
  verdict.upper = read_number(in, "upper");
  verdict.threshold = read_number(in, "threshold").value_or(0);
  verdict.samples = read_count(in, "samples");
  verdict.explanation = in.optional_string("explanation").value_or("");
  verdict.statistic = read_number(in, "statistic");
  verdict.required = read_number(in, "required").value_or(0);
  verdict.error = in.optional_string("error").value_or("");
  verdict.query = in.optional_string("query").value_or("");
  verdict.drivers = read_drivers(in, "drivers");
  verdict.outliers = read_drivers(in, "outliers");
  if (auto bad = in.finish("judgement.invalid")) return std::unexpected(*bad);
  return verdict;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "Pass";
    case Outcome::Fail:
      return "Fail";
    case Outcome::Inconclusive:
      return "Inconclusive";
  }
  return "";
}

json::Value to_json(const Judgement& judgement) {
  json::Array verdicts;
  for (const auto& verdict : judgement.verdicts) verdicts.push_back(to_json(verdict));
  return json::Object{{"overall", to_string(judgement.overall)}, {"verdicts", std::move(verdicts)}};
}

Result<Judgement> judgement_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Judgement judgement;
  judgement.overall = read_outcome(in, "overall");
  const auto* verdicts = in.optional_array("verdicts");
  for (std::size_t i = 0; verdicts != nullptr && i < verdicts->size(); ++i) {
    auto verdict = verdict_from_json((*verdicts)[i], json::path_item("$.verdicts", i));
    if (verdict) {
      judgement.verdicts.push_back(std::move(*verdict));
    } else {
      in.absorb(verdict.error());
    }
  }
  if (auto bad = in.finish("judgement.invalid")) return std::unexpected(*bad);
  return judgement;
}

}  // namespace hotswap
