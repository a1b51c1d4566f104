#include <gtest/gtest.h>

#include "cli/deployment_view.hpp"
#include "cli/diff_text.hpp"
#include "cli/human.hpp"
#include "cli/process/child_process.hpp"
#include "cli/report_text.hpp"
#include "cli/table.hpp"
#include "cli/visible.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;
const Terminal kPlain(false, false, 80);
const Terminal kColour(true, true, 40);

TEST(Human, DurationsHaveTwoUnitsAtMost) {
  EXPECT_EQ(human_duration(0ms), "0s");
  EXPECT_EQ(human_duration(850ms), "850ms");
  EXPECT_EQ(human_duration(2500ms), "2.5s");
  EXPECT_EQ(human_duration(90s), "1m30s");
  EXPECT_EQ(human_duration(3h), "3h");
  EXPECT_EQ(human_duration(52h + 10min), "2d4h");
  EXPECT_EQ(human_duration(24h + 5min), "1d");
  EXPECT_EQ(human_duration("PT5M"), "5m");
  EXPECT_EQ(human_duration("soon"), "soon");
}

TEST(Human, AgesLookBackAndForward) {
  const auto now = parse_time("2026-11-23T15:00:00Z").value();
  EXPECT_EQ(human_age("2026-11-23T14:58:00Z", now), "2m ago");
  EXPECT_EQ(human_age("2026-11-23T15:00:30Z", now), "in 30s");
  EXPECT_EQ(human_age("", now), "-");
  EXPECT_EQ(clock_time("2026-11-23T15:04:05.123Z"), "15:04:05");
}

TEST(Human, BarsFillByEighths) {
  EXPECT_EQ(progress_bar(0, 4), "    ");
  EXPECT_EQ(progress_bar(0.5, 4), "██  ");
  EXPECT_EQ(progress_bar(1, 4), "████");
  EXPECT_EQ(progress_bar(0.125, 1), "▏");
  EXPECT_EQ(progress_bar(7, 2), "██");
}

TEST(Human, BytesAndPercentages) {
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(3 << 20), "3 MiB");
  EXPECT_EQ(human_percent(33.333), "33.3 %");
}

TEST(ShortDurations, AreReadAsTypedOrAsIso) {
  EXPECT_EQ(read_duration("1m30s"), Duration(90s));
  EXPECT_EQ(read_duration("500ms"), Duration(500ms));
  EXPECT_EQ(read_duration("1.5h"), Duration(90min));
  EXPECT_EQ(read_duration("PT2S"), Duration(2s));
  for (const auto* bad : {"", "5", "s", "-5s", "5 s", "5y", "400d", "1e9h"}) {
    EXPECT_FALSE(read_duration(bad)) << bad;
  }
}

TEST(Terminals, WidthCountsCharactersNotBytesNorColours) {
  EXPECT_EQ(display_width("größe"), 5u);
  EXPECT_EQ(display_width(kColour.paint(Paint::Red, "abc")), 3u);
  EXPECT_EQ(kPlain.paint(Paint::Red, "abc"), "abc");
}

TEST(Terminals, WideCharactersTakeTwoColumnsAndMarksNone) {
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("🚀"), 2U);
  EXPECT_EQ(fit("日本語", 5), "日本…");
  EXPECT_EQ(fit("日本語", 4), "日…");
}

TEST(Terminals, CutTextEndsItsColour) {
  EXPECT_EQ(fit("abcdef", 4), "abc…");
  EXPECT_EQ(fit("abc", 4), "abc");
  EXPECT_TRUE(fit(kColour.paint(Paint::Red, "abcdef"), 4).ends_with("\x1b[0m"));
}

TEST(Terminals, WhatOthersWroteCannotSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc"), "a [2Jb c");
  EXPECT_EQ(printable("a\u009bb\u0085c\u202ed\u2066e\u2069"), "a b c d e ");
  EXPECT_EQ(printable("größe \u2028…\u00a0"), "größe \u2028…\u00a0");
}

TEST(Terminals, AUnifiedDiffIsHarmlessOnATerminalAndExactElsewhere) {
  EXPECT_EQ(paint_unified(" a\u009b\u202eb\n", kColour), " a  b\n");
  EXPECT_EQ(paint_unified(" a\u009b\u202eb\n", kPlain), " a\u009b\u202eb\n");
}

TEST(Terminals, PrintedJsonEscapesWhatSteersAndMeansTheSame) {
  const auto value = json::parse("{\"a\":\"x\u009by\u202e\u2069ü\x7f\"}").value();
  const auto text = with_escapes(json::write(value));
  EXPECT_EQ(text, R"({"a":"x\u009by\u202e\u2069ü\u007f"})");
  EXPECT_EQ(json::parse(text).value(), value);
}

TEST(Tables, AreAlignedAndQuietWithoutRows) {
  Table table({"A", "BB"});
  EXPECT_EQ(table.text(kPlain), "");
  table.row({"größe", "1"});
  table.row({"x", "22"});
  EXPECT_EQ(table.text(kPlain), "A      BB\ngröße  1\nx      22\n");
  EXPECT_EQ(facts({{"name", "a"}, {"empty", ""}, {"x", "b"}}, kPlain), "name:   a\nx:      b\n");
}

TEST(DeploymentViews, ShowStepsTheirWaitAndInstances) {
  const auto answer = json::parse(R"({"id":"0123456789","configName":"p.q","configVersion":"1.1.0",
    "state":"Running","step":{"index":1,"of":2,"phase":"Soaking","since":"2026-11-23T15:00:00Z"},
    "strategy":{"type":"Canary"},
    "plan":{"steps":[{"cohort":1,"percentage":50,"mode":"Deliver","soak":"PT5S"},
                     {"cohort":2,"percentage":100,"mode":"Deliver","soak":"PT5S"}]},
    "targets":[{"instance":"aaaaaaaaaa","hostname":"pay-1","zone":"a","state":"Applied"},
               {"instance":"bbbbbbbbbb","hostname":"","zone":"b","state":"Assigned"}]})");
  ASSERT_TRUE(answer);
  const auto view = deployment_view(*answer);
  EXPECT_FALSE(view.terminal());
  const auto lines = live_block(view, parse_time("2026-11-23T15:00:02Z").value(), kPlain);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0], "01234567  p.q 1.1.0  Canary  Running");
  EXPECT_TRUE(lines[1].ends_with("1/1   done")) << lines[1];
  EXPECT_TRUE(lines[2].ends_with("1/2   ▕████      ▏ watching 2s of 5s")) << lines[2];
  EXPECT_EQ(lines[3], "  ■ pay-1 Applied  ■ bbbbbbbb Assigned ");
  EXPECT_EQ(lines[4], "  3s to go, and the instances' time");
}

TEST(DeploymentViews, SayHowLongTheWatchingStillTakes) {
  DeploymentView view;
  view.state = "Running";
  view.phase = "Soaking";
  view.since = "2026-11-23T15:00:00Z";
  view.bake = "PT1M";
  view.steps = {{1, 10, "Deliver", "PT5M"}, {10, 100, "Deliver", "PT5M"}};
  const auto now = parse_time("2026-11-23T15:02:00Z").value();
  EXPECT_EQ(view.to_go(now), Duration(9min));
  view.phase = "Judging";
  EXPECT_EQ(view.to_go(now), Duration(6min));
  view.phase = "Assigning";
  EXPECT_EQ(view.to_go(now), Duration(11min));
  view.step = 1;
  EXPECT_EQ(view.to_go(now), Duration(6min));
  view.phase = "Baking";
  view.since = "2026-11-23T15:01:40Z";
  EXPECT_EQ(view.to_go(now), Duration(40s));
  view.phase = "AwaitingPromotion";
  EXPECT_EQ(view.to_go(now), std::nullopt);
  view.state = "Paused";
  EXPECT_EQ(view.to_go(now), std::nullopt);
}

TEST(DeploymentViews, EventLinesSayDurationsAsPeopleDo) {
  const auto event = json::parse(
      R"({"at":"2026-11-23T15:04:05Z","kind":"step.soaking","message":"watching for PT90S"})");
  EXPECT_EQ(event_line(*event, kPlain), "15:04:05  step.soaking              watching for 1m30s");
}

TEST(Reports, NameEvidenceAndSuspects) {
  const auto report = json::parse(R"({"deployment":"d","state":{"name":"RolledBack"},
    "evidence":{"verdicts":[{"criterion":"error-rate","outcome":"Fail","explanation":"too many"}]},
    "changes":{"modified":[{"path":"$.a","from":200,"to":2}],"added":[],"removed":[]},
    "affected":[{"instance":"aaaaaaaaaa","zone":"a","state":"Restored","previous":"1.0.0"}],
    "timeline":[]})");
  const auto text = report_text(*report, kPlain);
  for (const auto* part :
       {"RolledBack", "✗ Fail  error-rate  too many", "$.a  200 → 2", "aaaaaaaa"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(ChildProcesses, TellTheirLinesAndTheirEnd) {
  const TempFolder folder("hotswap-unit");
  auto child =
      ChildProcess::start({.command = {"/bin/sh", "-c", "echo listening 127.0.0.1:$PORT; exit 7"},
                           .environment = {{"PORT", "1234"}},
                           .log = folder.path() / "log"});
  ASSERT_TRUE(child);
  const auto line = child->wait_line("listening", 20s);
  ASSERT_TRUE(line);
  EXPECT_EQ(port_in(*line), 1234);
  EXPECT_EQ(child->wait(20s), 7);
  EXPECT_EQ(child->wait_line("never", 20s).error().reason, "child.ended");
}

}  // namespace
}  // namespace hotswap::cli
