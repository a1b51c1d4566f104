#include "cli/schema/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/answer.hpp"
#include "cli/human.hpp"
#include "cli/table.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kExampleColumns = 200;  ///< of a line, where nobody looks at a terminal
constexpr std::size_t kExampleLeast = 40;
constexpr std::size_t kHeldColumns = 60;

bool same_word(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

bool compatible(const std::string& effect) { return same_word(effect, "compatible"); }

std::string mark(const std::string& effect, const Terminal& terminal) {
  if (compatible(effect)) return terminal.paint(Paint::Green, "✓");
  if (same_word(effect, "breaking")) return terminal.paint(Paint::Red, "✗");
  return terminal.paint(Paint::Yellow, "?");
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

/// What the example holds at the change's place: a long document is hard to read. Empty where that
/// is not one value (`$.hosts[*]`), or the document itself.
std::string held_at(const json::Value& example, std::string_view where) {
  if (!where.starts_with("$.") || where.find_first_of("[*") != std::string_view::npos) return {};
  const auto* value = value_at(example, where.substr(2));
  if (value == nullptr) return ", without it";
  return ", with " + fit(printable(json::write(*value)), kHeldColumns) + " there";
}

std::string example_line(const json::Value& change, std::string_view member, std::string_view what,
                         const Terminal& terminal) {
  const auto* example = change.find(member);
  if (example == nullptr) return {};
  const auto start =
      fmt::format("       {}{}: ", what, held_at(*example, text_at(change, "where")));
  const auto used = display_width(start);
  const auto room =
      std::max(terminal.live() ? terminal.width() : kExampleColumns, used + kExampleLeast);
  return terminal.paint(Paint::Dim, start) + fit(printable(json::write(*example)), room - used) +
         "\n";
}

std::string change_text(const json::Value& change, const Terminal& terminal) {
  std::string out = fmt::format("  {} {}  {}  {}\n", mark(text_at(change, "backward"), terminal),
                                mark(text_at(change, "forward"), terminal),
                                terminal.paint(Paint::Bold, text_at(change, "where")),
                                terminal.paint(Paint::Dim, text_at(change, "kind")));
  out += "       " + text_at(change, "reason") + "\n";
  out += example_line(change, "backwardExample", "accepted by the old only", terminal);
  out += example_line(change, "forwardExample", "accepted by the new only", terminal);
  return out;
}

void add_failure(std::string& out, const json::Value& failure, const std::string& indent,
                 const Terminal& terminal) {
  out += fmt::format(
      "{}{}  {}  {}\n", indent, terminal.paint(Paint::Bold, text_at(failure, "path")),
      text_at(failure, "message"), terminal.paint(Paint::Dim, text_at(failure, "keyword")));
  const auto& causes = items_at(failure, "causes");
  if (causes.empty()) return;
  out += indent + "  " + terminal.paint(Paint::Dim, "closest branch:") + "\n";
  for (const auto& cause : causes) add_failure(out, cause, indent + "    ", terminal);
}

bool guards(const std::string& compatibility, std::string_view direction) {
  return compatibility.starts_with("FULL") || compatibility.starts_with(direction);
}

}  // namespace

std::string effect_text(const std::string& effect, const Terminal& terminal) {
  if (compatible(effect)) return terminal.paint(Paint::Green, "✓ compatible");
  if (same_word(effect, "breaking")) return terminal.paint(Paint::Red, "✗ breaking");
  return terminal.paint(Paint::Yellow, "? cannot be decided, which counts as breaking");
}

std::string schema_state_text(const std::string& state, const Terminal& terminal) {
  if (state == "Approved") return terminal.paint(Paint::Green, state);
  if (state == "Rejected") return terminal.paint(Paint::Red, state);
  return terminal.paint(Paint::Yellow, state);
}

std::string comparison_text(const json::Value& comparison, const Terminal& terminal) {
  const auto& changes = items_at(comparison, "changes");
  std::string out = fmt::format("backward  {}\nforward   {}\n",
                                effect_text(text_at(comparison, "backward"), terminal),
                                effect_text(text_at(comparison, "forward"), terminal));
  if (changes.empty()) return out + "no change that concerns a document\n";
  out += fmt::format("{} (left mark: old documents under the new schema; right: the reverse)\n",
                     counted(changes.size(), "change"));
  for (const auto& change : changes) out += change_text(change, terminal);
  if (bool_at(comparison, "truncated")) out += "  … and more\n";
  return out;
}

std::string failures_text(const json::Array& failures, const Terminal& terminal) {
  std::string out;
  for (const auto& failure : failures) add_failure(out, failure, "  ", terminal);
  return out;
}

std::string validation_text(const std::string& name, const json::Value& validation,
                            const Terminal& terminal) {
  if (bool_at(validation, "valid")) return terminal.paint(Paint::Green, "✓ ") + name + "\n";
  const auto& failures = items_at(validation, "errors");
  std::string what = counted(failures.size(), "problem");
  if (bool_at(validation, "truncated")) what = "more than " + what;
  if (bool_at(validation, "aborted")) what = "could not be decided";
  return terminal.paint(Paint::Red, "✗ ") + name + "  " + what + "\n" +
         failures_text(failures, terminal);
}

std::string impact_text(const json::Value& impact, const Terminal& terminal) {
  const auto summary = text_at(impact, "summary");
  if (summary.empty()) return {};
  const auto failing = int_at(impact, "failingCount");
  std::string out =
      (failing == 0 ? terminal.paint(Paint::Green, "✓ ") : terminal.paint(Paint::Red, "✗ ")) +
      summary + "\n";
  for (const auto& item : items_at(impact, "failing")) {
    out += fmt::format(
        "  {} {}{}\n", text_at(item, "profile"), text_at(item, "version"),
        bool_at(item, "stable") ? terminal.paint(Paint::Red, " (live or tagged)") : std::string());
    for (const auto& failure : items_at(item, "errors")) {
      add_failure(out, failure, "    ", terminal);
    }
  }
  const auto shown = static_cast<std::int64_t>(items_at(impact, "failing").size());
  if (failing > shown) out += fmt::format("  and {} more\n", failing - shown);
  return out;
}

std::string fit_text(const json::Value& fit, bool before, const Terminal& terminal) {
  std::string out;
  if (const auto mismatch = text_at(fit, "mismatch"); !mismatch.empty()) {
    out += fmt::format("{}forced, although {} refuses it: {}\n", terminal.paint(Paint::Red, "✗ "),
                       text_at(fit, "schema"), mismatch);
  } else if (const auto schema = text_at(fit, "schema"); !schema.empty()) {
    out += fmt::format("{}valid under {}\n", terminal.paint(Paint::Green, "✓ "), schema);
  }
  const auto accepting = int_at(fit, "accepting");
  const auto unfit = int_at(fit, "unfit");
  if (accepting + unfit > 0) {
    const bool left_out = int_at(fit, "leftOut") > 0;
    auto sign = terminal.paint(Paint::Green, "✓ ");
    if (unfit > 0)
      sign = left_out ? terminal.paint(Paint::Yellow, "! ") : terminal.paint(Paint::Red, "✗ ");
    out += fmt::format(
        "{}{} built for a schema that accepts it, {} for one that refuses it{}, {} did not say\n",
        sign, counted(static_cast<std::size_t>(accepting), "instance"), unfit,
        left_out ? " (left out)" : "", int_at(fit, "unspoken"));
  }
  for (const auto& item : items_at(fit, "examples")) {
    out += fmt::format("    {}  {}  {}\n", short_id(text_at(item, "instance")),
                       text_at(item, "schema"), text_at(item, "message"));
  }
  if (const auto risk = text_at(fit, "rollbackRisk"); !risk.empty()) {
    out += terminal.paint(Paint::Yellow, "! ") + "the way back: " + risk + "\n";
  } else if (!out.empty() && before) {
    out += terminal.paint(Paint::Green, "✓ ") + "a rollback would suit every target\n";
  }
  return out;
}

std::string schema_version_text(const json::Value& version, const Terminal& terminal) {
  const auto decided = text_at(version, "decision.by");
  std::string references;
  if (const auto* all = value_at(version, "references"); all && all->as_object()) {
    for (const auto& [uri, pinned] : *all->as_object()) {
      const auto* text = pinned.as_string();
      references += (references.empty() ? "" : ", ") + printable(uri) + " → " +
                    (text == nullptr ? std::string() : printable(*text));
    }
  }
  auto out = facts(
      {{"schema", text_at(version, "name") + "@" + text_at(version, "version")},
       {"state", schema_state_text(text_at(version, "state"), terminal)},
       {"decided", decided.empty() ? "" : decided + ": " + text_at(version, "decision.comment")},
       {"sha256", text_at(version, "hash")},
       {"uri", text_at(version, "uri")},
       {"$id", text_at(version, "schemaUri")},
       {"formats", text_at(version, "formats")},
       {"author", text_at(version, "author")},
       {"message", text_at(version, "message")},
       {"registered", text_at(version, "createdAt")},
       {"references", references}},
      terminal);
  for (const auto& earlier : items_at(version, "compared")) {
    out +=
        "\n" + terminal.paint(Paint::Bold, "compared with " + text_at(earlier, "version")) + "\n";
    if (const auto* comparison = earlier.find("comparison")) {
      out += comparison_text(*comparison, terminal);
    }
  }
  return out;
}

bool breaks(const json::Value& comparison, const std::string& compatibility) {
  return (guards(compatibility, "BACKWARD") && !compatible(text_at(comparison, "backward"))) ||
         (guards(compatibility, "FORWARD") && !compatible(text_at(comparison, "forward")));
}

}  // namespace hotswap::cli
