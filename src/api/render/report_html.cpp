#include "api/render/report_html.hpp"

#include <fmt/format.h>

#include <cmath>

#include "api/render/html_words.hpp"
#include "api/render/report_chart.hpp"
#include "api/render/report_style.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

using html::at;
using html::escaped;
using html::figure;
using html::items;
using html::number;
using html::text;

constexpr std::size_t kSuspectsShown = 20;
constexpr std::size_t kTargetsShown = 500;

std::string section(const std::string& title, const std::string& body) {
  if (body.empty()) return {};
  return "<section><h2>" + title + "</h2>" + body + "</section>\n";
}

std::string card(const std::string& body) {
  return body.empty() ? body : R"(<div class="card">)" + body + "</div>";
}

const char* tone_of_state(const std::string& state) {
  if (state == "Succeeded") return "good";
  if (state == "RolledBack" || state == "Failed" || state == "RollingBack") return "bad";
  return state == "Paused" || state == "Cancelled" ? "warn" : "";
}

std::string spaced(const std::string& state) {
  if (state == "RolledBack") return "Rolled back";
  return state == "RollingBack" ? "Rolling back" : state;
}

std::string pill(const std::string& words, const char* tone) {
  return fmt::format(R"(<span class="pill {}">{}</span>)", tone, escaped(words));
}

std::optional<Duration> between(const json::Value& report, const char* from, const char* to) {
  const auto first = parse_time(text(report, from));
  const auto last = parse_time(text(report, to));
  if (!first || !last) return std::nullopt;
  return *last - *first;
}

/// The reason without the figures, which stand in the verdict's own table.
std::string brief_reason(const json::Value& report) {
  const std::string reason = text(report, "stateReason");
  if (!reason.starts_with("health failed")) return reason;
  std::string names;
  for (const auto& verdict : items(report, "evidence.verdicts"))
    if (text(verdict, "outcome") == "Fail" && at(verdict, "dryRun") != json::Value(true))
      names += (names.empty() ? "" : ", ") + text(verdict, "criterion");
  return names.empty() ? reason : "health failed by " + names;
}

/// What happened, in one sentence.
std::string lead(const json::Value& report) {
  const std::string state = text(report, "state.name");
  const std::string reason = escaped(brief_reason(report));
  const std::string because = reason.empty() ? "." : ": " + reason;
  const auto took = between(report, "startedAt", "finishedAt");
  const std::string after = took ? " after " + html::length(*took) : "";
  if (state == "Succeeded") return "Every step went through; it succeeded" + after + ".";
  if (state == "RolledBack") {
    const auto back = number(report, "rollback.rollbackMs");
    const std::string quick = back ? " Going back took " +
                                         html::length(Duration(static_cast<std::int64_t>(*back))) +
                                         ", verified."
                                   : "";
    return "It was rolled back" + after + because + (because.ends_with('.') ? "" : ".") + quick;
  }
  if (state == "Failed") return "It failed" + after + because;
  if (state == "Cancelled") return "It was cancelled" + after + because;
  if (state == "Paused") return "It is paused" + because;
  if (state == "RollingBack") return "It is being rolled back" + because;
  return "It is under way.";
}

std::string facts(const json::Value& report) {
  const std::string previous = text(report, "previousVersion");
  const std::pair<const char*, std::string> all[] = {
      {"Service", text(report, "serviceName") + " · " + text(report, "environment")},
      {"Version",
       text(report, "version") + (previous.empty() ? "" : "  (before: " + previous + ")")},
      {"Strategy", text(report, "strategy.type")},
      {"Instances", text(report, "targets")},
      {"Started by", text(report, "startedBy")},
      {"Started", html::day_and_clock(text(report, "startedAt"))},
      {"Ended", html::day_and_clock(text(report, "finishedAt"))},
      {"Reason given", text(report, "reason")},
      {"Forced", at(report, "forced") == json::Value(true) ? "yes" : ""}};
  std::string out;
  for (const auto& [name, value] : all)
    if (!value.empty())
      out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped(value));
  return R"(<dl class="facts">)" + out + "</dl>";
}

std::string header(const json::Value& report) {
  const std::string state = text(report, "state.name");
  return R"(<header class="card">)" + pill(spaced(state), tone_of_state(state)) + "<h1>" +
         escaped(text(report, "configName")) + " <small>" + escaped(text(report, "version")) +
         R"(</small></h1><p class="lead">)" + lead(report) + "</p>" + facts(report) + "</header>\n";
}

std::string rollback(const json::Value& report) {
  const auto& steps = items(report, "rollback.steps");
  if (steps.empty()) return {};
  std::string out = R"(<ol class="steps">)";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto after = number(steps[i], "afterMs").value_or(0);
    const auto took = number(steps[i], "durationMs");
    const char* kind = i == 0 ? "first" : i == 5 ? "last" : "";
    out +=
        fmt::format(R"(<li class="{}"><b>{}</b><span>{} · +{}</span><span>{}</span></li>)", kind,
                    escaped(text(steps[i], "step")), html::clock(text(steps[i], "at")),
                    html::length(Duration(static_cast<std::int64_t>(after))),
                    took ? "took " + html::length(Duration(static_cast<std::int64_t>(*took))) : "");
  }
  for (std::size_t i = steps.size(); i < 6; ++i)
    out += R"(<li class="none"><b>–</b><span>not reached</span></li>)";
  return section("Rollback", card(out + "</ol>"));
}

std::string charts(const json::Value& report) {
  std::string out;
  for (const auto& chart : items(report, "charts"))
    out += chart_html(chart, items(report, "marks"));
  return out.empty() ? out : section("Measured", R"(<div class="charts">)" + out + "</div>");
}

std::string drivers(const json::Value& verdict) {
  std::string out;
  for (const auto& driver : items(verdict, "drivers")) {
    const auto share = number(driver, "share").value_or(0);
    out +=
        fmt::format("{}{} <small>{}{}</small>", out.empty() ? "" : "<br>",
                    escaped(text(driver, "hostname")), figure(number(driver, "value").value_or(0)),
                    share > 0 ? fmt::format(" · {:.0f} %", share * 100) : "");
  }
  return out;
}

std::string value_cell(const json::Value& verdict, const char* name) {
  const auto value = number(verdict, name);
  return R"(<td class="num">)" + (value ? figure(*value) : std::string("–")) + "</td>";
}

std::string verdicts(const json::Value& report) {
  std::string rows;
  for (const auto& verdict : items(report, "evidence.verdicts")) {
    const std::string outcome = text(verdict, "outcome");
    const char* tone = outcome == "Pass" ? "good" : outcome == "Fail" ? "bad" : "warn";
    const auto statistic = number(verdict, "statistic");
    const std::string error = text(verdict, "error");
    rows += "<tr><td>" + pill(outcome, tone) + "</td><td><b>" +
            escaped(text(verdict, "criterion")) + "</b>" +
            (at(verdict, "dryRun") == json::Value(true) ? "<br><small>observed only</small>" : "") +
            "</td>" + value_cell(verdict, "value") + value_cell(verdict, "baseline") +
            value_cell(verdict, "threshold") + R"(<td class="num">)" +
            (statistic ? figure(*statistic) + " <small>of " +
                             figure(number(verdict, "required").value_or(0)) + "</small>"
                       : "–") +
            "</td><td>" + drivers(verdict) + "</td><td>" +
            escaped(error.empty() ? text(verdict, "explanation") : error) + "</td></tr>";
  }
  if (rows.empty()) return {};
  return section(
      "Verdict",
      card(R"(<div class="scroll verdicts"><table><thead><tr><th></th><th>Criterion</th>)"
           "<th>Value</th><th>Compared with</th><th>Threshold</th><th>Evidence</th>"
           "<th>Driven by</th><th>In words</th></tr></thead><tbody>" +
           rows + "</tbody></table></div>"));
}

std::string shown(const json::Value& value) {
  if (at(value, "masked") == json::Value(true)) return "•••••• (secret)";
  const std::string all = json::write(value);
  const std::string cut = clip_utf8(all, 160);
  return escaped(cut) + (cut.size() < all.size() ? "…" : "");
}

std::string change_words(const json::Value& suspect) {
  const std::string change = text(suspect, "change");
  const std::string from = "<del>" + shown(at(suspect, "from")) + "</del>";
  const std::string to = "<ins>" + shown(at(suspect, "to")) + "</ins>";
  if (change == "added") return "added " + to;
  if (change == "removed") return "removed " + from;
  return from + " → " + to;
}

std::string suspect_html(const json::Value& suspect) {
  const double score = number(suspect, "score").value_or(0);
  std::string reasons;
  for (const auto& reason : items(suspect, "reasons"))
    if (const auto* words = reason.as_string()) reasons += "<li>" + escaped(*words) + "</li>";
  return fmt::format(
      R"(<div class="suspect"><div><div class="score">{0:.0f}<small>of 100</small></div>)"
      R"(<div class="bar"><i style="width:{0:.0f}%"></i></div></div><div>)"
      R"(<code>{1}</code><div class="change mono">{2}</div>{3}</div></div>)",
      std::round(score * 100), escaped(text(suspect, "path")), change_words(suspect),
      reasons.empty() ? "" : "<ul>" + reasons + "</ul>");
}

std::string suspects(const json::Value& report) {
  const auto& all = items(report, "suspects");
  std::string out;
  for (std::size_t i = 0; i < std::min(all.size(), kSuspectsShown); ++i)
    out += suspect_html(all[i]);
  if (all.size() > kSuspectsShown)
    out += fmt::format(R"(<p><small>and {} more changes</small></p>)", all.size() - kSuspectsShown);
  std::string notes;
  for (const auto& note : items(report, "shared"))
    if (const auto* words = note.as_string())
      notes += R"(<p class="note">)" + escaped(*words) + "</p>";
  const bool went_well = text(report, "state.name") == "Succeeded";
  return section(went_well ? "What this version changed" : "Suspected cause", card(notes + out));
}

std::string affected(const json::Value& report) {
  std::string rows;
  std::size_t count = 0;
  for (const auto& target : items(report, "affected")) {
    if (++count > kTargetsShown) break;
    const std::string state = text(target, "state");
    const bool bad = state == "Rejected" || state == "Failed" || state == "Unreachable";
    const std::string reason = escaped(text(target, "reason")), how = escaped(text(target, "how"));
    rows += "<tr><td><b>" + escaped(text(target, "hostname")) + "</b></td><td>" +
            escaped(text(target, "zone")) + "</td><td>" +
            pill(state, bad                                         ? "bad"
                        : state == "Applied" || state == "Restored" ? "good"
                                                                    : "") +
            "</td><td>" + escaped(text(target, "previous")) + "</td><td>" + how +
            (how.empty() || reason.empty() ? "" : ": ") + reason + "</td></tr>";
  }
  if (rows.empty()) return {};
  return section("Instances that were told",
                 card(R"(<div class="scroll"><table><thead><tr><th>Host</th><th>Zone</th>)"
                      "<th>State</th><th>Before</th><th></th></tr></thead><tbody>" +
                      rows + "</tbody></table></div>"));
}

std::string logs(const json::Value& report) {
  std::string out;
  for (const auto& line : items(report, "logs")) {
    const std::string level = text(line, "level");
    const char* tone = level == "error" ? "bad" : level.starts_with("warn") ? "warn" : "";
    out += fmt::format(
        R"(<li class="{}"><time>{}</time><p><b>{}</b> {} <span class="mono">{}</span></p></li>)",
        tone, html::clock(text(line, "at")), escaped(level), escaped(text(line, "hostname")),
        escaped(text(line, "message")));
  }
  return out.empty() ? out
                     : section("What they logged", card(R"(<ul class="lines">)" + out + "</ul>"));
}

const char* tone_of_event(const std::string& kind) {
  if (kind == "rollback.detected" || kind == "deployment.failed" || kind == "target.failed" ||
      kind == "target.rejected" || kind == "notification.dead")
    return "bad";
  if (kind == "deployment.succeeded" || kind == "rollback.verified" || kind == "step.completed")
    return "good";
  return kind == "deployment.paused" || kind == "target.unreachable" ? "warn" : "";
}

std::string timeline(const json::Value& report) {
  std::string out;
  for (const auto& event : items(report, "timeline")) {
    const std::string actor = text(event, "actor");
    const std::string kind = text(event, "kind");
    out += fmt::format(
        R"(<li class="{}"><time>{}</time><p><b>{}</b> {}{}</p></li>)", tone_of_event(kind),
        html::clock(text(event, "at")), escaped(kind), escaped(text(event, "message")),
        actor.empty() || actor == "system" ? "" : " <small>by " + escaped(actor) + "</small>");
  }
  return out.empty() ? out : section("Timeline", card(R"(<ol class="lines">)" + out + "</ol>"));
}

std::string footer(const json::Value& report) {
  return fmt::format(
      "<footer>Deployment {} · trace {} · made {}{}</footer>", escaped(text(report, "deployment")),
      escaped(text(report, "traceId")), escaped(html::day_and_clock(text(report, "madeAt"))),
      at(report, "complete") == json::Value(false) ? " · very long: some records are left out"
                                                   : "");
}

}  // namespace

std::string report_html(const json::Value& report) {
  const std::string title = escaped(text(report, "configName") + " " + text(report, "version") +
                                    ": " + spaced(text(report, "state.name")));
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
         title + "</title><style>" + std::string(kReportStyle) + "</style></head><body><main>\n" +
         header(report) + rollback(report) + charts(report) + verdicts(report) + suspects(report) +
         affected(report) + logs(report) + timeline(report) + footer(report) +
         "\n</main></body></html>\n";
}

}  // namespace hotswap::api
