#include "api/render/report_html.hpp"

#include <gtest/gtest.h>

#include "api/render/html_words.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {
namespace {

json::Value example() {
  return json::parse(R"({
    "deployment":"0b9f","configName":"pay<b>.production","version":"1.1.0","previousVersion":"1.0.0",
    "serviceName":"pay","environment":"Production","strategy":{"type":"Canary"},
    "state":{"name":"RolledBack"},"stateReason":"health failed: \"x\" & <y>","startedBy":"ann",
    "startedAt":"2026-11-23T15:04:05.000Z","finishedAt":"2026-11-23T15:04:35.000Z","reason":"",
    "forced":false,"traceId":"t","targets":10,"madeAt":"2026-11-23T15:05:00.000Z","complete":true,
    "rollback":{"rollbackMs":850,"steps":[
      {"step":"Detect","at":"2026-11-23T15:04:30.000Z","afterMs":0,"durationMs":4,"message":"m"}]},
    "evidence":{"verdicts":[{"criterion":"error-rate","outcome":"Fail","value":12.5,"threshold":5,
      "explanation":"12.5 % failed","statistic":22.5,"required":11,
      "drivers":[{"hostname":"web-1<","value":12.5,"share":0.8}]}]},
    "charts":[{"criterion":"error-rate","title":"Error rate","unit":"%","baseline":1,"threshold":6,
      "below":false,"points":[
        {"at":"2026-11-23T15:04:10.000Z","treated":1,"control":1},
        {"at":"2026-11-23T15:04:20.000Z","treated":null,"control":1.5},
        {"at":"2026-11-23T15:04:30.000Z","treated":12.5,"control":1}]}],
    "marks":[{"at":"2026-11-23T15:04:05.000Z","kind":"step.assigning","label":"step 1"},
             {"at":"2026-11-23T15:04:30.000Z","kind":"rollback.detected","label":"rollback"}],
    "affected":[{"instance":"i","hostname":"web-1","zone":"a","state":"Rejected","previous":"1.0.0",
      "how":"refused the version","reason":"<img src=x onerror=alert(1)>"}],
    "logs":[{"instance":"i","hostname":"web-1","at":"2026-11-23T15:04:30.000Z","level":"error",
      "message":"</p><script>alert(1)</script>"}],
    "suspects":[{"path":"$.pool","change":"modified","from":"<script>","to":5,"score":0.83,
      "reasons":["It is 10 times as small."]}],
    "shared":["All 2 failing instances have zone b; of the 3 others none has."],
    "timeline":[{"kind":"rollback.detected","at":"2026-11-23T15:04:30.000Z","actor":"bob",
      "message":"<i>"}]})")
      .value();
}

TEST(ReportHtml, IsOnePageThatNeedsAndRunsNothing) {
  const auto page = report_html(example());
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  for (const auto* part : {"<script", "src=\"", "href=", "url(", "@import", "onerror=alert(1)>"})
    EXPECT_FALSE(page.contains(part)) << part;
}

TEST(ReportHtml, EscapesEverythingThatOthersWrote) {
  const auto page = report_html(example());
  EXPECT_FALSE(page.contains("<b>.production"));
  EXPECT_TRUE(page.contains("pay&lt;b&gt;.production"));
  EXPECT_TRUE(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
  EXPECT_TRUE(page.contains("&lt;/p&gt;&lt;script&gt;"));
  EXPECT_TRUE(page.contains("web-1&lt;"));
  EXPECT_EQ(html::escaped("<a href=\"x\" title='y'>&"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
}

TEST(ReportHtml, TellsTheOutcomeTheStepsAndWhatIsSuspected) {
  const auto page = report_html(example());
  EXPECT_TRUE(page.contains("It was rolled back after 30 s: health failed by error-rate."));
  EXPECT_TRUE(page.contains("Going back took 850 ms, verified."));
  EXPECT_TRUE(page.contains("<b>Detect</b>"));
  EXPECT_TRUE(page.contains("not reached"));
  EXPECT_TRUE(page.contains("of the 3 others none has"));
  EXPECT_TRUE(page.contains("83<small>of 100</small>"));
  EXPECT_TRUE(page.contains("by bob"));
}

TEST(ReportHtml, DrawsTreatedControlBaselineThresholdAndMarks) {
  const auto page = report_html(example());
  for (const auto* part : {"class=\"line treated\"", "class=\"line control\"", "class=\"baseline\"",
                           "class=\"threshold\"", "class=\"mark bad\"", ">step 1</text>",
                           "before: 1 %", "threshold: 6 %"})
    EXPECT_TRUE(page.contains(part)) << part;
  EXPECT_FALSE(page.contains("nan")) << "every coordinate is a number";
}

TEST(ReportHtml, ADeploymentWithoutMeasurementsHasAPageAsWell) {
  const auto page = report_html(
      json::parse(R"({"configName":"p","version":"1.0.0","state":{"name":"Succeeded"}})").value());
  EXPECT_TRUE(page.contains("Succeeded"));
  EXPECT_FALSE(page.contains("<svg"));
}

TEST(HtmlWords, FiguresAreShort) {
  EXPECT_EQ(html::figure(0.30612), "0.306");
  EXPECT_EQ(html::figure(0.00001), "0.0000");
  EXPECT_EQ(html::figure(12.345), "12.3");
  EXPECT_EQ(html::figure(1234.5), "1,234");
  EXPECT_EQ(html::figure(-1234567), "-1,234,567");
  EXPECT_EQ(html::length(std::chrono::milliseconds(200'000)), "3 min 20 s");
}

}  // namespace
}  // namespace hotswap::api
