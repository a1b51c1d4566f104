#include "../../support.hpp"
#include "domain/rollout/strategy.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

Result<Strategy> read(std::string_view text) {
  return strategy_from_json(parsed(text), "$.strategy");
}

TEST(Share, RoundsUpAndNeverExceedsTheWhole) {
  EXPECT_EQ((Share{10, true}.of(10)), 1U);
  EXPECT_EQ((Share{10, true}.of(11)), 2U);
  EXPECT_EQ((Share{30, true}.of(10)), 3U);
  EXPECT_EQ((Share{0.01, true}.of(3)), 1U);
  EXPECT_EQ((Share{100, true}.of(7)), 7U);
  EXPECT_EQ((Share{5, false}.of(3)), 3U);
  EXPECT_EQ((Share{5, false}.of(30)), 5U);
  EXPECT_EQ((Share{0, false}.of(30)), 0U);
  EXPECT_EQ((Share{0, true}.of(30)), 0U);
}

TEST(StrategyJson, TakesABareTypeWithItsDefaults) {
  for (const auto* type : {"Canary", "BlueGreen", "Rolling", "Direct", "Linear", "Exponential"}) {
    const auto strategy = read("\"" + std::string(type) + "\"");
    ASSERT_TRUE(strategy) << type;
    EXPECT_EQ(kind_name(*strategy), type);
    EXPECT_EQ(strategy->health_check_enabled, std::string_view(type) != "Direct");
  }
}

TEST(StrategyJson, HasTheDefaultsOfTheRules) {
  const auto canary = std::get<Canary>(read("\"Canary\"")->kind);
  EXPECT_EQ(canary.phases, (std::vector<double>{10, 30, 50, 100}));
  EXPECT_EQ(canary.phase_interval, Duration(5min));
  EXPECT_TRUE(canary.auto_promote);
  const auto blue_green = std::get<BlueGreen>(read("\"BlueGreen\"")->kind);
  EXPECT_EQ(blue_green.verification_period, Duration(10min));
  EXPECT_EQ(blue_green.keep_blue_duration, Duration(30min));
  const auto rolling = std::get<Rolling>(read("\"Rolling\"")->kind);
  EXPECT_EQ(rolling.batch_size, (Share{1, false}));
  EXPECT_EQ(rolling.batch_interval, Duration(2min));
  EXPECT_TRUE(rolling.stop_on_failure);
  const auto common = *read("\"Canary\"");
  EXPECT_EQ(common.ack_timeout, Duration(30s));
  EXPECT_EQ(common.revert_window, Duration(72h));
}

TEST(StrategyJson, ReadsWhatItWrites) {
  for (const auto* text : {
           R"({"type":"Canary","phases":[5,100],"phaseInterval":"PT1S","autoPromote":false})",
           R"({"type":"BlueGreen","verificationPeriod":"PT1M","keepBlueDuration":"PT0S"})",
           R"({"type":"Rolling","batchSize":"12.5%","batchInterval":"PT3S","stopOnFailure":false})",
           R"({"type":"BlueGreen","switchMode":"pool"})",
           R"({"type":"Rolling","batchSize":3})",
           R"({"type":"Direct","gateTimeout":"PT1H","onGateTimeout":"Pause","ackRetries":0,
               "progressDeadline":"PT2M","maxUnavailable":"10%","verifyTimeout":"PT1M"})",
           R"({"type":"Direct","maxUnavailable":3,"hooks":[
               {"name":"a","type":"confirm-rollout","url":"https://ci.example/a"},
               {"name":"b","type":"pre-rollout","url":"http://ci.example:8080","failureLimit":3},
               {"name":"c","type":"confirm-step","url":"http://[::1]/x?y#z","timeout":"PT1S"},
               {"name":"d","type":"each-step","url":"https://ci.example/d","interval":"PT5M"},
               {"name":"e","type":"confirm-promotion","url":"https://ci.example/e"},
               {"name":"f","type":"post-rollout","url":"https://ci.example/f"},
               {"name":"g","type":"Rollback","url":"https://ci.example/g"}]})",
           R"({"type":"Direct","healthCheckEnabled":true,"bakeTime":"PT9M"})",
           R"({"type":"Linear","growthFactor":12.5,"duration":"PT1H"})",
           R"({"type":"Exponential","growthFactor":2,"ackTimeout":"PT1S","revertWindow":"P1D"})",
           R"({"type":"Custom","steps":[{"count":2,"soak":"PT1M","manual":true},
               {"percentage":100}],"failureBudget":"10%","deliverySpread":"PT5S"})",
       }) {
    const auto first = read(text);
    ASSERT_TRUE(first) << text << first.error().detail;
    const auto second = strategy_from_json(to_json(*first), "$");
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_EQ(*second, *first) << text;
  }
}

TEST(StrategyJson, WritesEveryParameterOut) {
  EXPECT_EQ(json::write(to_json(*read("\"Canary\""))),
            R"({"type":"Canary","canaryPercentage":10,"phases":[10,30,50,100],)"
            R"("phaseInterval":"PT5M","autoPromote":true,"healthCheckEnabled":true,)"
            R"("bakeTime":"PT0S","ackTimeout":"PT30S","revertWindow":"P3D","failureBudget":0,)"
            R"("onGateTimeout":"rollback","progressDeadline":"PT10M","ackRetries":1,)"
            R"("verifyTimeout":"PT30S","hooks":[]})");
}

TEST(StrategyJson, LetsCanaryPercentageReplaceTheFirstPhase) {
  const auto phases = [](std::string_view text) {
    return std::get<Canary>(read(text)->kind).phases;
  };
  EXPECT_EQ(phases(R"({"type":"Canary","canaryPercentage":25})"),
            (std::vector<double>{25, 30, 50, 100}));
  EXPECT_EQ(phases(R"({"type":"Canary","canaryPercentage":30})"),
            (std::vector<double>{30, 50, 100}));
  EXPECT_EQ(phases(R"({"type":"Canary","canaryPercentage":100})"), (std::vector<double>{100}));
  EXPECT_EQ(phases(R"({"type":"Canary","canaryPercentage":5,"phases":[5,100]})"),
            (std::vector<double>{5, 100}));
}

TEST(StrategyJson, NamesEveryMistake) {
  struct Case {
    const char* text;
    Mistakes expected;
  };
  const Case cases[] = {
      {R"({"type":"Canari"})", {"$.strategy.type enum"}},
      {R"("canary")", {"$.strategy enum"}},
      {R"({})", {"$.strategy.type required"}},
      {R"({"type":7,"phases":[]})", {"$.strategy.type type"}},
      {"5", {"$.strategy type"}},
      {R"({"type":"Canary","phases":[]})", {"$.strategy.phases format"}},
      {R"({"type":"Canary","phases":[10,50]})", {"$.strategy.phases format"}},
      {R"({"type":"Canary","phases":[50,10,100]})", {"$.strategy.phases format"}},
      {R"({"type":"Canary","phases":[50,50,100]})", {"$.strategy.phases format"}},
      {R"({"type":"Canary","phases":[0,100]})", {"$.strategy.phases type"}},
      {R"({"type":"Canary","phases":["10",100]})", {"$.strategy.phases type"}},
      {R"({"type":"Canary","phases":10})", {"$.strategy.phases type"}},
      {R"({"type":"Canary","canaryPercentage":0})", {"$.strategy.canaryPercentage minimum"}},
      {R"({"type":"Canary","canaryPercentage":101})", {"$.strategy.canaryPercentage maximum"}},
      {R"({"type":"Canary","canaryPercentage":20,"phases":[10,100]})",
       {"$.strategy.canaryPercentage const"}},
      {R"({"type":"Canary","phaseInterval":"-PT5M"})", {"$.strategy.phaseInterval format"}},
      {R"({"type":"Canary","phaseInterval":"P400D"})", {"$.strategy.phaseInterval format"}},
      {R"({"type":"Canary","phaseInterval":300})", {"$.strategy.phaseInterval type"}},
      {R"({"type":"Canary","autoPromote":"no"})", {"$.strategy.autoPromote type"}},
      {R"({"type":"Canary","batchSize":1})", {"$.strategy.batchSize unknown"}},
      {R"({"type":"BlueGreen","switchMode":"dns"})", {"$.strategy.switchMode enum"}},
      {R"({"type":"Rolling","batchSize":0})", {"$.strategy.batchSize format"}},
      {R"({"type":"Rolling","batchSize":1.5})", {"$.strategy.batchSize format"}},
      {R"({"type":"Rolling","batchSize":"half"})", {"$.strategy.batchSize format"}},
      {R"({"type":"Rolling","batchSize":"101%"})", {"$.strategy.batchSize format"}},
      {R"({"type":"Rolling","batchSize":"%"})", {"$.strategy.batchSize format"}},
      {R"({"type":"Rolling","batchSize":"-5%"})", {"$.strategy.batchSize format"}},
      {R"({"type":"Rolling","batchSize":1e9})", {"$.strategy.batchSize format"}},
      {R"({"type":"Direct","ackTimeout":"PT0S"})", {"$.strategy.ackTimeout minimum"}},
      {R"({"type":"Direct","failureBudget":-1})", {"$.strategy.failureBudget format"}},
      {R"({"type":"Direct","bakeTime":"soon"})", {"$.strategy.bakeTime format"}},
      {R"({"type":"Linear","growthFactor":0})", {"$.strategy.growthFactor minimum"}},
      {R"({"type":"Exponential","growthFactor":101})", {"$.strategy.growthFactor maximum"}},
      {R"({"type":"Custom"})", {"$.strategy.steps required"}},
      {R"({"type":"Custom","steps":[]})", {"$.strategy.steps required"}},
      {R"({"type":"Custom","steps":7})", {"$.strategy.steps type"}},
      {R"({"type":"Custom","steps":[{"percentage":50}]})", {"$.strategy.steps format"}},
      {R"({"type":"Custom","steps":[{"percentage":50},{"percentage":20},{"percentage":100}]})",
       {"$.strategy.steps format"}},
      {R"({"type":"Custom","steps":[{"percentage":50,"count":1},{"percentage":100}]})",
       {"$.strategy.steps[0].percentage required"}},
      {R"({"type":"Custom","steps":[{"soak":"PT1M"},{"percentage":100}]})",
       {"$.strategy.steps[0].percentage required"}},
      {R"({"type":"Custom","steps":[{"count":0},{"percentage":100}]})",
       {"$.strategy.steps[0].count minimum"}},
      {R"({"type":"Custom","steps":[{"count":1,"wait":"PT1M"},{"percentage":100}]})",
       {"$.strategy.steps[0].wait unknown"}},
      {R"({"type":"Rolling","batchSize":0,"batchIntervall":"PT1M","ackTimeout":"x"})",
       {"$.strategy.batchSize format", "$.strategy.ackTimeout format",
        "$.strategy.batchIntervall unknown"}},
  };
  for (const auto& each : cases) {
    const auto strategy = read(each.text);
    ASSERT_FALSE(strategy) << each.text;
    EXPECT_EQ(mistakes(strategy), each.expected) << each.text;
    EXPECT_EQ(strategy.error().reason, "strategy.invalid");
    EXPECT_EQ(strategy.error().code, ErrorCode::Invalid);
  }
}

TEST(StrategyJson, NamesEveryMistakeOfTheSafeguards) {
  struct Case {
    const char* text;
    Mistakes expected;
  };
  const Case cases[] = {
      {R"({"type":"Direct","gateTimeout":"PT0S"})", {"$.strategy.gateTimeout minimum"}},
      {R"({"type":"Direct","onGateTimeout":"wait"})", {"$.strategy.onGateTimeout enum"}},
      {R"({"type":"Direct","onGateTimeout":1})", {"$.strategy.onGateTimeout type"}},
      {R"({"type":"Direct","progressDeadline":"PT0.5S"})", {"$.strategy.progressDeadline minimum"}},
      {R"({"type":"Direct","maxUnavailable":0})", {"$.strategy.maxUnavailable format"}},
      {R"({"type":"Direct","maxUnavailable":"0%"})", {"$.strategy.maxUnavailable format"}},
      {R"({"type":"Direct","ackRetries":6})", {"$.strategy.ackRetries maximum"}},
      {R"({"type":"Direct","ackRetries":-1})", {"$.strategy.ackRetries minimum"}},
      {R"({"type":"Direct","verifyTimeout":"PT0S"})", {"$.strategy.verifyTimeout minimum"}},
      {R"({"type":"Direct","verifyTimeout":"PT2H"})", {"$.strategy.verifyTimeout maximum"}},
      {R"({"type":"Direct","hooks":{}})", {"$.strategy.hooks type"}},
      {R"({"type":"Direct","hooks":[7]})", {"$.strategy.hooks[0] type"}},
      {R"({"type":"Direct","hooks":[{}]})",
       {"$.strategy.hooks[0].name required", "$.strategy.hooks[0].type required",
        "$.strategy.hooks[0].url required"}},
      {R"({"type":"Direct","hooks":[{"name":"A b","type":"gate","url":"ftp://x"}]})",
       {"$.strategy.hooks[0].name pattern", "$.strategy.hooks[0].type enum",
        "$.strategy.hooks[0].url format"}},
      {R"({"type":"Direct","hooks":[{"name":"","type":"rollback","url":"https://"}]})",
       {"$.strategy.hooks[0].name minLength", "$.strategy.hooks[0].url format"}},
      {R"({"type":"Direct","hooks":[{"name":"a","type":"rollback","url":"https://u:p@x/"}]})",
       {"$.strategy.hooks[0].url format"}},
      {R"({"type":"Direct","hooks":[{"name":"a","type":"rollback","url":"https://x/ y"}]})",
       {"$.strategy.hooks[0].url format"}},
      {R"({"type":"Direct","hooks":[{"name":"a","type":"rollback","url":"https://x",
          "timeout":"PT10M","interval":"PT0.1S","failureLimit":2,"retries":1}]})",
       {"$.strategy.hooks[0].timeout maximum", "$.strategy.hooks[0].interval minimum",
        "$.strategy.hooks[0].failureLimit const", "$.strategy.hooks[0].retries unknown"}},
      {R"({"type":"Direct","hooks":[{"name":"a","type":"rollback","url":"https://x"},
          {"name":"a","type":"each-step","url":"https://x"}]})",
       {"$.strategy.hooks unique"}},
  };
  for (const auto& each : cases) {
    const auto strategy = read(each.text);
    ASSERT_FALSE(strategy) << each.text;
    EXPECT_EQ(mistakes(strategy), each.expected) << each.text;
  }
}

TEST(StrategyJson, TakesAtMostSixteenHooks) {
  json::Array hooks;
  for (int i = 0; i < 17; ++i) {
    hooks.emplace_back(json::Object{
        {"name", "h" + std::to_string(i)}, {"type", "each-step"}, {"url", "https://ci.example"}});
  }
  const json::Value all = json::Object{{"type", "Direct"}, {"hooks", hooks}};
  EXPECT_EQ(mistakes(strategy_from_json(all, "$")), Mistakes{"$.hooks maxItems"});
}

TEST(StrategyJson, HasTheDefaultsOfTheSafeguards) {
  const auto safe = read("\"Canary\"")->safeguards;
  EXPECT_EQ(safe.gate_timeout, std::nullopt);
  EXPECT_EQ(safe.on_gate_timeout, OnGateTimeout::Rollback);
  EXPECT_EQ(safe.progress_deadline, Duration(10min));
  EXPECT_EQ(safe.max_unavailable, std::nullopt);
  EXPECT_EQ(safe.ack_retries, 1U);
  EXPECT_EQ(safe.verify_timeout, Duration(30s));
}

TEST(StrategyJson, SuggestsWhatMayHaveBeenMeant) {
  EXPECT_NE(read(R"({"type":"Canari"})").error().detail.find("did you mean Canary?"),
            std::string::npos);
}

TEST(StrategyJson, ReadsBothSwitchModes) {
  EXPECT_EQ(std::get<BlueGreen>(read("\"BlueGreen\"")->kind).switch_mode, SwitchMode::Slot);
  const auto pool = read(R"({"type":"BlueGreen","switchMode":"Pool"})");
  EXPECT_EQ(std::get<BlueGreen>(pool->kind).switch_mode, SwitchMode::Pool);
  EXPECT_EQ(*to_json(*pool).find("switchMode"), json::Value("pool"));
}

}  // namespace
}  // namespace hotswap
