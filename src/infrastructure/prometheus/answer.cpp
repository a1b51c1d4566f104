#include "infrastructure/prometheus/answer.hpp"

#include <cmath>
#include <cstdlib>

#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::prometheus {
namespace {

constexpr std::size_t kWordsBytes = 500;

std::string text_at(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  const auto* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

std::unexpected<Error> not_one_number(std::string detail) {
  return fail(ErrorCode::Invalid, "metrics.not_one_number", std::move(detail));
}

std::unexpected<Error> strange(std::string detail) {
  return fail(ErrorCode::Unavailable, "metrics.unreachable", std::move(detail));
}

/// `[time, "text"]`
Result<std::optional<double>> read_point(const json::Value* point) {
  const auto* pair = point == nullptr ? nullptr : point->as_array();
  const auto* text = pair == nullptr || pair->size() != 2 ? nullptr : (*pair)[1].as_string();
  if (text == nullptr || text->empty()) return strange("Prometheus answered no value.");
  const std::string words(*text);
  char* end = nullptr;
  const double number = std::strtod(words.c_str(), &end);
  if (*end != '\0') return strange("Prometheus answered \"" + words + "\" as a value.");
  if (std::isnan(number)) return std::nullopt;
  if (std::isinf(number))
    return not_one_number("The query's answer is " + words + ", which cannot be judged.");
  return number;
}

Result<std::optional<double>> read_vector(const json::Array& series) {
  if (series.empty()) return std::nullopt;
  if (series.size() > 1)
    return not_one_number("The query answers " + std::to_string(series.size()) +
                          " series; one number is needed: aggregate them, as with sum(…).");
  return read_point(series[0].find("value"));
}

}  // namespace

Result<std::optional<double>> read_answer(int status, std::string_view body) {
  const auto parsed = json::parse(body);
  const std::string code = std::to_string(status);
  if (!parsed) return strange("HTTP " + code + " with a body that is not Prometheus' JSON.");
  if (text_at(*parsed, "status") == "error")
    return fail(ErrorCode::Invalid, "metrics.refused",
                "Prometheus refused the query (" + text_at(*parsed, "errorType") +
                    "): " + clip_utf8(text_at(*parsed, "error"), kWordsBytes));
  const auto* data = parsed->find("data");
  const auto* result = data == nullptr ? nullptr : data->find("result");
  if (status != 200 || result == nullptr)
    return strange("HTTP " + code + " with a body that is not Prometheus'.");
  const auto kind = text_at(*data, "resultType");
  if (kind == "scalar") return read_point(result);
  if (kind == "vector" && result->as_array() != nullptr) return read_vector(*result->as_array());
  return not_one_number("The query answers a " + (kind.empty() ? "nothing" : kind) +
                        ", not one number at one time.");
}

}  // namespace hotswap::prometheus
