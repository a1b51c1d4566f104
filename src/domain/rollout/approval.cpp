#include "domain/rollout/approval.hpp"

#include <algorithm>
#include <array>

#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr std::array kEnvironments = {"Development", "Staging", "Production"};
constexpr std::array kStates = {Approval::State::Waiting, Approval::State::Approved,
                                Approval::State::BreakGlass};
constexpr std::string_view kEnvironment = "environment=";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<std::string> environment_named(std::string_view text) {
  for (const std::string_view name : kEnvironments)
    if (std::ranges::equal(name, text, {}, lower, lower)) return std::string(name);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Approval::State state) {
  switch (state) {
    case Approval::State::Waiting:
      return "Waiting";
    case Approval::State::Approved:
      return "Approved";
    case Approval::State::BreakGlass:
      return "BreakGlass";
  }
  return "";
}

json::Value to_json(const Approval& approval) {
  json::Object object{{"state", to_string(approval.state)}};
  if (approval.state == Approval::State::Waiting) {
    object.append("expires", format_time(approval.expires));
    return object;
  }
  object.append("by", approval.by);
  if (!approval.reason.empty()) object.append("reason", approval.reason);
  object.append("at", format_time(approval.at));
  return object;
}

Result<Approval> approval_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$.approval");
  Approval approval;
  const auto state = in.required_string("state");
  const auto known = std::ranges::find(kStates, state, [](auto each) { return to_string(each); });
  if (known == kStates.end())
    in.mistake("state", "enum", "is not known");
  else
    approval.state = *known;
  approval.expires = in.optional_time("expires").value_or(WallTime{});
  approval.by = in.optional_string("by").value_or("");
  approval.reason = in.optional_string("reason").value_or("");
  approval.at = in.optional_time("at").value_or(WallTime{});
  if (auto bad = in.finish("deployment.invalid")) return std::unexpected(std::move(*bad));
  return approval;
}

Result<std::set<std::string>> approval_rule_from_text(std::string_view text) {
  std::set<std::string> environments;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto environment = part.starts_with(kEnvironment)
                                 ? environment_named(part.substr(kEnvironment.size()))
                                 : std::nullopt;
    if (!environment)
      return fail(ErrorCode::Invalid, "settings.invalid",
                  "must be environment=NAME, several with commas; NAME is Development, Staging or "
                  "Production");
    environments.insert(*environment);
  }
  return environments;
}

bool needs_approval(const ApprovalPolicy& policy, const Access& access,
                    const std::string& environment) {
  if (access.approval != ApprovalWish::Unsaid) return access.approval == ApprovalWish::Required;
  return policy.environments.contains(environment);
}

}  // namespace hotswap
