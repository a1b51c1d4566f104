#include "cli/deployment_notes.hpp"

#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/human.hpp"

namespace hotswap::cli {
namespace {

bool is_over(const std::string& state) {
  return state == "Succeeded" || state == "RolledBack" || state == "Failed" || state == "Cancelled";
}

std::string instance_name(const json::Value& answer, const std::string& id) {
  for (const auto& target : items_at(answer, "targets")) {
    if (text_at(target, "instance") != id) continue;
    const auto host = text_at(target, "hostname");
    return host.empty() ? short_id(id) : host;
  }
  return short_id(id);
}

/// `, mostly pay-3 (80%), pay-7 (15%)`
std::string named(const json::Value& answer, const json::Value& verdict, const char* list,
                  const char* lead, bool shares) {
  std::string text;
  for (const auto& driver : items_at(verdict, list)) {
    text += text.empty() ? lead : ", ";
    text += instance_name(answer, text_at(driver, "instance"));
    if (shares) text += fmt::format(" ({})", human_percent(double_at(driver, "share") * 100));
  }
  return text;
}

void add_verdicts(const json::Value& answer, std::vector<std::string>& notes) {
  for (const auto& verdict : items_at(answer, "judgement.verdicts")) {
    const auto outcome = text_at(verdict, "outcome");
    if (outcome == "Pass") continue;
    notes.push_back(fmt::format("  {} {}{}: {}{}{}", text_at(verdict, "criterion"), outcome,
                                bool_at(verdict, "dryRun") ? " (only watched)" : "",
                                text_at(verdict, "explanation"),
                                named(answer, verdict, "drivers", "; mostly ", true),
                                named(answer, verdict, "outliers", "; left out ", false)));
  }
}

void add_hooks(const json::Value& answer, std::vector<std::string>& notes) {
  for (const auto& call : items_at(answer, "hookCalls")) {
    if (text_at(call, "state") != "Waiting") continue;
    const auto detail = text_at(call, "detail");
    notes.push_back(fmt::format("  hook {} at step {}: asked {} times{}", text_at(call, "hook"),
                                int_at(call, "step") + 1, int_at(call, "attempt"),
                                detail.empty() ? "" : ", last answer " + detail));
  }
}

std::string pools_line(const json::Value& answer) {
  const auto state = text_at(answer, "pools.state");
  if (state.empty()) return {};
  const auto error = text_at(answer, "pools.error");
  return fmt::format("  traffic {} → {}: {}{}", text_at(answer, "pools.from"),
                     text_at(answer, "pools.to"), state, error.empty() ? "" : ", " + error);
}

std::string way_back(const json::Value& answer) {
  const auto held = int_at(answer, "proof.held");
  const auto fetchable = int_at(answer, "proof.fetchable");
  const auto first = int_at(answer, "proof.firstEver");
  if (!bool_at(answer, "proof.possible")) {
    std::string text = "no way back:\n";
    for (const auto& obstacle : items_at(answer, "proof.obstacles")) {
      if (const auto* words = obstacle.as_string()) text += "  " + *words + "\n";
    }
    return text;
  }
  if (held + fetchable == 0) return "way back: none needed, nobody ran a version before\n";
  std::string text = fmt::format("way back: {} hold what they run now", held);
  if (fetchable > 0) text += fmt::format(", {} would fetch it again", fetchable);
  if (first > 0) text += fmt::format(", {} ran nothing before", first);
  return text + "\n";
}

std::string gates(const json::Value& answer) {
  std::string steps;
  std::size_t number = 0;
  for (const auto& step : items_at(answer, "plan.steps")) {
    ++number;
    if (text_at(step, "gate") == "Manual")
      steps += (steps.empty() ? "" : ", ") + std::to_string(number);
  }
  if (steps.empty()) return {};
  const auto timeout = text_at(answer, "strategy.gateTimeout");
  return fmt::format("gates: waits for promote after step {}{}\n", steps,
                     timeout.empty() ? ", however long it takes"
                                     : fmt::format(", {} at most, then {}", human_duration(timeout),
                                                   text_at(answer, "strategy.onGateTimeout")));
}

std::string calendar(const json::Value& answer) {
  const auto* known = value_at(answer, "calendar.allowed");
  if (known == nullptr || bool_at(answer, "calendar.allowed")) return {};
  const auto next = text_at(answer, "calendar.next");
  return fmt::format("calendar: not now: {}{}\n", text_at(answer, "calendar.reason"),
                     next.empty() ? "" : "; next at " + next);
}

}  // namespace

std::vector<std::string> deployment_notes(const json::Value& answer) {
  std::vector<std::string> notes;
  const auto state = text_at(answer, "state");
  const bool waits = state == "Planned" && text_at(answer, "approval.state") == "Waiting";
  if (waits)
    notes.push_back(
        fmt::format("  waits until {} for somebody else than {} to approve it: hotswap approve {}",
                    text_at(answer, "approval.expires"), text_at(answer, "createdBy"),
                    short_id(text_at(answer, "id"))));
  if (text_at(answer, "approval.state") == "BreakGlass")
    notes.push_back("  started without a second person: " + text_at(answer, "approval.reason"));
  if (waits) return notes;
  if (const auto start = text_at(answer, "startAt"); state == "Planned" && !start.empty()) {
    notes.push_back("  starts at " + start + "; start it now: hotswap deployment promote " +
                    short_id(text_at(answer, "id")));
  }
  if (!is_over(state)) {
    const auto until = text_at(answer, "step.until");
    if (text_at(answer, "step.phase") == "AwaitingPromotion") {
      notes.push_back("  waits for a person to promote it" +
                      (until.empty() ? std::string() : " until " + until));
    }
    add_hooks(answer, notes);
    if (!text_at(answer, "verifyingSince").empty()) {
      notes.emplace_back("  everybody is back; waiting for health within its thresholds");
    }
  }
  if (auto line = pools_line(answer); !line.empty()) notes.push_back(std::move(line));
  add_verdicts(answer, notes);
  return notes;
}

std::string safety_text(const json::Value& answer) {
  std::string text =
      "takes " + human_duration(text_at(answer, "plan.expectedDuration")) + " at least\n";
  if (const auto start = text_at(answer, "startAt"); !start.empty()) {
    text += "starts at " + start + ", with the instances that are there then\n";
  }
  if (text_at(answer, "approval.state") == "Waiting")
    text += "approval: waits for a second person, until " + text_at(answer, "approval.expires") +
            " at most\n";
  text += way_back(answer) + gates(answer);
  for (const auto& hook : items_at(answer, "strategy.hooks")) {
    text += fmt::format("hook {} ({}): {}\n", text_at(hook, "name"), text_at(hook, "type"),
                        text_at(hook, "url"));
  }
  if (auto line = pools_line(answer); !line.empty()) text += line.substr(2) + "\n";
  return text + calendar(answer);
}

}  // namespace hotswap::cli
