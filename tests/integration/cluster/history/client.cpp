#include "integration/cluster/history/client.hpp"

#include "cli/answer.hpp"

namespace hotswap::history {
namespace {

using namespace std::chrono_literals;
using cli::text_at;

constexpr auto kPatience = 8s;
constexpr auto kPause = 4ms;
constexpr auto kBackoff = 200ms;

Moment now() { return std::chrono::steady_clock::now(); }

/// Of calls without answer none, so that twins stay alike.
std::string reason_of(const Result<json::Value>& answer) {
  if (outcome_of(answer) != Outcome::Refused) return {};
  return answer.error().reason + ": " + answer.error().detail;
}

std::optional<Moment> moment_if(bool known) { return known ? std::optional(now()) : std::nullopt; }

}  // namespace

Storm::Client::Client(Storm& storm, std::size_t number)
    : storm_(storm),
      number_(number),
      random_(storm.options_.seed * 1000 + static_cast<unsigned>(number)),
      api_({.server = storm.options_.servers[number % storm.options_.servers.size()],
            .token = storm.options_.token,
            .ca_file = {},
            .timeout = kPatience}) {}

int Storm::Client::pick(int least, int most) {
  return std::uniform_int_distribution(least, most)(random_);
}

std::string Storm::Client::tag() { return "tag" + std::to_string(pick(1, 2)); }

std::string Storm::Client::path(const std::string& version) const {
  return cli::config_path(storm_.options_.profile, {"versions", version});
}

void Storm::Client::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const int dice = pick(0, 99);
    if (dice < 30)
      upload();
    else if (dice < 45)
      read_version();
    else if (dice < 58)
      put_tag();
    else if (dice < 64)
      remove_tag();
    else if (dice < 80)
      read_tag();
    else if (dice < 84)
      start_deployment();
    else if (dice < 93)
      command();
    else
      read_deployment();
    // Who got no answer comes back later, as good clients do.
    const auto unknown = storm_.unknown_.load();
    std::this_thread::sleep_for(unknown == seen_unknown_ ? kPause : kBackoff);
    seen_unknown_ = unknown;
  }
}

void Storm::Client::upload() {
  // Whoever has a number moves on; the others meet there.
  const int number = storm_.number_;
  const auto version = "1.0." + std::to_string(number);
  const auto content = std::to_string(number_) + "-" + std::to_string(++count_);
  const auto called = now();
  const auto answer =
      api_.post(cli::config_path(storm_.options_.profile, {"versions"}),
                json::Object{{"version", version}, {"data", json::Object{{"content", content}}}});
  const auto outcome = outcome_of(answer);
  storm_.wrote(outcome);
  if (outcome == Outcome::Done || outcome == Outcome::Refused) {
    int expected = number;
    storm_.number_.compare_exchange_strong(expected, number + 1);
  }
  storm_.versions_.add(
      version, {{VersionModel::Operation::Kind::Upload, content, outcome == Outcome::Refused},
                called,
                moment_if(outcome != Outcome::Unknown)});
}

void Storm::Client::read_version() {
  const auto version = "1.0." + std::to_string(std::max(1, storm_.number_ - pick(0, 2)));
  const auto called = now();
  const auto answer = api_.get(path(version));
  const auto outcome = outcome_of(answer);
  if (outcome == Outcome::Unknown) return;
  ++storm_.reads_;
  storm_.versions_.add(version, {{VersionModel::Operation::Kind::Read,
                                  answer ? text_at(*answer, "data.content") : ""},
                                 called,
                                 now()});
}

void Storm::Client::put_tag() {
  const auto name = tag();
  const auto version = "0.0." + std::to_string(pick(1, 4));
  const auto called = now();
  const auto done = api_.call({.method = "PUT", .path = path(version) + "/tags/" + name});
  const auto outcome =
      outcome_of(done ? Result<json::Value>(json::Value()) : std::unexpected(done.error()));
  storm_.wrote(outcome);
  storm_.tags_.add(
      name,
      {{TagModel::Operation::Kind::Put, version}, called, moment_if(outcome != Outcome::Unknown)});
}

void Storm::Client::remove_tag() {
  const auto name = tag();
  const auto version = "0.0." + std::to_string(pick(1, 4));
  const auto called = now();
  const auto done = api_.remove(path(version) + "/tags/" + name);
  const auto outcome =
      outcome_of(done ? Result<json::Value>(json::Value()) : std::unexpected(done.error()));
  storm_.wrote(outcome);
  storm_.tags_.add(name, {{TagModel::Operation::Kind::Remove, version,
                           outcome == Outcome::NotThere || outcome == Outcome::Refused},
                          called,
                          moment_if(outcome != Outcome::Unknown)});
}

void Storm::Client::read_tag() {
  const auto name = tag();
  const auto called = now();
  const auto answer = api_.get(path(name));
  if (outcome_of(answer) == Outcome::Unknown) return;
  ++storm_.reads_;
  storm_.tags_.add(name,
                   {{TagModel::Operation::Kind::Read, answer ? text_at(*answer, "version") : ""},
                    called,
                    now()});
}

std::string Storm::Client::last_deployment() {
  const std::lock_guard lock(storm_.starts_mutex_);
  return storm_.last_;
}

void Storm::Client::start_deployment() {
  // The reason finds it again if its answer is lost.
  const auto reason = "start " + std::to_string(number_) + "-" + std::to_string(++count_);
  const auto called = now();
  const auto answer =
      api_.post("/api/v1/deployments",
                json::Object{{"configName", storm_.options_.gated},
                             {"configVersion", "0.0." + std::to_string(pick(1, 4))},
                             {"force", true},
                             {"reason", reason},
                             {"strategy", json::Object{{"type", "Canary"},
                                                       {"phases", json::Array{50, 100}},
                                                       {"autoPromote", false},
                                                       {"healthCheckEnabled", false}}}});
  const auto outcome = outcome_of(answer);
  storm_.wrote(outcome);
  const std::lock_guard lock(storm_.starts_mutex_);
  if (outcome == Outcome::Unknown) {
    storm_.lost_starts_[reason] = called;
    return;
  }
  const auto id = answer ? text_at(*answer, "id") : "";
  if (!id.empty()) storm_.last_ = id;
  storm_.deployments_.add(storm_.options_.gated, {{DeploymentModel::Operation::Kind::Start, id, "",
                                                   id.empty(), reason_of(answer)},
                                                  called,
                                                  now()});
}

void Storm::Client::command() {
  using Kind = DeploymentModel::Operation::Kind;
  static constexpr std::pair<const char*, Kind> kVerbs[] = {{"pause", Kind::Pause},
                                                            {"resume", Kind::Resume},
                                                            {"cancel", Kind::Cancel},
                                                            {"rollback", Kind::Rollback}};
  const auto id = last_deployment();
  if (id.empty()) return;
  // Ends are rarer than the rest, so that something can be met.
  const int dice = pick(0, 9);
  const auto& [verb, kind] = kVerbs[dice < 4 ? 0 : dice < 8 ? 1 : dice < 9 ? 2 : 3];
  const auto called = now();
  const auto answer = api_.post(cli::deployment_path(id, verb), json::Object{});
  const auto outcome = outcome_of(answer);
  storm_.wrote(outcome);
  storm_.deployments_.add(storm_.options_.gated,
                          {{kind, id, "", outcome == Outcome::Refused, reason_of(answer)},
                           called,
                           moment_if(outcome != Outcome::Unknown)});
}

void Storm::Client::read_deployment() {
  const auto id = last_deployment();
  if (id.empty()) return;
  const auto called = now();
  const auto answer = api_.get(cli::deployment_path(id));
  if (!answer) return;
  ++storm_.reads_;
  storm_.deployments_.add(
      storm_.options_.gated,
      {{DeploymentModel::Operation::Kind::Read, id, text_at(*answer, "state")}, called, now()});
}

}  // namespace hotswap::history
