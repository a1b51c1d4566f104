#include "cli/demo/scenes.hpp"

#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/demo/embedded_configs.hpp"
#include "cli/human.hpp"
#include "cli/report_text.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
constexpr int kRequestsPerSecond = 40;  ///< on each instance
constexpr auto kPatience = 40s;

std::size_t fleet(Show& show) { return show.world().instances().size(); }

/// Uploads an embedded configuration under its own number.
bool upload(Show& show, const std::string& version, const std::string& message) {
  const auto document = embedded_document(version);
  const auto sent =
      document ? show.api().post(
                     config_path(kDemoProfile, {"versions"}),
                     json::Object{{"version", version}, {"message", message}, {"data", *document}})
               : document;
  if (!sent) show.check(false, "upload of " + version + ": " + sent.error().detail);
  return sent.has_value();
}

/// Starts a deployment and follows it; its id, or empty after a failed check.
std::string deploy(Show& show, const std::string& version, json::Object strategy) {
  const auto started =
      show.api().post("/api/v1/deployments", json::Object{{"configName", kDemoProfile},
                                                          {"configVersion", version},
                                                          {"strategy", std::move(strategy)},
                                                          {"reason", "demo"}});
  if (!started) {
    show.check(false, "deployment of " + version + ": " + started.error().detail);
    return {};
  }
  auto id = text_at(*started, "id");
  show.follow(id);
  return id;
}

bool command(Show& show, const std::string& id, const std::string& verb,
             const std::string& reason) {
  const auto done = show.api().post(deployment_path(id, verb), json::Object{{"reason", reason}});
  if (!done) show.check(false, verb + ": " + done.error().detail);
  return done.has_value();
}

/// Over, and told to its last line.
bool ended(Show& show) {
  return show.until(kPatience, [&] { return show.deployment().terminal(); }) &&
         show.until(kPatience, [&] { return show.told_the_end(); });
}

void check_state(Show& show, const std::string& expected) {
  const auto& seen = show.deployment();
  auto what = fmt::format("the deployment of {} ended {}", seen.version, expected);
  if (seen.state != expected) what += fmt::format(", but it is {} {}", seen.state, seen.reason);
  show.check(seen.state == expected, what);
}

/// Every instance runs the version: says each instance itself, and says the API.
void check_fleet(Show& show, const std::string& version) {
  const auto all = fleet(show);
  const auto everywhere = [&] {
    return show.running(version) == all && show.running_by_api(version) == all;
  };
  const bool ok = show.until(10s, everywhere);
  show.check(
      ok, fmt::format("all {} instances answer GET /config with {}, and the API says the same", all,
                      version) +
              (ok ? std::string()
                  : fmt::format(", but they are {} and {}", show.running(version),
                                show.running_by_api(version))));
}

std::size_t total(const std::vector<std::size_t>& counts) {
  std::size_t sum = 0;
  for (const auto count : counts) sum += count;
  return sum;
}

bool register_schema(Show& show) {
  const auto document = embedded_document("schema");
  const auto made = document ? show.api().post("/api/v1/schemas",
                                               json::Object{{"name", kDemoSchema},
                                                            {"version", kDemoSchemaVersion},
                                                            {"schema", *document},
                                                            {"message", "as the service reads it"}})
                             : document;
  if (!made) show.check(false, "registering the schema: " + made.error().detail);
  return made.has_value();
}

/// What somebody in a hurry uploads: one connection pool for everybody, and one typing mistake.
Result<json::Value> with_mistakes() {
  auto document = embedded_document("1.1.0");
  auto* database = document ? document->as_object()->find("database")->as_object() : nullptr;
  if (database == nullptr) return document;
  database->set("poolSize", 70000);
  database->set("idleTimeoutMS", 30000);
  database->erase("idleTimeoutMs");
  return document;
}

json::Object demo_profile() {
  return {{"name", kDemoProfile},
          {"description", "Payments: database pool, provider limits, features"},
          {"serviceName", kDemoService},
          {"environment", kDemoEnvironment},
          {"schemaId", std::string(kDemoSchema) + "@^1"},
          {"labels", json::Object{{"team", "payments"}}}};
}

std::size_t steps_of_rollback(const json::Value& report) {
  std::set<std::string> kinds;
  for (const auto& event : items_at(report, "timeline")) {
    const auto kind = text_at(event, "kind");
    if (kind.starts_with("rollback.")) kinds.insert(kind);
  }
  return kinds.size();
}

bool names_field(const json::Value& report, const std::string& field) {
  return std::ranges::any_of(items_at(report, "changes.modified"), [&](const json::Value& change) {
    return text_at(change, "path").ends_with(field);
  });
}

/// Failed requests since `before`, apart from instances that ran the version.
std::size_t failed_elsewhere(Show& show, const std::vector<std::size_t>& before,
                             const std::set<std::string>& exposed) {
  const auto now = show.load().failures();
  std::size_t failed = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!exposed.contains(show.load().targets()[i].name)) failed += now[i] - before[i];
  }
  return failed;
}

/// The sentences that say what the judge saw, and what came of it.
void explain(Show& show, const std::string& id) {
  const auto answer = show.api().get(deployment_path(id, "explanation"));
  if (!answer) return show.check(false, "the explanation: " + answer.error().detail);
  show.say("     Why (hotswap explain " + short_id(id) + "…):");
  bool proven = false;
  for (const auto& line : items_at(*answer, "sentences")) {
    const auto* words = line.as_string();
    if (words == nullptr) continue;
    proven = proven || words->view().contains("proves it");
    show.say("       " + std::string(words->view()));
  }
  show.check(proven, "it says what it saw, how sure that is, and which instance it was");
}

void check_damage(Show& show, const json::Value& report, const std::string& bad,
                  const std::vector<std::size_t>& before) {
  auto exposed = show.ever_ran(bad);
  const auto assigned = items_at(report, "affected").size();
  show.check(exposed.size() <= 1 && assigned == 1,
             fmt::format("only 1 of {} instances ever got {} (told: {}, seen: {})", fleet(show),
                         bad, assigned, exposed.size()));
  if (exposed.empty() && assigned == 1) {
    const auto& id = text_at(items_at(report, "affected").front(), "instance");
    for (const auto& target : show.deployment().targets) {
      if (target.instance == id) exposed.insert(target.name);
    }
  }
  const auto elsewhere = failed_elsewhere(show, before, exposed);
  show.check(elsewhere == 0,
             fmt::format("no request failed on the other instances ({} did)", elsewhere));
}

}  // namespace

bool play_first_version(Show& show) {
  show.scene(1, "The first version, to all at once (Direct)",
             "Nothing runs yet, so there is nothing to protect: every instance gets 1.0.0 now.");
  if (!register_schema(show)) return false;
  if (const auto made = show.api().post("/api/v1/configs", demo_profile()); !made) {
    show.check(false, "creating the profile: " + made.error().detail);
    return false;
  }
  if (!upload(show, "1.0.0", "first production settings")) return false;
  if (deploy(show, "1.0.0", {{"type", "Direct"}}).empty() || !ended(show)) return false;
  check_state(show, "Succeeded");
  check_fleet(show, "1.0.0");
  show.start_load(kRequestsPerSecond);
  show.say("     Callers arrive; HotSwap learns what healthy looks like.");
  show.watch(4s);
  show.check(total(show.load().failures()) == 0 && show.load().requests() > 0,
             fmt::format("{} requests so far, none failed", show.load().requests()));
  return show.deployment().succeeded();
}

bool play_refused_upload(Show& show) {
  show.scene(2, "A mistake that is never stored (schema)",
             "The profile follows payment-service@^1: whatever does not fit is refused on upload.");
  const auto document = with_mistakes();
  if (!document) {
    show.check(false, document.error().detail);
    return false;
  }
  const auto sent = show.api().post(
      config_path(kDemoProfile, {"versions"}),
      json::Object{{"version", "1.0.1"}, {"message", "a bigger pool"}, {"data", *document}});
  if (sent) {
    show.check(false, "version 1.0.1 was refused, but it was stored");
    return false;
  }
  show.say("     " + show.terminal().paint(Paint::Red, "refused [" + sent.error().reason + "]"));
  for (const auto& field : sent.error().fields) {
    show.say("       " + show.terminal().paint(Paint::Bold, field.path) + "  " + field.message);
  }
  const auto names = [&](std::string_view path, std::string_view word) {
    return std::ranges::any_of(sent.error().fields, [&](const FieldError& field) {
      return field.path.contains(path) && field.message.contains(word);
    });
  };
  show.check(names("poolSize", "70000") && names("database", "idleTimeoutMs"),
             "refused, with both mistakes named: 70000 connections, and idleTimeoutMS for "
             "idleTimeoutMs");
  const auto there = show.api().get(config_path(kDemoProfile, {"versions", "1.0.1"}));
  show.check(!there && there.error().code == ErrorCode::NotFound, "nothing of it was stored");
  return true;
}

bool play_good_canary(Show& show) {
  show.scene(3, "A good change, step by step (Canary 10 → 30 → 50 → 100 %)",
             "1 instance goes first; each step is judged against the instances not yet changed.");
  const auto before = show.load().failures();
  if (!upload(show, "1.1.0", "bigger connection pool, a limit on the provider's time"))
    return false;
  const auto id = deploy(
      show, "1.1.0",
      {{"type", "Canary"}, {"phases", json::Array{10, 30, 50, 100}}, {"phaseInterval", "PT3S"}});
  if (id.empty()) return false;
  std::size_t most_in_first = 0;
  const bool done = show.until(kPatience, [&] {
    // Counted only if the first step still lasts after the instances were asked.
    const auto now = show.running("1.1.0");
    show.poll_deployment();
    if (show.deployment().step == 0 && !show.deployment().terminal()) {
      most_in_first = std::max(most_in_first, now);
    }
    return show.deployment().terminal() && show.told_the_end();
  });
  if (!done) return false;
  check_state(show, "Succeeded");
  const auto first = show.deployment().steps.empty() ? 0 : show.deployment().steps.front().cohort;
  show.check(first >= 1 && most_in_first <= first,
             fmt::format("the first step reached {} instance, never more", first));
  check_fleet(show, "1.1.0");
  const auto failed = total(show.load().failures()) - total(before);
  show.check(failed == 0, fmt::format("no request failed during the change ({} did)", failed));
  return show.deployment().succeeded();
}

bool play_bad_canary(Show& show) {
  show.scene(4, "A mistake that no schema can see, caught by health (Canary)",
             "1.2.0 sets the database timeout to 2: seconds were meant, milliseconds it is.");
  const auto before = show.load().failures();
  if (!upload(show, "1.2.0", "database timeout of 2 seconds")) return false;
  const auto begin = Clock::now();
  const auto id = deploy(
      show, "1.2.0",
      {{"type", "Canary"}, {"phases", json::Array{10, 30, 50, 100}}, {"phaseInterval", "PT15S"}});
  if (id.empty() || !ended(show)) return false;
  const auto took = std::chrono::duration_cast<Duration>(Clock::now() - begin);
  check_state(show, "RolledBack");
  const auto report = show.api().get(deployment_path(id, "report"));
  if (!report) {
    show.check(false, "the report: " + report.error().detail);
    return false;
  }
  show.say("     The report (hotswap deployment report " + short_id(id) + "…):");
  show.say(report_summary(*report, show.terminal()));
  explain(show, id);
  check_damage(show, *report, "1.2.0", before);
  show.check(steps_of_rollback(*report) == 6,
             "detected, alerted, paused, rolled back, verified, "
             "reported: six steps on the timeline");
  show.check(names_field(*report, "timeoutMs"), "the report names the changed timeout as suspect");
  show.check(took < 60s, "caught and undone " + human_duration(took) +
                             " after its start, by nobody but HotSwap");
  check_fleet(show, "1.1.0");
  return show.deployment().state == "RolledBack";
}

bool play_blue_green(Show& show) {
  show.scene(5, "One switch for all, and its instant undo (Blue-Green)",
             "Every instance first holds 2.0.0 beside 1.1.0; then all switch at once, and can "
             "switch back.");
  if (!upload(show, "2.0.0", "new payment provider")) return false;
  const auto id = deploy(show, "2.0.0", {{"type", "BlueGreen"}, {"verificationPeriod", "PT3S"}});
  if (id.empty() || !ended(show)) return false;
  check_state(show, "Succeeded");
  check_fleet(show, "2.0.0");
  show.say("     Somebody changes their mind: hotswap deployment rollback " + short_id(id) + "…");
  show.follow(id);
  const auto begin = Clock::now();
  if (!command(show, id, "rollback", "the provider asks us to wait")) return false;
  const auto until = begin + 10s;
  while (show.running("1.1.0") < fleet(show) && Clock::now() < until) show.ask_instances();
  const auto took = std::chrono::duration_cast<Duration>(Clock::now() - begin);
  show.check(show.running("1.1.0") == fleet(show) && took < 2s,
             fmt::format("{} after the command all {} instances run 1.1.0 again",
                         human_duration(took), fleet(show)));
  show.until(kPatience,
             [&] { return show.deployment().state == "RolledBack" && show.told_the_end(); });
  check_state(show, "RolledBack");
  check_fleet(show, "1.1.0");
  return show.deployment().state == "RolledBack";
}

bool play_rolling(Show& show) {
  show.scene(6, "Two at a time, with a break (Rolling)",
             "Batches of 2; an operator pauses in the middle to look, then lets it go on.");
  const auto before = show.load().failures();
  if (!upload(show, "2.1.0", "new provider, more currencies, higher rate limit")) return false;
  const auto id =
      deploy(show, "2.1.0", {{"type", "Rolling"}, {"batchSize", 2}, {"batchInterval", "PT1S"}});
  if (id.empty()) return false;
  if (!show.until(kPatience, [&] { return show.running("2.1.0") >= 4; })) return false;
  if (!command(show, id, "pause", "let me look at the graphs")) return false;
  show.watch(1s);  // an assignment that was on its way arrives
  const auto at_pause = show.running("2.1.0");
  show.watch(3s);
  show.check(show.deployment().state == "Paused" && show.running("2.1.0") == at_pause &&
                 at_pause < fleet(show),
             fmt::format("paused at {} of {}: nothing moved for 3 s", at_pause, fleet(show)));
  if (!command(show, id, "resume", "looks good") || !ended(show)) return false;
  check_state(show, "Succeeded");
  check_fleet(show, "2.1.0");
  const auto failed = total(show.load().failures()) - total(before);
  show.check(failed == 0, fmt::format("no request failed during the change ({} did)", failed));
  return show.deployment().succeeded();
}

}  // namespace hotswap::cli
