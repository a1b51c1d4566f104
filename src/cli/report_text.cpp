#include "cli/report_text.hpp"

#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/deployment_view.hpp"
#include "cli/human.hpp"
#include "cli/table.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kCausesShown = 20;

std::string outcome_mark(const std::string& outcome, const Terminal& terminal) {
  if (outcome == "Pass") return terminal.paint(Paint::Green, "✓ Pass");
  if (outcome == "Fail") return terminal.paint(Paint::Red, "✗ Fail");
  return terminal.paint(Paint::Yellow, "? " + outcome);
}

std::string evidence_lines(const json::Value& report, const Terminal& terminal) {
  std::string out;
  for (const auto& verdict : items_at(report, "evidence.verdicts")) {
    out += fmt::format("  {}  {}  {}\n", outcome_mark(text_at(verdict, "outcome"), terminal),
                       text_at(verdict, "criterion"), text_at(verdict, "explanation"));
  }
  return out.empty() ? out : terminal.paint(Paint::Bold, "Evidence") + "\n" + out;
}

std::string short_value(const json::Value& change, std::string_view member) {
  const auto* value = change.find(member);
  return value == nullptr ? std::string() : printable(json::write(*value));
}

/// Changed fields, most suspect first, with the strongest reason for each.
std::string suspect_lines(const json::Value& report, const Terminal& terminal) {
  std::string out;
  std::size_t count = 0;
  const auto& suspects = items_at(report, "suspects");
  for (const auto& item : suspects) {
    if (++count > kCausesShown) break;
    const auto change = text_at(item, "change");
    const auto from = short_value(item, "from"), to = short_value(item, "to");
    out += fmt::format("  {:3.0f} %  {}  {}\n", 100 * double_at(item, "score"),
                       terminal.paint(Paint::Yellow, text_at(item, "path")),
                       change == "added"     ? "added " + to
                       : change == "removed" ? "removed " + from
                                             : from + " → " + terminal.paint(Paint::Red, to));
    const auto& reasons = items_at(item, "reasons");
    const auto* why = reasons.empty() ? nullptr : reasons[0].as_string();
    if (why != nullptr)
      out += "         " + terminal.paint(Paint::Dim, printable(why->view())) + "\n";
  }
  if (suspects.size() > kCausesShown)
    out += fmt::format("  and {} more\n", suspects.size() - kCausesShown);
  for (const auto& note : items_at(report, "shared"))
    if (const auto* words = note.as_string()) out += "  " + printable(words->view()) + "\n";
  if (out.empty()) return out;
  return terminal.paint(Paint::Bold, "Suspected cause: what this version changed") + "\n" + out;
}

std::string cause_lines(const json::Value& report, const Terminal& terminal) {
  if (const auto ranked = suspect_lines(report, terminal); !ranked.empty()) return ranked;
  std::string out;
  std::size_t count = 0;
  const auto add = [&](const std::string& line) {
    if (count++ < kCausesShown) out += "  " + line + "\n";
  };
  for (const auto& item : items_at(report, "changes.modified")) {
    add(terminal.paint(Paint::Yellow, text_at(item, "path")) + "  " + short_value(item, "from") +
        " → " + terminal.paint(Paint::Red, short_value(item, "to")));
  }
  for (const auto& item : items_at(report, "changes.added")) {
    add("added   " + text_at(item, "path") + "  " + short_value(item, "value"));
  }
  for (const auto& item : items_at(report, "changes.removed")) {
    add("removed " + text_at(item, "path") + "  " + short_value(item, "value"));
  }
  if (count > kCausesShown) out += fmt::format("  and {} more\n", count - kCausesShown);
  if (out.empty()) return out;
  return terminal.paint(Paint::Bold, "Suspected cause: what this version changed") + "\n" + out;
}

std::string affected_lines(const json::Value& report, const Terminal& terminal) {
  Table table({"INSTANCE", "ZONE", "STATE", "BEFORE", "REASON"});
  for (const auto& item : items_at(report, "affected")) {
    const auto state = text_at(item, "state");
    const auto host = text_at(item, "hostname");
    table.row({host.empty() ? short_id(text_at(item, "instance")) : host, text_at(item, "zone"),
               terminal.paint(state_paint(state), state), text_at(item, "previous"),
               text_at(item, "reason")});
  }
  return table.text(terminal);
}

std::string log_lines(const json::Value& report, const Terminal& terminal) {
  std::string out;
  for (const auto& line : items_at(report, "logs"))
    out += fmt::format("  {}  {}  {}  {}\n", clock_time(text_at(line, "at")),
                       text_at(line, "hostname"), text_at(line, "level"), text_at(line, "message"));
  return out.empty() ? out : terminal.paint(Paint::Bold, "What they logged") + "\n" + out;
}

/// `bob: seen it`; empty where nobody else was needed.
std::string approval_text(const json::Value& report) {
  const auto state = text_at(report, "approval.state");
  if (state.empty()) return {};
  if (state == "Waiting") return "awaited until " + text_at(report, "approval.expires");
  const auto reason = text_at(report, "approval.reason");
  return (state == "BreakGlass" ? "none, the glass was broken" : text_at(report, "approval.by")) +
         (reason.empty() ? "" : ": " + reason);
}

}  // namespace

std::string report_summary(const json::Value& report, const Terminal& terminal) {
  return evidence_lines(report, terminal) + cause_lines(report, terminal);
}

std::string report_text(const json::Value& report, const Terminal& terminal) {
  const auto state = text_at(report, "state.name");
  const auto took = int_at(report, "rollback.rollbackMs");
  std::string out =
      facts({{"deployment", text_at(report, "deployment")},
             {"profile", text_at(report, "configName")},
             {"version",
              text_at(report, "version") + " (before: " + text_at(report, "previousVersion") + ")"},
             {"strategy", text_at(report, "strategy.type")},
             {"outcome", terminal.paint(state_paint(state), state)},
             {"reason", text_at(report, "state.reason")},
             {"rolled back in", took > 0 ? human_duration(Duration(took)) : std::string()},
             {"started", text_at(report, "startedAt") + " by " + text_at(report, "startedBy")},
             {"second person", approval_text(report)},
             {"trace", text_at(report, "traceId")}},
            terminal);
  const auto section = [&](const std::string& text) {
    if (!text.empty()) out += "\n" + text;
  };
  section(evidence_lines(report, terminal));
  section(cause_lines(report, terminal));
  section(affected_lines(report, terminal));
  section(log_lines(report, terminal));
  std::string timeline;
  for (const auto& event : items_at(report, "timeline")) {
    timeline += event_line(event, terminal) + "\n";
  }
  section(timeline);
  return out;
}

}  // namespace hotswap::cli
