#include "cli/deployment_view.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "cli/answer.hpp"
#include "cli/deployment_notes.hpp"
#include "cli/human.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kBarMost = 30;
constexpr std::size_t kBarLeast = 8;
constexpr std::size_t kWaitWidth = 10;       ///< of the bar of a wait
constexpr std::size_t kBesideBar = 71;       ///< columns of a step's line without its bar
constexpr std::size_t kInstancesShown = 24;  ///< one by one; beyond, only counts

std::size_t count_at(const json::Value& value, std::string_view path) {
  return static_cast<std::size_t>(std::max<std::int64_t>(int_at(value, path), 0));
}

bool has_version(std::string_view state, bool staging) {
  return state == "Applied" || (staging && state == "Staged");
}

Duration whole_seconds(Duration duration) {
  return std::chrono::floor<std::chrono::seconds>(duration);
}

/// Its ends are seen also where it is empty.
std::string framed(const std::string& bar) { return "▕" + bar + "▏"; }

std::size_t bar_width(const Terminal& terminal) {
  const auto width = terminal.width();
  return std::clamp(width > kBesideBar ? width - kBesideBar : 0, kBarLeast, kBarMost);
}

std::string step_label(const DeploymentView& view, std::size_t index, WallTime now,
                       const Terminal& terminal) {
  const auto& step = view.steps[index];
  if (view.succeeded() || (!view.terminal() && index < view.step)) return "done";
  if (index > view.step || view.terminal() || view.state == "RollingBack") return {};
  if (view.state == "Paused") return "paused";
  if (view.phase != "Soaking" && view.phase != "Baking") return view.phase;
  const auto since = parse_time(view.since);
  const auto soak = parse_duration(view.phase == "Baking" ? view.bake : step.soak);
  if (!since || !soak || *soak <= Duration(0)) return view.phase;
  const auto passed = std::clamp<Duration>(now - *since, Duration(0), *soak);
  const auto fraction = static_cast<double>(passed.count()) / static_cast<double>(soak->count());
  const auto bar = bar_width(terminal) > kBarLeast
                       ? framed(progress_bar(fraction, kWaitWidth)) + " "
                       : std::string();  // a narrow window keeps the words
  return fmt::format("{}watching {} of {}", bar, human_duration(whole_seconds(passed)),
                     human_duration(*soak));
}

std::string step_line(const DeploymentView& view, std::size_t index, WallTime now,
                      const Terminal& terminal) {
  const auto& step = view.steps[index];
  const auto done = view.done_in(step);
  const auto fraction =
      step.cohort == 0 ? 0.0 : static_cast<double>(done) / static_cast<double>(step.cohort);
  const auto bar = framed(progress_bar(fraction, bar_width(terminal)));
  return fmt::format("  step {:>2} {:>7} {:<8} {} {:>3}/{:<3} {}", index + 1,
                     human_percent(step.percentage), step.mode,
                     terminal.paint(state_paint(view.state), bar), done, step.cohort,
                     step_label(view, index, now, terminal));
}

/// Instances side by side, as many in a line as fit.
std::vector<std::string> instance_lines(const DeploymentView& view, const Terminal& terminal) {
  std::vector<std::string> cells;
  if (view.targets.size() <= kInstancesShown) {
    for (const auto& target : view.targets) {
      cells.push_back(terminal.paint(state_paint(target.state), "■ " + target.name) + " " +
                      terminal.paint(Paint::Dim, target.state));
    }
  } else {
    std::map<std::string, std::size_t> counts;
    for (const auto& target : view.targets) ++counts[target.state];
    for (const auto& [state, count] : counts) {
      cells.push_back(terminal.paint(state_paint(state), fmt::format("■ {} {}", count, state)));
    }
  }
  std::vector<std::string> lines{" "};
  for (const auto& cell : cells) {
    if (display_width(lines.back()) + display_width(cell) + 2 > terminal.width()) {
      lines.emplace_back(" ");
    }
    lines.back() += " " + cell + " ";
  }
  return lines;
}

/// The message with its ISO 8601 durations as people write them.
std::string human_durations(const std::string& message) {
  std::string out;
  for (std::size_t at = 0; at < message.size();) {
    const auto end = std::min(message.find(' ', at), message.size());
    const auto word = message.substr(at, end - at);
    out += word.starts_with('P') ? human_duration(word) : word;
    if (end < message.size()) out += ' ';
    at = end + 1;
  }
  return out;
}

TargetView target_view(const json::Value& item) {
  TargetView out{text_at(item, "instance"), text_at(item, "hostname"), text_at(item, "zone"),
                 text_at(item, "state"), text_at(item, "reason")};
  if (out.name.empty()) out.name = short_id(out.instance);
  return out;
}

}  // namespace

bool DeploymentView::terminal() const {
  return state == "Succeeded" || state == "RolledBack" || state == "Failed" || state == "Cancelled";
}

std::optional<Duration> DeploymentView::to_go(WallTime now) const {
  if (state != "Running" || phase == "AwaitingPromotion" || step >= steps.size()) {
    return std::nullopt;
  }
  Duration out = parse_duration(bake).value_or(Duration(0));
  for (std::size_t i = step; i < steps.size(); ++i) {
    out += parse_duration(steps[i].soak).value_or(Duration(0));
  }
  const auto began = parse_time(since);
  const auto current = parse_duration(steps[step].soak);
  if (phase == "Judging" && current) out -= *current;  // it is over
  if (phase == "Baking" && began && current) {
    out -= *current;
    out -= std::clamp<Duration>(now - *began, Duration(0), out);
  }
  if (phase == "Soaking" && began && current) {
    out -= std::clamp<Duration>(now - *began, Duration(0), *current);
  }
  return out;
}

std::size_t DeploymentView::done_in(const StepView& reached) const {
  std::size_t done = 0;
  for (std::size_t i = 0; i < std::min(reached.cohort, targets.size()); ++i) {
    done += has_version(targets[i].state, reached.mode == "Stage") ? 1 : 0;
  }
  return done;
}

DeploymentView deployment_view(const json::Value& answer) {
  DeploymentView out;
  out.id = text_at(answer, "id");
  out.profile = text_at(answer, "configName");
  out.version = text_at(answer, "configVersion");
  out.strategy = text_at(answer, "strategy.type");
  out.state = text_at(answer, "state");
  out.reason = text_at(answer, "stateReason");
  out.phase = text_at(answer, "step.phase");
  out.since = text_at(answer, "step.since");
  out.created_at = text_at(answer, "createdAt");
  out.bake = text_at(answer, "strategy.bakeTime");
  out.step = count_at(answer, "step.index");
  for (const auto& item : items_at(answer, "plan.steps")) {
    out.steps.push_back({count_at(item, "cohort"), double_at(item, "percentage"),
                         text_at(item, "mode"), text_at(item, "soak")});
  }
  for (const auto& item : items_at(answer, "targets")) out.targets.push_back(target_view(item));
  out.notes = deployment_notes(answer);
  return out;
}

Paint state_paint(std::string_view state) {
  if (state == "Succeeded" || state == "Applied" || state == "Healthy") return Paint::Green;
  if (state == "Running" || state == "Assigned" || state == "Received") return Paint::Cyan;
  if (state == "Staged") return Paint::Blue;
  if (state == "Paused" || state == "Degraded" || state == "Cancelled") return Paint::Yellow;
  if (state == "Restored") return Paint::Magenta;
  if (state == "Waiting" || state == "Planned" || state == "Removed") return Paint::Dim;
  return Paint::Red;  // RollingBack, RolledBack, Failed, Rejected, Unreachable
}

std::string headline(const DeploymentView& view, const Terminal& terminal) {
  auto out = fmt::format("{}  {} {}  {}  {}", short_id(view.id), view.profile, view.version,
                         view.strategy, terminal.paint(state_paint(view.state), view.state));
  if (!view.reason.empty()) out += "  " + view.reason;
  return out;
}

std::vector<std::string> live_block(const DeploymentView& view, WallTime now,
                                    const Terminal& terminal) {
  std::vector<std::string> out{headline(view, terminal)};
  for (std::size_t i = 0; i < view.steps.size(); ++i) {
    out.push_back(step_line(view, i, now, terminal));
  }
  for (auto& line : instance_lines(view, terminal)) out.push_back(std::move(line));
  if (const auto left = view.to_go(now); left && *left >= std::chrono::seconds(1)) {
    out.push_back(terminal.paint(Paint::Dim, "  " + human_duration(whole_seconds(*left)) +
                                                 " to go, and the instances' time"));
  }
  for (const auto& note : view.notes) out.push_back(human_durations(note));
  return out;
}

std::string event_line(const json::Value& event, const Terminal& terminal) {
  const auto kind = text_at(event, "kind");
  auto paint = Paint::Cyan;
  if (kind.starts_with("rollback.") || kind.ends_with(".failed") || kind.ends_with("rejected") ||
      kind.starts_with("drift")) {
    paint = Paint::Red;
  } else if (kind.ends_with(".succeeded") || kind.ends_with(".completed")) {
    paint = Paint::Green;
  } else if (kind.ends_with(".paused") || kind.ends_with("unreachable")) {
    paint = Paint::Yellow;
  }
  return fmt::format("{}  {}  {}", terminal.paint(Paint::Dim, clock_time(text_at(event, "at"))),
                     terminal.paint(paint, fmt::format("{:<24}", kind)),
                     human_durations(text_at(event, "message")));
}

}  // namespace hotswap::cli
