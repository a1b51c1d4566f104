#include "integration/cluster/world.hpp"

#include <fmt/format.h>

#include <iostream>

#include "cli/answer.hpp"

namespace hotswap::lab {
namespace {

constexpr auto kMain = "pay.production";
constexpr std::size_t kInstances = 300;
constexpr auto kEnd = 90s;

void expect_none(const checks::Words& words) {
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, words.size()); ++i) ADD_FAILURE() << words[i];
  if (words.size() > kShown) ADD_FAILURE() << "… and " << words.size() - kShown << " more";
}

bool is_over(const std::string& state) {
  return state == "Succeeded" || state == "RolledBack" || state == "Failed" || state == "Cancelled";
}

}  // namespace

void measured(const std::string& what, std::chrono::milliseconds time) {
  std::cout << fmt::format("  measured: {}: {} ms\n", what, time.count()) << std::flush;
}

LabFaults::LabFaults() {
  if (lab_) return;
  lab_ = std::make_unique<Lab>(false);
  has_profile(kMain, "pay", 0);
  fleet_ = std::make_unique<fleet::Fleet>(
      fleet::Options{lab_->urls(), lab_->token(), "pay", kInstances});
  gate_ = std::make_unique<fleet::Fleet>(fleet::Options{lab_->urls(), lab_->token(), "gate", 6});
  if (!eventually([&] { return fleet_->connected() == kInstances; }, 60s))
    throw std::runtime_error("the instances do not connect");
  const auto first = begins_canary("PT0S");
  if (ends(first) != "Succeeded") throw std::runtime_error("a first deployment does not succeed");
  deployments_.clear();
}

void LabFaults::SetUp() { ++case_; }

void LabFaults::TearDown() {
  lab().heal();
  const bool back = eventually([&] { return fleet().connected() == kInstances; }, 60s);
  EXPECT_TRUE(back) << "only " << fleet().connected() << " instances have their stream back";
  for (const auto& id : deployments_) {
    expect_none(checks::happened_once(lab().api(), id));
    expect_none(checks::converged(lab().api(), id, fleet()));
    expect_none(checks::kept_to_cohorts(lab().api(), id, fleet().record()));
  }
  expect_none(checks::generations_grow(fleet().record()));
  expect_none(fleet().breaches());
  expect_none(checks::audit_is_whole(lab().api()));
  if (HasFailure())
    for (auto& node : lab().nodes()) std::cout << node->name() << ": " << node->log() << "\n";
}

void LabFaults::has_profile(const std::string& name, const std::string& service, int versions) {
  const auto made = lab().api().post(
      "/api/v1/configs",
      json::Object{{"name", name}, {"serviceName", service}, {"environment", "Production"}});
  if (!made) throw std::runtime_error(name + ": " + made.error().detail);
  for (int i = 1; i <= versions; ++i) {
    const auto version = lab().api().post(
        cli::config_path(name, {"versions"}),
        json::Object{{"version", "0.0." + std::to_string(i)}, {"data", json::Object{{"is", i}}}});
    if (!version) throw std::runtime_error(name + ": " + version.error().detail);
  }
}

std::string LabFaults::begins_canary(const std::string& pause) {
  const auto version = "1." + std::to_string(++version_) + ".0";
  const auto made = lab().api().post(
      cli::config_path(kMain, {"versions"}),
      json::Object{{"version", version}, {"data", json::Object{{"number", version_}}}});
  if (!made) throw std::runtime_error(version + ": " + made.error().detail);
  const auto started = lab().api().post(
      "/api/v1/deployments",
      json::Object{{"configName", kMain},
                   {"configVersion", version},
                   {"strategy", json::Object{{"type", "Canary"},
                                             {"phases", json::Array{10, 50, 100}},
                                             {"phaseInterval", pause},
                                             {"healthCheckEnabled", false}}}});
  if (!started) throw std::runtime_error("deployment: " + started.error().detail);
  deployments_.push_back(cli::text_at(*started, "id"));
  return deployments_.back();
}

std::string LabFaults::state_of(const std::string& deployment) {
  const auto answer = lab().api().get(cli::deployment_path(deployment));
  return answer ? cli::text_at(*answer, "state") : answer.error().detail;
}

std::string LabFaults::ends(const std::string& deployment) {
  std::string state;
  static_cast<void>(eventually(
      [&] {
        state = state_of(deployment);
        return is_over(state);
      },
      kEnd));
  return state;
}

bool LabFaults::reaches(const std::string& deployment, const std::string& kind, int number) {
  const auto count = "SELECT count(*) FROM events WHERE deployment = '" + deployment +
                     "' AND kind = '" + kind + "'";
  return eventually([&] { return std::stoi(lab().postgres().sql(count)) >= number; }, kEnd);
}

std::size_t LabFaults::owner(const std::string& deployment) {
  std::optional<std::size_t> found;
  if (!eventually([&] { return (found = lab().owner(deployment)).has_value(); }, kBound))
    throw std::runtime_error("no node drives anything");
  return *found;
}

std::string LabFaults::fence_of(const std::string& deployment) {
  return lab().postgres().sql("SELECT fence FROM deployments WHERE id = '" + deployment + "'");
}

std::chrono::milliseconds LabFaults::taken_over(const std::string& deployment,
                                                const std::string& fence) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return fence_of(deployment) != fence; }, kBound))
      << "nobody took over";
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

std::unique_ptr<history::Storm> LabFaults::storm() {
  static int number = 0;
  const auto name = "storm" + std::to_string(++number);
  has_profile(name + ".production", name, 4);
  has_profile(name + "-gated.production", "gate", 4);
  return std::make_unique<history::Storm>(history::StormOptions{
      lab().urls(), lab().token(), name + ".production", name + "-gated.production", 4,
      static_cast<unsigned>(number)});
}

std::chrono::milliseconds LabFaults::writes_again(const history::Storm& storm, std::size_t more) {
  const auto start = std::chrono::steady_clock::now();
  const auto before = storm.acknowledged();
  EXPECT_TRUE(eventually([&] { return storm.acknowledged() >= before + more; }, kBound))
      << "no more writes: " << storm.summary();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

void LabFaults::judge(history::Storm& storm) {
  for (const auto& words : storm.end()) ADD_FAILURE() << words;
  std::cout << "  " << storm.summary() << "\n" << std::flush;
}

}  // namespace hotswap::lab
