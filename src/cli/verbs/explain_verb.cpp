#include <fmt/format.h>

#include <thread>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_area.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 1s;
constexpr auto kSlice = 100ms;
/// Looks that may fail one after the other: a server that is restarted is waited for.
constexpr int kPatience = 30;
constexpr std::size_t kShown = 16;

bool has_ended(const json::Value& explanation) { return text_at(explanation, "waitsFor").empty(); }

/// A display that is drawn again cuts what is too long: words go to the next line instead.
std::vector<std::string> wrapped(std::string_view rest, std::size_t columns) {
  std::vector<std::string> out;
  while (display_width(rest) > columns) {
    auto end = rest.size();
    while (end != 0 && display_width(rest.substr(0, end)) > columns) {
      const auto blank = rest.rfind(' ', end - 1);
      end = blank == rest.npos ? 0 : blank;
    }
    if (end == 0) break;  // one long word
    out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  out.emplace_back(rest);
  return out;
}

/// What stands behind the story so far is what changes: it is set apart. `columns`: 0 cuts nothing.
std::vector<std::string> lines_of(const json::Value& explanation, const Terminal& terminal,
                                  std::size_t columns = 0) {
  std::vector<std::string> lines;
  for (const auto& line : items_at(explanation, "sentences")) {
    const auto text = line.as_string() ? printable(line.as_string()->view()) : std::string();
    const bool now = text.starts_with("It waits for ") || text.starts_with("Next: ");
    for (const auto& part : columns == 0 ? std::vector{text} : wrapped(text, columns))
      lines.push_back(now ? terminal.paint(Paint::Bold, part) : part);
  }
  return lines;
}

void print(Session& session, const json::Value& explanation) {
  if (session.structured()) return session.print_value(explanation);
  std::string text;
  for (const auto& line : lines_of(explanation, session.terminal())) text += line + '\n';
  session.print(text);
}

/// Changes when something happened, not as time passes.
std::string situation(const json::Value& explanation) {
  return text_at(explanation, "state") + '|' + text_at(explanation, "since") + '|' +
         std::to_string(items_at(explanation, "actions").size()) + '|' +
         std::to_string(items_at(explanation, "steps").size());
}

/// Waits a while; false if somebody pressed Ctrl-C.
bool rest() {
  for (auto slept = 0ms; slept < kLook; slept += kSlice) {
    if (Interrupt::requested()) return false;
    std::this_thread::sleep_for(kSlice);
  }
  return !Interrupt::requested();
}

/// One who looks on sees the newest; a program or a file gets what is new.
class Display {
 public:
  explicit Display(Session& session) : session_(session), area_(session.terminal()) {}

  void show(const json::Value& explanation) {
    if (session_.structured()) {
      if (is_news(explanation)) session_.print(session_.stream_text(explanation));
    } else if (session_.terminal().live()) {
      draw(explanation);
    } else if (is_news(explanation)) {
      const auto lines = lines_of(explanation, session_.terminal());
      for (std::size_t i = told_ == 0 ? 0 : lines.size() - std::min<std::size_t>(2, lines.size());
           i < lines.size(); ++i)
        area_.line(lines[i]);
      ++told_;
    }
  }

 private:
  /// The end of it, where the present is: a window shows so much.
  void draw(const json::Value& explanation) {
    auto lines = lines_of(explanation, session_.terminal(), session_.terminal().width());
    if (lines.size() > kShown)
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kShown));
    area_.draw(std::move(lines));
  }
  bool is_news(const json::Value& explanation) {
    auto now = situation(explanation);
    return std::exchange(last_, now) != now;
  }

  Session& session_;
  LiveArea area_;
  std::string last_;
  int told_ = 0;
};

Outcome watch(Session& session, Api& api, const std::string& path) {
  const Interrupt interrupt;
  Display display(session);
  for (int missed = 0;;) {
    const auto explanation = api.get(path);
    missed = explanation ? 0 : missed + 1;
    if (!explanation && (missed > kPatience || explanation.error().code != ErrorCode::Unavailable))
      return std::unexpected(explanation.error());
    if (explanation) {
      display.show(*explanation);
      if (has_ended(*explanation)) return ExitCode::Ok;
    }
    if (!rest()) return ExitCode::Ok;
  }
}

Outcome explain(Session& session, const std::string& word, bool watching) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = deployment_named(**api, word);
  if (!id) return std::unexpected(id.error());
  const auto path = deployment_path(*id, "explanation");
  if (watching) return watch(session, **api, path);
  const auto answer = (*api)->with((*api)->get(path), {"sentences"});
  if (!answer) return std::unexpected(answer.error());
  print(session, *answer);
  return ExitCode::Ok;
}

}  // namespace

void add_explain_verb(Verbs& verbs) {
  struct Flags {
    std::string id;
    bool watch = false;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = verbs.app().add_subcommand(
      "explain", "why a deployment is where it is, what it waits for, and what comes next");
  command->add_option("id", flags->id, "deployment, or the beginning of its id")
      ->type_name(kind::kDeployment)
      ->required();
  command->add_flag("-w,--watch", flags->watch, "again and again until it has ended");
  verbs.on(command,
           [flags](Session& session) { return explain(session, flags->id, flags->watch); });
}

}  // namespace hotswap::cli
