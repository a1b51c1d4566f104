#include "integration/cluster/history/storm.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "cli/answer.hpp"
#include "integration/cluster/history/client.hpp"
#include "integration/cluster/history/core.hpp"

namespace hotswap::history {
namespace {

using namespace std::chrono_literals;

constexpr int kTries = 40;
constexpr std::size_t kDeployments = 2000;

template <class Model>
void judge_all(const std::string& what, Recorder<Model>& recorder, std::vector<std::string>& out) {
  for (auto& [object, events] : recorder.take()) {
    const auto verdict = judge<Model>(events);
    if (verdict == Verdict::Linearizable) continue;
    if (verdict == Verdict::TooHard)
      out.push_back(fmt::format("{} {}: cannot judge {} operations", what, object, events.size()));
    else
      out.push_back(fmt::format("{} {}: no possible order of {} operations, of these:{}", what,
                                object, events.size(), told<Model>(core_of<Model>(events))));
  }
}

/// The servers have just been healed: a first answer may still be late.
Result<json::Value> patient(const std::function<Result<json::Value>()>& ask) {
  auto answer = ask();
  for (int i = 0; i < kTries && outcome_of(answer) == Outcome::Unknown; ++i) {
    std::this_thread::sleep_for(250ms);
    answer = ask();
  }
  if (outcome_of(answer) == Outcome::Unknown)
    throw std::runtime_error("the servers do not answer any more: " + answer.error().detail);
  return answer;
}

}  // namespace

Outcome outcome_of(const Result<json::Value>& answer) {
  if (answer) return Outcome::Done;
  switch (answer.error().code) {
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
    case ErrorCode::Internal:
    case ErrorCode::RateLimited:
      return Outcome::Unknown;
    case ErrorCode::NotFound:
      return Outcome::NotThere;
    default:
      return Outcome::Refused;
  }
}

Storm::Storm(StormOptions options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < options_.clients; ++i)
    threads_.emplace_back([this, i](const std::stop_token& stop) { Client(*this, i).run(stop); });
}

Storm::~Storm() {
  for (auto& thread : threads_) thread.request_stop();
}

void Storm::wrote(Outcome outcome) {
  if (outcome == Outcome::Done) {
    const std::lock_guard lock(acks_mutex_);
    acks_.push_back(std::chrono::steady_clock::now());
    ++acknowledged_;
  }
  if (outcome == Outcome::Unknown) ++unknown_;
  if (outcome == Outcome::Refused || outcome == Outcome::NotThere) ++refused_;
}

std::chrono::milliseconds Storm::longest_gap(Moment since) const {
  const std::lock_guard lock(acks_mutex_);
  auto longest = Moment::duration::zero();
  for (const auto ack : acks_) {
    if (ack <= since) continue;
    longest = std::max(longest, ack - since);
    since = ack;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

std::string Storm::summary() const {
  return fmt::format("{} writes acknowledged, {} refused, {} without answer, {} reads",
                     acknowledged_.load(), refused_.load(), unknown_.load(), reads_.load());
}

void Storm::find_lost_starts() {
  cli::Api api({.server = options_.servers[0], .token = options_.token, .ca_file = {}});
  const auto found =
      api.list("/api/v1/deployments?configName=" + cli::encode(options_.gated), kDeployments);
  if (!found) throw std::runtime_error("deployments: " + found.error().detail);
  for (const auto& each : *found) {
    const auto lost = lost_starts_.find(cli::text_at(each, "reason"));
    if (lost == lost_starts_.end()) continue;
    deployments_.add(options_.gated, {{DeploymentModel::Operation::Kind::Start,
                                       cli::text_at(each, "id"), "", false},
                                      lost->second,
                                      std::nullopt});
  }
  // The last state of each, so that nothing that was answered can have been forgotten.
  for (const auto& each : *found) {
    const auto called = std::chrono::steady_clock::now();
    const auto id = cli::text_at(each, "id");
    const auto state = patient([&] { return api.get(cli::deployment_path(id)); });
    if (!state) continue;
    deployments_.add(options_.gated,
                     {{DeploymentModel::Operation::Kind::Read, id, cli::text_at(*state, "state")},
                      called,
                      std::chrono::steady_clock::now()});
  }
}

void Storm::end_deployments() {
  cli::Api api({.server = options_.servers[0], .token = options_.token, .ca_file = {}});
  const auto active = api.list(
      "/api/v1/deployments?active=true&configName=" + cli::encode(options_.gated), kDeployments);
  if (!active) return;
  for (const auto& each : *active)
    static_cast<void>(
        api.post(cli::deployment_path(cli::text_at(each, "id"), "cancel"), json::Object{}));
}

void Storm::read_all() {
  cli::Api api({.server = options_.servers[0], .token = options_.token, .ca_file = {}});
  const auto read = [&](const std::string& name, const char* member) {
    const auto called = std::chrono::steady_clock::now();
    const auto answer =
        patient([&] { return api.get(cli::config_path(options_.profile, {"versions", name})); });
    return std::pair(called, answer ? cli::text_at(*answer, member) : std::string());
  };
  for (int i = 1; i <= number_; ++i) {
    const auto version = "1.0." + std::to_string(i);
    const auto [called, content] = read(version, "data.content");
    versions_.add(
        version,
        {{VersionModel::Operation::Kind::Read, content}, called, std::chrono::steady_clock::now()});
  }
  for (const auto* tag : {"tag1", "tag2"}) {
    const auto [called, version] = read(tag, "version");
    tags_.add(
        tag,
        {{TagModel::Operation::Kind::Read, version}, called, std::chrono::steady_clock::now()});
  }
}

std::vector<std::string> Storm::end() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
  read_all();
  find_lost_starts();
  end_deployments();
  std::vector<std::string> out;
  judge_all("version", versions_, out);
  judge_all("tag", tags_, out);
  judge_all("deployments of", deployments_, out);
  return out;
}

}  // namespace hotswap::history
