#include "integration/cluster/world.hpp"

#include <fmt/format.h>

#include <iostream>

#include "cli/answer.hpp"

namespace hotswap::lab {
namespace {

constexpr auto kMain = "pay.production";
constexpr auto kEnd = 90s;
constexpr auto kStreams = 60s;

using Steady = std::chrono::steady_clock;

bool is_over(const std::string& state) {
  return state == "Succeeded" || state == "RolledBack" || state == "Failed" || state == "Cancelled";
}

}  // namespace

json::Value canary(const std::string& pause) {
  return json::Object{{"type", "Canary"},
                      {"phases", json::Array{10, 50, 100}},
                      {"phaseInterval", pause},
                      {"healthCheckEnabled", false}};
}

World::World(const WorldOptions& options) : instances_(options.instances), lab_(options.lab) {
  has_profile(kMain, "pay", 0);
  fleet_ =
      std::make_unique<fleet::Fleet>(fleet::Options{lab_.urls(), lab_.token(), "pay", instances_});
  gate_ = std::make_unique<fleet::Fleet>(fleet::Options{lab_.urls(), lab_.token(), "gate", 6});
  if (!eventually([&] { return fleet_->connected() == instances_; }, kStreams))
    throw std::runtime_error("the instances do not connect: " + logs());
  succeeds(begins(canary("PT0S")));
  deployments_.clear();
}

void World::add(const checks::Words& words) {
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, words.size()); ++i) breach(words[i]);
  if (words.size() > kShown) breach(fmt::format("… and {} more", words.size() - kShown));
}

void World::settle() {
  lab_.heal();
  if (!eventually([&] { return fleet_->connected() == instances_; }, kStreams))
    breach(fmt::format("only {} instances have their stream back", fleet_->connected()));
  for (const auto& id : deployments_) {
    add(checks::happened_once(lab_.api(), id));
    add(checks::kept_to_cohorts(lab_.api(), id, fleet_->record()));
  }
  // What an earlier one brought has been replaced.
  if (!deployments_.empty()) add(checks::converged(lab_.api(), deployments_.back(), *fleet_));
  deployments_.clear();
  add(checks::generations_grow(fleet_->record()));
  add(fleet_->breaches());
  add(checks::audit_is_whole(lab_.api()));
}

std::size_t World::settle_aloud() {
  settle();
  const auto words = take_breaches();
  for (const auto& each : words) std::cout << "  BREACH: " << each << "\n";
  if (!words.empty()) std::cout << logs();
  return words.size();
}

std::string World::logs() const {
  std::string out;
  for (const auto& node : lab_.nodes()) out += node->name() + ":\n" + node->log() + "\n";
  return out;
}

void World::has_profile(const std::string& name, const std::string& service, int versions) {
  const auto made = lab_.api().post(
      "/api/v1/configs",
      json::Object{{"name", name}, {"serviceName", service}, {"environment", "Production"}});
  if (!made) throw std::runtime_error(name + ": " + made.error().detail);
  for (int i = 1; i <= versions; ++i) {
    const auto version = lab_.api().post(
        cli::config_path(name, {"versions"}),
        json::Object{{"version", "0.0." + std::to_string(i)}, {"data", json::Object{{"is", i}}}});
    if (!version) throw std::runtime_error(name + ": " + version.error().detail);
  }
}

std::string World::begins(const json::Value& strategy) {
  const auto version = "1." + std::to_string(++version_) + ".0";
  const auto made = lab_.api().post(
      cli::config_path(kMain, {"versions"}),
      json::Object{{"version", version}, {"data", json::Object{{"number", version_}}}});
  if (!made) throw std::runtime_error(version + ": " + made.error().detail);
  const auto started = lab_.api().post(
      "/api/v1/deployments",
      json::Object{{"configName", kMain}, {"configVersion", version}, {"strategy", strategy}});
  if (!started) throw std::runtime_error("deployment: " + started.error().detail);
  deployments_.push_back(cli::text_at(*started, "id"));
  return deployments_.back();
}

void World::succeeds(const std::string& deployment) {
  std::string state;
  static_cast<void>(eventually(
      [&] {
        const auto answer = lab_.api().get(cli::deployment_path(deployment));
        state = answer ? cli::text_at(*answer, "state") : answer.error().detail;
        return is_over(state);
      },
      kEnd));
  if (state == "Succeeded") return;
  breach(fmt::format("{} is {} instead of Succeeded:\n{}", deployment, state,
                     checks::story(lab_.api(), deployment)));
}

bool World::reaches(const std::string& deployment, const std::string& kind, int number) {
  const auto count = "SELECT count(*) FROM events WHERE deployment = '" + deployment +
                     "' AND kind = '" + kind + "'";
  const bool reached =
      eventually([&] { return std::stoi(lab_.postgres().sql(count)) >= number; }, kEnd);
  if (!reached)
    breach(fmt::format("{} does not come to its {}. {}:\n{}", deployment, number, kind,
                       checks::story(lab_.api(), deployment)));
  return reached;
}

std::size_t World::owner(const std::string& deployment) {
  std::optional<std::size_t> found;
  if (!eventually([&] { return (found = lab_.owner(deployment)).has_value(); }, kBound))
    throw std::runtime_error("no node drives " + deployment + ":\n" +
                             checks::story(lab_.api(), deployment) + logs());
  return *found;
}

std::string World::fence_of(const std::string& deployment) {
  return lab_.postgres().sql("SELECT fence FROM deployments WHERE id = '" + deployment + "'");
}

void World::taken_over(const std::string& deployment, const std::string& fence,
                       const std::string& what) {
  const auto start = Steady::now();
  if (eventually([&] { return fence_of(deployment) != fence; }, kBound))
    measures_.note("takeover after " + what, Steady::now() - start);
  else
    breach("nobody took over " + deployment + " after " + what);
}

void World::taken_over_or_over(const std::string& deployment, const std::string& fence,
                               const std::string& what) {
  const auto active = "SELECT active FROM deployments WHERE id = '" + deployment + "'";
  const auto start = Steady::now();
  const auto moved = [&] { return fence_of(deployment) != fence; };
  if (!eventually([&] { return moved() || lab_.postgres().sql(active) == "0"; }, kBound))
    breach("nobody took over " + deployment + " after " + what);
  else if (moved())
    measures_.note("takeover after " + what, Steady::now() - start);
}

void World::streams_return(std::size_t before, const std::string& what) {
  const auto start = Steady::now();
  static_cast<void>(eventually([&] { return fleet_->reconnects() > before; }, 5s));
  if (eventually([&] { return fleet_->connected() == instances_; }, kStreams))
    measures_.note("all streams back after " + what, Steady::now() - start);
  else
    breach(fmt::format("{} of {} streams are not back after {}", instances_ - fleet_->connected(),
                       instances_, what));
}

std::unique_ptr<history::Storm> World::storm() {
  const auto name = "storm" + std::to_string(++storms_);
  has_profile(name + ".production", name, 4);
  has_profile(name + "-gated.production", "gate", 4);
  return std::make_unique<history::Storm>(
      history::StormOptions{lab_.urls(), lab_.token(), name + ".production",
                            name + "-gated.production", 4, static_cast<unsigned>(storms_)});
}

void World::writes_go_on(const history::Storm& storm, std::size_t more) {
  const auto before = storm.acknowledged();
  if (!eventually([&] { return storm.acknowledged() >= before + more; }, kBound))
    breach("no more writes: " + storm.summary());
}

void World::judge(history::Storm& storm) {
  add(storm.end());
  std::cout << "  " << storm.summary() << "\n" << std::flush;
}

}  // namespace hotswap::lab
