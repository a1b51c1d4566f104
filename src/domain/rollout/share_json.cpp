#include "domain/rollout/share_json.hpp"

#include <charconv>

#include "domain/base/limits.hpp"
#include "domain/health/bounded.hpp"

namespace hotswap::rollout {
namespace {

constexpr double kCountMax = static_cast<double>(limits::kTargetsPerDeployment);

std::optional<double> percent_of(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

json::Value share_json(const Share& share) {
  if (!share.percent) return share.amount;
  return json::Value(share.amount).as_number()->text + "%";
}

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

Duration read_duration(json::ObjectReader& in, std::string_view name, Duration otherwise) {
  return bounded_duration(in, name, Duration::zero(), limits::kDurationMax).value_or(otherwise);
}

}  // namespace hotswap::rollout
