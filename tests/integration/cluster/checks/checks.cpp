#include "integration/cluster/checks/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/answer.hpp"
#include "domain/base/time.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::checks {
namespace {

using namespace std::chrono_literals;
using cli::int_at;
using cli::text_at;

constexpr std::size_t kEvents = 20'000;
constexpr auto kSettle = 45s;
/// The timeline tells the cluster's time, instances that of this machine.
constexpr auto kSlack = 250ms;

bool is_end(const std::string& kind) {
  return kind == "deployment.succeeded" || kind == "deployment.cancelled" ||
         kind == "deployment.failed" || kind == "deployment.rolled_back" ||
         kind == "rollback.verified";
}

json::Array timeline(cli::Api& api, const std::string& deployment) {
  auto events = api.list(cli::deployment_path(deployment, "events"), kEvents);
  return events ? std::move(*events) : json::Array();
}

/// When the step that brought in each position of the cohort began.
std::vector<std::optional<WallTime>> begun(const json::Array& events, std::size_t targets) {
  std::vector<std::optional<WallTime>> out(targets);
  for (const auto& event : events) {
    if (text_at(event, "kind") != "step.assigning") continue;
    const auto cohort = static_cast<std::size_t>(int_at(event, "data.cohort"));
    const auto at = parse_time(text_at(event, "at"));
    for (std::size_t i = 0; i < std::min(cohort, targets); ++i)
      if (!out[i] && at) out[i] = *at;
  }
  return out;
}

}  // namespace

std::vector<std::string> kinds(cli::Api& api, const std::string& deployment) {
  std::vector<std::string> out;
  for (const auto& event : timeline(api, deployment)) out.push_back(text_at(event, "kind"));
  return out;
}

std::string story(cli::Api& api, const std::string& deployment) {
  std::string out;
  for (const auto& event : timeline(api, deployment))
    out += fmt::format("  {} {:24} {}\n", text_at(event, "at"), text_at(event, "kind"),
                       text_at(event, "message"));
  return out.empty() ? "  no timeline can be read\n" : out;
}

Words happened_once(cli::Api& api, const std::string& deployment) {
  std::map<std::string, int> ends, steps;
  const auto events = timeline(api, deployment);
  for (const auto& event : events) {
    const auto kind = text_at(event, "kind");
    if (is_end(kind)) ++ends[kind];
    if (kind == "step.assigning" || kind == "step.completed" || kind == "deployment.started")
      ++steps[kind + " " + text_at(event, "data.step")];
  }
  Words out;
  int all = 0;
  for (const auto& [kind, count] : ends) all += count;
  if (all != 1) {
    out.push_back(fmt::format("{} ended {} times in {} events", deployment, all, events.size()));
    for (const auto& [kind, count] : ends) out.push_back(fmt::format("  {} × {}", kind, count));
  }
  for (const auto& [step, count] : steps)
    if (count > 1) out.push_back(fmt::format("{}: {} happened {} times", deployment, step, count));
  return out;
}

Words kept_to_cohorts(cli::Api& api, const std::string& deployment,
                      const std::vector<fleet::Applied>& record) {
  const auto found = api.get(cli::deployment_path(deployment));
  if (!found) return {"cannot read " + deployment + ": " + found.error().detail};
  const auto& targets = cli::items_at(*found, "targets");
  const auto since = begun(timeline(api, deployment), targets.size());
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < targets.size(); ++i) places[text_at(targets[i], "instance")] = i;
  const auto profile = text_at(*found, "configName");
  const auto version = text_at(*found, "configVersion");
  Words out;
  for (const auto& applied : record) {
    if (applied.profile != profile || applied.version != version) continue;
    const auto place = places.find(applied.instance);
    if (place == places.end() || !since[place->second])
      out.push_back(fmt::format("{} ran {} without being asked to", applied.instance, version));
    else if (applied.at + kSlack < *since[place->second])
      out.push_back(fmt::format("{} ran {} at {}, its step began at {}", applied.instance, version,
                                format_time(applied.at), format_time(*since[place->second])));
  }
  return out;
}

Words converged(cli::Api& api, const std::string& deployment, const fleet::Fleet& fleet) {
  const auto found = api.get(cli::deployment_path(deployment));
  if (!found) return {"cannot read " + deployment + ": " + found.error().detail};
  const auto state = text_at(*found, "state");
  const auto version = text_at(*found, "configVersion");
  const auto& targets = cli::items_at(*found, "targets");
  Words out;
  const auto look = [&] {
    out.clear();
    const auto all = fleet.versions(text_at(*found, "configName"));
    const std::map<std::string, std::string> now(all.begin(), all.end());
    for (const auto& target : targets) {
      const auto id = text_at(target, "instance");
      const auto previous = text_at(target, "previous");
      const auto runs = now.contains(id) ? now.at(id) : std::string();
      const auto shall = state == "Succeeded" ? version : previous;
      if (state != "Cancelled" && runs != shall && !shall.empty())
        out.push_back(fmt::format("{} runs {} instead of {} after {}", id, runs, shall, state));
    }
    return out.empty();
  };
  static_cast<void>(e2e::eventually(look, kSettle));
  return out;
}

Words audit_is_whole(cli::Api& api) {
  const auto checked = api.get("/api/v1/audit/verify");
  if (!checked) return {"audit: " + checked.error().detail};
  return cli::bool_at(*checked, "valid") ? Words{} : Words{"the audit chain is broken"};
}

Words generations_grow(const std::vector<fleet::Applied>& record) {
  std::map<std::pair<std::string, std::string>, const fleet::Applied*> last;
  Words out;
  for (const auto& applied : record) {
    auto& before = last[{applied.instance, applied.profile}];
    if (before != nullptr && applied.generation <= before->generation &&
        applied.version != before->version)
      out.push_back(fmt::format("{}: {} of generation {} after {} of {}", applied.instance,
                                applied.version, applied.generation, before->version,
                                before->generation));
    before = &applied;
  }
  return out;
}

}  // namespace hotswap::checks
