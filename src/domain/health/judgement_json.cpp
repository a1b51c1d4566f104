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
  return object;
}

Result<CriterionVerdict> verdict_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  CriterionVerdict verdict;
  verdict.criterion = in.required_string("criterion");
  verdict.outcome = read_outcome(in, "outcome");
  verdict.dry_run = in.optional_bool("dryRun").value_or(false);
  verdict.no_data = in.optional_bool("noData").value_or(false);
  const auto number = [&](std::string_view name) {
    return in.optional_double(name, -kAnyNumber, kAnyNumber);
  };
  verdict.value = number("value");
  verdict.baseline = number("baseline");
  verdict.lower = number("lower");
  verdict.upper = number("upper");
  verdict.threshold = number("threshold").value_or(0);
  verdict.samples =
      static_cast<std::uint64_t>(in.optional_int("samples", 0, INT64_MAX).value_or(0));
  verdict.explanation = in.optional_string("explanation").value_or("");
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
