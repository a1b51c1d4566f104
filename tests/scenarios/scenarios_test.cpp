// Plays the transcripts of this folder against decide(). A line of a transcript is an order; the
// indented lines below it are what came of it. `scenarios --rewrite` records them anew.
//
//   strategy {"type":"Canary"}             a strategy as in the API
//   health {"criteria":[…]}                a health policy; the default one without
//   targets 10 offline=8,9 new=0 partial   offline at the start; without a previous version
//           idle=5 traffic starts=1h       the first 5 in the idle pool; requests were measured
//           approval=24h                   before; scheduled; pat asked for it and waits so long
//   at 5m30s tick                          time since the start, then an event:
//     received|staged|applied|rejected WHO…   reports; WHO is an index, a range 0-3, `all`
//                                             (everybody who owes an answer) or `stale:INDEX`
//     returned WHO…                           reports that the previous version runs
//     judged pass|fail|inconclusive|young|error (young: proven, but not for long enough) ·
//     vanished WHO… · promote [full] · pause · resume · cancel · rollback · prepared COUNT ·
//     approve [WHO] · reject [WHO] (sam, unless said otherwise) ·
//     hook NAME pass|fail|late [DETAIL] · switched yes|no|late

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap {
namespace {

/// Set by `--rewrite`: transcripts are recorded anew instead of compared.
bool& rewriting() {
  static bool flag = false;
  return flag;
}

const WallTime kStart{std::chrono::hours(480'000)};

std::string since_start(WallTime time) {
  const auto text = format_duration(time - kStart).substr(2);
  std::string lower;
  for (const char c : text) lower += static_cast<char>(c == 'T' ? c : std::tolower(c));
  return lower;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::size_t> indexes_of(const std::string& list) {
  std::vector<std::size_t> indexes;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) {
    const auto dash = part.find('-');
    const auto first = std::stoul(part);
    const auto last = dash == std::string::npos ? first : std::stoul(part.substr(dash + 1));
    for (auto i = first; i <= last; ++i) indexes.push_back(i);
  }
  return indexes;
}

/// `0-2,7` for 0, 1, 2, 7.
std::string ranges(const std::vector<std::size_t>& indexes) {
  std::string text;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    auto last = i;
    while (last + 1 < indexes.size() && indexes[last + 1] == indexes[last] + 1) ++last;
    text += text.empty() ? "" : ",";
    text +=
        last == i ? fmt::format("{}", indexes[i]) : fmt::format("{}-{}", indexes[i], indexes[last]);
    i = last;
  }
  return text;
}

std::string show(const Running& running, std::size_t steps) {
  return fmt::format("step {}/{} {} since {}", running.step + 1, steps, to_string(running.phase),
                     since_start(running.since));
}

struct ShowState {
  std::size_t steps;
  std::string operator()(const Planned&) const { return "Planned"; }
  std::string operator()(const Running& running) const { return "Running " + show(running, steps); }
  std::string operator()(const Paused& paused) const {
    return fmt::format("Paused at {}, {} of it done: {}", show(paused.at, steps),
                       format_duration(paused.elapsed), paused.reason);
  }
  std::string operator()(const RollingBack& state) const {
    return fmt::format("RollingBack from step {}/{}: {}", state.step + 1, steps, state.reason);
  }
  std::string operator()(const Succeeded& state) const {
    return "Succeeded at " + since_start(state.at);
  }
  std::string operator()(const RolledBack& state) const { return "RolledBack: " + state.reason; }
  std::string operator()(const Failed& state) const { return "Failed: " + state.reason; }
  std::string operator()(const Cancelled& state) const { return "Cancelled: " + state.reason; }
};

struct ShowEffect {
  std::string operator()(const Assign& assign) const {
    const std::string_view how = assign.restore                        ? "restore"
                                 : assign.mode == AssignMode::Stage    ? "stage"
                                 : assign.mode == AssignMode::Activate ? "activate"
                                                                       : "deliver";
    const auto spread =
        assign.spread == Duration::zero() ? "" : " spread over " + format_duration(assign.spread);
    return fmt::format("assign: {} {}{}", how, ranges(assign.targets), spread);
  }
  std::string operator()(const Record& record) const {
    return fmt::format("{}: {}", record.kind, record.message);
  }
  std::string operator()(const Notify& notify) const {
    return fmt::format("notify {}: {}", notify.severity, notify.message);
  }
  std::string operator()(const MarkVersionFailed&) const { return "mark the version failed"; }
  std::string operator()(const MoveStable&) const { return "move stable"; }
  std::string operator()(const RestoreStable&) const { return "restore stable"; }
  std::string operator()(const AssignRest&) const { return "assign the rest"; }
  std::string operator()(const SwitchTraffic& traffic) const {
    return "switch traffic to " + traffic.pool;
  }
  std::string operator()(const CallPostHook& call) const { return "call hook " + call.hook; }
};

/// The first criterion gives the judgement its outcome, the others pass.
Judgement judgement_of(const HealthPolicy& policy, const std::string& word) {
  Judgement judgement;
  judgement.overall = word == "pass"   ? Outcome::Pass
                      : word == "fail" ? Outcome::Fail
                                       : Outcome::Inconclusive;
  for (const auto& criterion : policy.criteria) {
    CriterionVerdict verdict;
    verdict.criterion = criterion.name;
    verdict.outcome = judgement.verdicts.empty() ? judgement.overall : Outcome::Pass;
    verdict.explanation = "error rate as told";
    if (word == "error" && judgement.verdicts.empty()) verdict.error = "connection refused";
    if (word == "young" && judgement.verdicts.empty()) {
      verdict.statistic = 20;
      verdict.required = 9;
    }
    judgement.verdicts.push_back(verdict);
  }
  return judgement;
}

class Stage {
 public:
  /// What came of one order, one line each.
  std::vector<std::string> play(const std::string& line) {
    const auto words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "strategy") return set_strategy(line.substr(words[0].size()));
    if (words[0] == "health") return set_health(line.substr(words[0].size()));
    if (words[0] == "targets") return set_targets(words);
    if (words[0] == "at" && words.size() >= 3) return happen(words);
    ADD_FAILURE() << "not understood: " << line;
    return {};
  }

 private:
  std::vector<std::string> set_strategy(const std::string& text) {
    const auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    const auto strategy = strategy_from_json(*value, "$");
    EXPECT_TRUE(strategy) << (strategy ? "" : strategy.error().detail);
    deployment_.strategy = *strategy;
    return {};
  }

  std::vector<std::string> set_health(const std::string& text) {
    const auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    const auto policy = health_policy_from_json(*value, "$");
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().detail);
    deployment_.health = *policy;
    return {};
  }

  std::vector<std::string> set_targets(const std::vector<std::string>& words) {
    const auto count = std::stoul(words.at(1));
    deployment_.profile = ProfileName("shop");
    deployment_.version = SemVer(2, 0, 0);
    deployment_.created_at = kStart;
    if (deployment_.health.criteria.empty()) deployment_.health.criteria = default_criteria();
    deployment_.plan = plan(deployment_.strategy, count);
    deployment_.targets = targets_of(count);
    for (std::size_t i = 2; i < words.size(); ++i) apply_option(words[i]);
    return {fmt::format("{} steps, at least {}", deployment_.plan.steps.size(),
                        format_duration(expected_duration(deployment_.plan)))};
  }

  static std::vector<Target> targets_of(std::size_t count) {
    std::vector<Target> targets;
    for (std::size_t i = 0; i < count; ++i) {
      Target target;
      target.instance = InstanceId(fmt::format("i{}", i));
      target.previous = SemVer(1, 0, 0);
      targets.push_back(target);
    }
    return targets;
  }

  void apply_option(const std::string& word) {
    const auto value = word.substr(word.find('=') + 1);
    if (word == "partial") deployment_.partial = true;
    if (word == "traffic") deployment_.baseline.emplace().all.requests = 1000;
    if (word.starts_with("starts=")) {
      deployment_.start_at = kStart + *parse_duration("PT" + upper(value));
    }
    if (word.starts_with("approval=")) {
      deployment_.created_by = "pat";
      deployment_.approval.emplace().expires = kStart + *parse_duration("PT" + upper(value));
    }
    if (word.starts_with("idle=")) {
      deployment_.plan = plan(deployment_.strategy, deployment_.targets.size(), std::stoul(value));
      deployment_.pools = PoolSwitch{"blue", "green", PoolSwitch::State::Before, 0, ""};
    }
    if (word.starts_with("offline=")) {
      for (const auto i : indexes_of(value)) deployment_.targets.at(i).offline_at_start = true;
    }
    if (word.starts_with("new=")) {
      for (const auto i : indexes_of(value)) deployment_.targets.at(i).previous.reset();
    }
  }

  std::vector<std::string> happen(const std::vector<std::string>& words) {
    now_ = kStart + *parse_duration("PT" + upper(words[1]));
    const auto decision = decide(deployment_, event_of(words), now_);
    if (!decision) {
      return {fmt::format("refused: {}: {}", decision.error().reason, decision.error().detail)};
    }
    if (decision->nothing()) return {"nothing"};
    auto lines = describe(*decision);
    take(*decision);
    check_invariants();
    return lines;
  }

  static std::string upper(const std::string& text) {
    std::string result;
    for (const char c : text) result += static_cast<char>(std::toupper(c));
    return result;
  }

  DeploymentEvent event_of(const std::vector<std::string>& words) const {
    const auto& verb = words[2];
    const auto argument = words.size() > 3 ? words[3] : "";
    if (verb == "tick") return Tick{};
    if (verb == "promote") return Promote{argument == "full", "pat"};
    if (verb == "pause") return Pause{"lunch", "pat"};
    if (verb == "resume") return Resume{"pat"};
    if (verb == "cancel") return Cancel{"enough seen", "pat"};
    const std::string decider = argument.empty() ? "sam" : argument;
    if (verb == "approve") return Approve{"looks right", decider};
    if (verb == "reject") return Reject{"not today", decider};
    if (verb == "rollback") return Rollback{"prices are wrong", "pat"};
    if (verb == "judged") return Judged{judgement_of(deployment_.health, argument)};
    if (verb == "hook") return answer_of(words);
    if (verb == "prepared") return prepared_of(std::stoul(argument));
    if (verb == "switched") {
      const auto generation = deployment_.pools->generation - (argument == "late" ? 1U : 0U);
      return TrafficSwitched{generation, argument != "no", argument == "no" ? "503" : ""};
    }
    if (verb == "returned") return returned_of(argument);
    if (verb == "vanished") {
      Vanished vanished;
      for (const auto i : indexes_of(argument)) {
        vanished.instances.push_back(deployment_.targets.at(i).instance);
      }
      return vanished;
    }
    return reports_of(upper(verb.substr(0, 1)) + verb.substr(1), argument);
  }

  HookAnswered answer_of(const std::vector<std::string>& words) const {
    const auto* at = std::get_if<Running>(&deployment_.state);
    HookAnswered answer{words.at(3), at == nullptr ? 0 : at->step, 1, words.at(4) == "pass", ""};
    for (const auto& call : deployment_.hook_calls) {
      if (call.hook == answer.hook && call.step == answer.step) answer.attempt = call.attempt + 1;
    }
    if (words.at(4) == "late") --answer.attempt;
    for (std::size_t i = 5; i < words.size(); ++i) answer.detail += (i > 5 ? " " : "") + words[i];
    return answer;
  }

  Prepared prepared_of(std::size_t count) const {
    return {targets_of(count), plan(deployment_.strategy, count), {}, {}, {}, {}};
  }

  Reported returned_of(const std::string& who) const {
    Reported reported;
    for (const auto i : indexes_of(who)) {
      reported.reports.push_back({deployment_.targets.at(i).instance, generation_ + 1,
                                  TargetState::Applied, "", SemVer(1, 0, 0)});
    }
    return reported;
  }

  Reported reports_of(const std::string& state_name, const std::string& who) const {
    const auto state = target_state_from_string(state_name);
    EXPECT_TRUE(state) << state_name;
    const bool stale = who.starts_with("stale:");
    Reported reported;
    for (const auto i : answering(stale ? who.substr(6) : who)) {
      const auto& target = deployment_.targets.at(i);
      reported.reports.push_back({target.instance, target.generation - (stale ? 1U : 0U), *state,
                                  *state == TargetState::Rejected ? "price is negative" : ""});
    }
    return reported;
  }

  std::vector<std::size_t> answering(const std::string& who) const {
    if (who != "all") return indexes_of(who);
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < deployment_.targets.size(); ++i) {
      const auto& target = deployment_.targets[i];
      const bool asked =
          target.state == TargetState::Assigned || target.state == TargetState::Received;
      if (asked && !target.offline_at_start) indexes.push_back(i);
    }
    return indexes;
  }

  std::vector<std::string> describe(const Decision& decision) const {
    std::vector<std::string> lines;
    lines.push_back(std::visit(ShowState{deployment_.plan.steps.size()}, decision.next.state));
    lines.push_back("targets: " + show_targets(decision.next));
    for (const auto& effect : decision.effects) lines.push_back(std::visit(ShowEffect{}, effect));
    std::string asked;
    for (const auto& due : due_hooks(decision.next, now_)) {
      asked += fmt::format("{}{} (call {})", asked.empty() ? "" : ", ", due.hook.name, due.attempt);
    }
    if (!asked.empty()) lines.push_back("ask: " + asked);
    const auto next = next_deadline(decision.next, now_);
    lines.push_back("next: " + (next ? since_start(*next) : std::string("waits for an event")));
    return lines;
  }

  static std::string show_targets(const Deployment& deployment) {
    std::map<TargetState, std::vector<std::size_t>> by_state;
    for (std::size_t i = 0; i < deployment.targets.size(); ++i) {
      by_state[deployment.targets[i].state].push_back(i);
    }
    std::string text;
    for (const auto& [state, indexes] : by_state) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(state), ranges(indexes));
    }
    return text;
  }

  /// What the runner does: every assignment gives its targets a new generation.
  void take(const Decision& decision) {
    deployment_ = decision.next;
    for (const auto& effect : decision.effects) {
      if (std::holds_alternative<SwitchTraffic>(effect)) ++deployment_.pools->generation;
      const auto* assign = std::get_if<Assign>(&effect);
      if (assign == nullptr) continue;
      ++generation_;
      for (const auto i : assign->targets) {
        deployment_.targets.at(i).generation = generation_;
        EXPECT_NE(std::ranges::find(decision.changed_targets, i), decision.changed_targets.end());
      }
    }
  }

  void check_stored() const {
    for (const auto& call : deployment_.hook_calls) {
      EXPECT_EQ(hook_call_from_json(to_json(call)).value(), call);
    }
    if (deployment_.pools) {
      EXPECT_EQ(pool_switch_from_json(to_json(*deployment_.pools)).value(), *deployment_.pools);
    }
    EXPECT_EQ(plan_from_json(to_json(deployment_.plan)).value(), deployment_.plan);
  }

  void check_invariants() const {
    check_stored();
    const auto stored = deployment_state_from_json(to_json(deployment_.state));
    ASSERT_TRUE(stored);
    EXPECT_TRUE(*stored == deployment_.state);
    const auto again = decide(deployment_, Tick{}, now_);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->nothing() || std::holds_alternative<Planned>(deployment_.state))
        << "a second look at the same moment must find nothing to do";
    const auto next = next_deadline(deployment_, now_);
    if (next && !std::holds_alternative<Planned>(deployment_.state)) EXPECT_GT(*next, now_);
  }

  Deployment deployment_;
  WallTime now_ = kStart;
  std::uint64_t generation_ = 100;
};

std::string record(std::istream& transcript) {
  Stage stage;
  std::string text;
  for (std::string line; std::getline(transcript, line);) {
    if (line.starts_with(' ')) continue;  // an earlier record
    text += line + "\n";
    for (const auto& result : stage.play(line)) text += "  " + result + "\n";
  }
  return text;
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, EndsAsItsTranscriptTells) {
  const auto path = std::filesystem::path(HS_SOURCE_DIR) / "tests/scenarios" / GetParam();
  std::ifstream in(path);
  ASSERT_TRUE(in) << path;
  std::stringstream stored;
  stored << in.rdbuf();
  const auto played = record(stored);
  if (rewriting()) {
    std::ofstream(path) << played;
    return;
  }
  EXPECT_EQ(played, stored.str());
}

std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(HS_SOURCE_DIR "/tests/scenarios")) {
    if (entry.path().filename() == "CMakeLists.txt") continue;
    if (entry.path().extension() == ".txt") names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  return info.param.substr(0, info.param.size() - 4);
}

INSTANTIATE_TEST_SUITE_P(Transcript, Scenario, testing::ValuesIn(transcripts()), name_of);

}  // namespace
}  // namespace hotswap

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (const std::string_view argument : std::span(argv, static_cast<std::size_t>(argc)))
    if (argument == "--rewrite") hotswap::rewriting() = true;
  return RUN_ALL_TESTS();
}
