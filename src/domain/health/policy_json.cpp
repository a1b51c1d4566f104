#include <array>
#include <set>

#include "domain/base/limits.hpp"
#include "domain/health/bounded.hpp"
#include "domain/health/judge.hpp"
#include "domain/health/metric_query.hpp"
#include "domain/health/windows.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kCriteria = 32;
constexpr double kAnyNumber = 1e15;
constexpr std::int64_t kSamplesMax = 1'000'000'000;
constexpr std::int64_t kLimitMax = 1'000'000;

struct KindRow {
  CriterionKind kind;
  const char* name;
  const char* default_name;
  Duration window;
  double threshold_max;
};
constexpr std::array<KindRow, 5> kKinds{{
    {CriterionKind::ErrorRate, "ErrorRate", "error-rate", 5min, 100},
    {CriterionKind::LatencyP99, "LatencyP99", "latency-p99", 5min, 1e6},
    {CriterionKind::HealthChecks, "HealthChecks", "health-checks", 2min, 100},
    {CriterionKind::Custom, "Custom", "", 5min, kAnyNumber},
    {CriterionKind::Query, "Query", "query", 5min, kAnyNumber},
}};

const KindRow& row_of(CriterionKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

const char* to_text(Direction direction) {
  return direction == Direction::Increase ? "increase" : "decrease";
}

const char* to_text(OnNoData choice) {
  switch (choice) {
    case OnNoData::Wait:
      return "wait";
    case OnNoData::Pass:
      return "pass";
    case OnNoData::Fail:
      return "fail";
  }
  return "";
}

CriterionKind read_kind(json::ObjectReader& in) {
  const auto text = in.required_string("type");
  if (text.empty() && !in.has("type")) return CriterionKind::ErrorRate;
  for (const auto& row : kKinds) {
    if (same_word(text, row.name)) return row.kind;
  }
  in.mistake("type", "enum", "must be ErrorRate, LatencyP99, HealthChecks, Custom or Query");
  return CriterionKind::ErrorRate;
}

Direction read_direction(json::ObjectReader& in) {
  const auto text = in.optional_string("direction");
  if (!text || same_word(*text, "increase")) return Direction::Increase;
  if (!same_word(*text, "decrease")) {
    in.mistake("direction", "enum", "must be increase or decrease (the way that is bad)");
  }
  return Direction::Decrease;
}

OnNoData read_on_no_data(json::ObjectReader& in) {
  const auto text = in.optional_string("onNoData");
  if (!text || same_word(*text, "wait")) return OnNoData::Wait;
  if (same_word(*text, "pass")) return OnNoData::Pass;
  if (!same_word(*text, "fail")) in.mistake("onNoData", "enum", "must be wait, pass or fail");
  return OnNoData::Fail;
}

void read_threshold(json::ObjectReader& in, Criterion& criterion) {
  const auto max = row_of(criterion.kind).threshold_max;
  const auto min = criterion.absolute ? -max : 0;
  const auto threshold = in.optional_double("threshold", min, max);
  if (!in.has("threshold")) {
    in.mistake("threshold", "required",
               "is required: a criterion without a condition can never fail");
  }
  criterion.threshold = threshold.value_or(0);
}

bool has_direction(CriterionKind kind) {
  return kind == CriterionKind::Custom || kind == CriterionKind::Query;
}

void read_metric(json::ObjectReader& in, Criterion& criterion) {
  const bool custom = criterion.kind == CriterionKind::Custom;
  criterion.metric = in.optional_string("metric").value_or("");
  if (custom && (criterion.metric.empty() || criterion.metric.size() > limits::kNameBytes)) {
    in.mistake("metric", "required", "a Custom criterion needs the name of a reported metric");
  }
  if (!custom && !criterion.metric.empty()) {
    in.mistake("metric", "unknown", "only a Custom criterion has a metric");
  }
}

void read_query(json::ObjectReader& in, Criterion& criterion) {
  criterion.query = in.optional_string("query").value_or("");
  if (criterion.kind == CriterionKind::Query) {
    if (!in.has("query")) {
      in.mistake("query", "required", "a Query criterion needs a PromQL expression");
    } else if (auto good = check_query(criterion.query, in.path_of("query")); !good) {
      in.absorb(good.error());
    }
  } else if (in.has("query")) {
    in.mistake("query", "unknown", "only a Query criterion has a query");
  }
}

/// A query that answers one number for everybody has nothing to be compared with but a bound.
void read_comparison(json::ObjectReader& in, Criterion& criterion) {
  const bool one_answer =
      criterion.kind == CriterionKind::Query && !distinguishes_cohorts(criterion.query);
  criterion.direction = read_direction(in);
  criterion.absolute = in.optional_bool("absolute").value_or(one_answer);
  if (one_answer && !criterion.absolute) {
    in.mistake("absolute", "const",
               "must be true: the query does not tell treated from untreated instances (it uses "
               "none of {{cohort}}, {{instances}} and {{version}})");
  }
  if (!has_direction(criterion.kind) && criterion.absolute) {
    in.mistake("absolute", "unknown", "only a Custom or Query criterion may be absolute");
  }
  if (!has_direction(criterion.kind) && criterion.direction == Direction::Decrease) {
    in.mistake("direction", "unknown", "only a Custom or Query criterion may be bad when it falls");
  }
}

void read_budget(json::ObjectReader& in, Criterion& criterion) {
  const auto limit = [&](std::string_view name) -> std::optional<std::uint32_t> {
    const auto read = in.optional_int(name, 0, kLimitMax);
    if (!read) return std::nullopt;
    return static_cast<std::uint32_t>(*read);
  };
  criterion.interval = bounded_duration(in, "interval", 1s, 1h).value_or(criterion.interval);
  criterion.failure_limit = limit("failureLimit").value_or(criterion.failure_limit);
  criterion.inconclusive_limit = limit("inconclusiveLimit");
  criterion.error_limit = limit("errorLimit").value_or(criterion.error_limit);
}

std::string default_name(const Criterion& criterion) {
  if (criterion.kind == CriterionKind::Custom) return criterion.metric;
  return row_of(criterion.kind).default_name;
}

Result<Criterion> criterion_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Criterion criterion;
  criterion.kind = read_kind(in);
  read_metric(in, criterion);
  read_query(in, criterion);
  read_comparison(in, criterion);
  read_threshold(in, criterion);
  read_budget(in, criterion);
  criterion.name = in.optional_string("name").value_or(default_name(criterion));
  if (in.has("name") && (criterion.name.empty() || criterion.name.size() > limits::kNameBytes)) {
    in.mistake("name", "format", "must have 1 to 128 bytes");
  }
  criterion.window = bounded_duration(in, "window", 1s, HealthWindows::kKeep)
                         .value_or(row_of(criterion.kind).window);
  criterion.dry_run = in.optional_bool("dryRun").value_or(false);
  criterion.on_no_data = read_on_no_data(in);
  if (auto bad = in.finish("health.invalid")) return std::unexpected(*bad);
  return criterion;
}

std::vector<Criterion> read_criteria(json::ObjectReader& in) {
  const auto* items = in.optional_array("criteria");
  if (items == nullptr || items->empty()) return default_criteria();
  if (items->size() > kCriteria) {
    in.mistake("criteria", "maxItems", "has more than " + std::to_string(kCriteria) + " criteria");
    return {};
  }
  std::vector<Criterion> criteria;
  std::set<std::string> names;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto path = json::path_item(in.path_of("criteria"), i);
    auto criterion = criterion_from_json((*items)[i], path);
    if (!criterion) {
      in.absorb(criterion.error());
      continue;
    }
    if (!names.insert(criterion->name).second) {
      in.absorb(fail_field(
                    "health.invalid", json::path_member(path, "name"), "uniqueItems",
                    "another criterion is called `" + criterion->name + "`; give each its own name")
                    .error());
    }
    criteria.push_back(std::move(*criterion));
  }
  return criteria;
}

json::Value to_json(const Criterion& criterion) {
  json::Object object{{"name", criterion.name},
                      {"type", row_of(criterion.kind).name},
                      {"threshold", criterion.threshold},
                      {"window", format_duration(criterion.window)}};
  if (criterion.kind == CriterionKind::Custom) object.append("metric", criterion.metric);
  if (criterion.kind == CriterionKind::Query) object.append("query", criterion.query);
  if (has_direction(criterion.kind)) {
    object.append("direction", to_text(criterion.direction));
    object.append("absolute", criterion.absolute);
  }
  object.append("interval", format_duration(criterion.interval));
  object.append("failureLimit", std::uint64_t{criterion.failure_limit});
  if (criterion.inconclusive_limit) {
    object.append("inconclusiveLimit", std::uint64_t{*criterion.inconclusive_limit});
  }
  object.append("errorLimit", std::uint64_t{criterion.error_limit});
  object.append("dryRun", criterion.dry_run);
  object.append("onNoData", to_text(criterion.on_no_data));
  return object;
}

}  // namespace

std::vector<Criterion> default_criteria() {
  std::vector<Criterion> criteria(3);
  criteria[0].name = "error-rate";
  criteria[1].name = "latency-p99";
  criteria[1].kind = CriterionKind::LatencyP99;
  criteria[1].threshold = 50;
  criteria[2].name = "health-checks";
  criteria[2].kind = CriterionKind::HealthChecks;
  criteria[2].threshold = 10;
  criteria[2].window = 2min;
  criteria[2].on_no_data = OnNoData::Pass;  // who makes no checks is not judged on them
  return criteria;
}

json::Value to_json(const HealthPolicy& policy) {
  json::Array criteria;
  for (const auto& criterion : policy.criteria) criteria.push_back(to_json(criterion));
  return json::Object{{"criteria", std::move(criteria)},
                      {"minSamples", policy.min_samples},
                      {"minChecks", policy.min_checks},
                      {"noDataTimeout", format_duration(policy.no_data_timeout)}};
}

Result<HealthPolicy> health_policy_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  HealthPolicy policy;
  policy.criteria = read_criteria(in);
  const auto count = [&](std::string_view name, std::uint64_t otherwise) {
    const auto read = in.optional_int(name, 1, kSamplesMax);
    return read ? static_cast<std::uint64_t>(*read) : otherwise;
  };
  policy.min_samples = count("minSamples", policy.min_samples);
  policy.min_checks = count("minChecks", policy.min_checks);
  policy.no_data_timeout = bounded_duration(in, "noDataTimeout", 1s, limits::kDurationMax)
                               .value_or(policy.no_data_timeout);
  if (auto bad = in.finish("health.invalid")) return std::unexpected(*bad);
  return policy;
}

}  // namespace hotswap
