#include "cli/demo/show.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "cli/answer.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
constexpr auto kTick = 100ms;
constexpr auto kPoll = 250ms;
constexpr auto kFiguresSpan = 2000ms;
constexpr auto kReading = 2500ms;  ///< for people to read a headline
constexpr std::size_t kCurve = 30;

/// What people follow; the rest of the feed (registrations, uploads) would bury it.
bool worth_showing(const std::string& kind) {
  return kind.starts_with("deployment.") || kind.starts_with("step.") ||
         kind.starts_with("rollback.") || kind.starts_with("target.") ||
         kind.starts_with("drift.") || kind.starts_with("health.");
}

/// Whether this kind of event ends a deployment's timeline.
bool is_last(const std::string& kind) {
  return kind == "deployment.succeeded" || kind == "deployment.failed" ||
         kind == "deployment.cancelled" || kind == "rollback.reported";
}

std::string running_version(KeepAlive& admin) {
  const auto answer = admin.request("GET", "/config");
  if (answer.status != 200) return {};
  const auto config = json::parse(answer.body);
  return config ? text_at(*config, "version") : std::string();
}

}  // namespace

std::string sparkline(const std::vector<double>& values, double top) {
  static constexpr std::array<std::string_view, 8> kLevels = {"▁", "▂", "▃", "▄",
                                                              "▅", "▆", "▇", "█"};
  std::string out;
  for (const double value : values) {
    const auto level = std::lround(std::clamp(value / top, 0.0, 1.0) * 7);
    out += kLevels[static_cast<std::size_t>(level)];
  }
  return out;
}

Show::Show(World& world, const Terminal& terminal)
    : world_(world),
      terminal_(terminal),
      api_(world.api()),
      events_(world.api(), "/api/v1/events"),
      area_(terminal),
      cells_(world.instances().size()) {}

void Show::scene(int number, const std::string& title, const std::string& why) {
  followed_.clear();
  deployment_ = {};
  told_the_end_ = false;
  area_.line("");
  area_.line(terminal_.paint(Paint::Bold, fmt::format("{}/6  {}", number, title)));
  area_.line("     " + why);
  if (terminal_.live()) watch(kReading);
}

void Show::say(const std::string& text) { area_.line(text); }

void Show::check(bool ok, const std::string& what) {
  checks_.push_back({ok, what});
  area_.line("     " +
             (ok ? terminal_.paint(Paint::Green, "✓ ") : terminal_.paint(Paint::Red, "✗ ")) + what);
}

bool Show::until(std::chrono::milliseconds timeout, const std::function<bool()>& done) {
  const auto end = Clock::now() + timeout;
  while (!Interrupt::requested()) {
    tick();
    if (done()) return true;
    if (Clock::now() > end) return false;
  }
  return false;
}

void Show::watch(std::chrono::milliseconds span) {
  static_cast<void>(until(span, [] { return false; }));
}

void Show::tick() {
  show_events();
  ask_instances();
  if (Clock::now() >= next_poll_) {
    next_poll_ = Clock::now() + kPoll;
    poll_deployment();
    if (load_) errors_.push_back(load_->recent(kPoll * 2).error_percent());
    if (errors_.size() > kCurve) errors_.erase(errors_.begin());
  }
  area_.draw(block());
}

void Show::show_events() {
  for (const auto& event : events_.take(kTick)) {
    const auto kind = text_at(event.data, "kind");
    if (!worth_showing(kind)) continue;
    area_.line("     " + event_line(event.data, terminal_));
    if (text_at(event.data, "deployment") == followed_) told_the_end_ = is_last(kind);
  }
}

void Show::ask_instances() {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    auto& instance = world_.instances()[i];
    cells_[i].version = running_version(*instance.admin);
    cells_[i].answers = !cells_[i].version.empty();
    if (!cells_[i].answers) continue;
    ran_[cells_[i].version].insert(instance.name);
    if (std::ranges::find(versions_, cells_[i].version) == versions_.end()) {
      versions_.push_back(cells_[i].version);
    }
  }
}

void Show::follow(const std::string& id) {
  followed_ = id;
  told_the_end_ = false;
  poll_deployment();
}

void Show::poll_deployment() {
  if (followed_.empty()) return;
  const auto answer = api_.get(deployment_path(followed_));
  if (!answer) return;
  deployment_ = deployment_view(*answer);
  std::set<std::string> staged;
  for (const auto& target : deployment_.targets) {
    if (target.state == "Staged") staged.insert(target.name);
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].staged = staged.contains(world_.instances()[i].name);
  }
}

std::size_t Show::running(const std::string& version) const {
  return static_cast<std::size_t>(std::ranges::count(cells_, version, &Cell::version));
}

std::size_t Show::running_by_api(const std::string& version) {
  const auto items =
      api_.list(std::string("/api/v1/instances?service=") + kDemoService, cells_.size() + 1);
  if (!items) return 0;
  std::size_t count = 0;
  for (const auto& item : *items) {
    for (const auto& config : items_at(item, "configs")) {
      count += text_at(config, "observed.version") == version &&
                       text_at(config, "desired.version") == version
                   ? 1
                   : 0;
    }
  }
  return count;
}

std::set<std::string> Show::ever_ran(const std::string& version) const {
  const auto found = ran_.find(version);
  return found == ran_.end() ? std::set<std::string>() : found->second;
}

void Show::start_load(int per_second) {
  std::vector<LoadTarget> targets;
  for (const auto& instance : world_.instances()) targets.push_back({instance.name, instance.port});
  load_ = std::make_unique<LoadGenerator>(std::move(targets), per_second);
}

std::string Show::figures() const {
  if (!load_) return "no load yet";
  const auto recent = load_->recent(kFiguresSpan);
  const auto rate =
      static_cast<double>(recent.requests) / std::chrono::duration<double>(kFiguresSpan).count();
  return fmt::format("{:>4.0f} requests/s   errors {:>5.1f} %   p99 {:>4.0f} ms", rate,
                     recent.error_percent(), recent.p99);
}

std::vector<std::string> Show::block() const {
  std::vector<std::string> out{"", "  fleet     " + fleet_line()};
  if (load_) {
    const auto bad = load_->recent(kFiguresSpan).error_percent() > 0.5;
    out.push_back("  callers   " + terminal_.paint(bad ? Paint::Red : Paint::Green, figures()) +
                  "   " + terminal_.paint(bad ? Paint::Red : Paint::Dim, sparkline(errors_, 10)));
  }
  out.push_back("  rollout   " + deployment_line());
  return out;
}

Paint Show::version_paint(const std::string& version) const {
  static constexpr std::array kPaints = {Paint::Blue, Paint::Green, Paint::Red, Paint::Magenta,
                                         Paint::Cyan};
  const auto at = std::ranges::find(versions_, version) - versions_.begin();
  return kPaints[static_cast<std::size_t>(at) % kPaints.size()];
}

std::string Show::fleet_line() const {
  std::string out;

  for (const auto& cell : cells_) {
    if (!cell.answers) {
      out += terminal_.paint(Paint::Dim, "□ -    ");
      continue;
    }

    out +=
        terminal_.paint(version_paint(cell.version), (cell.staged ? "◧ " : "■ ") + cell.version) +
        " ";
  }
  return out;
}

std::string Show::deployment_line() const {
  if (deployment_.id.empty()) return terminal_.paint(Paint::Dim, "none");
  std::size_t done = 0;
  for (const auto& target : deployment_.targets) done += target.state == "Applied" ? 1 : 0;
  const auto all = std::max<std::size_t>(deployment_.targets.size(), 1);
  auto out = fmt::format("{} {}  {}  ", deployment_.version, deployment_.strategy,
                         terminal_.paint(state_paint(deployment_.state), deployment_.state));
  if (!deployment_.terminal()) {
    out += fmt::format("step {} of {} {}  ", deployment_.step + 1, deployment_.steps.size(),
                       deployment_.phase);
  }
  return out +
         terminal_.paint(state_paint(deployment_.state),
                         progress_bar(static_cast<double>(done) / static_cast<double>(all), 20)) +
         fmt::format(" {}/{}", done, deployment_.targets.size());
}

}  // namespace hotswap::cli
