#include "agent/template/template.hpp"

#include <algorithm>

#include "agent/template/evaluate.hpp"
#include "domain/base/overloaded.hpp"

namespace hotswap::agent {

struct OutputNode {
  Operand operand;
};
struct IfNode {
  Condition condition;
  std::vector<TemplateNode> then, otherwise;
};
struct EachNode {
  Loop loop;
  std::vector<TemplateNode> body, otherwise;
};
struct TemplateNode {
  std::variant<std::string, OutputNode, IfNode, EachNode> what;
  std::size_t line = 0;
};

namespace {

using Nodes = std::vector<TemplateNode>;

constexpr std::size_t kDepth = 16;
constexpr std::size_t kOutputBytes = std::size_t{8} << 20;
constexpr std::size_t kSteps = 2'000'000;  ///< nodes rendered: loops in loops multiply

std::unexpected<Error> at_line(std::size_t line, const std::string& what) {
  return fail(ErrorCode::Invalid, "template.invalid", "line " + std::to_string(line) + ": " + what);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

/// What follows a word such as `#if`; nothing if it is another word.
std::optional<std::string_view> after(std::string_view tag, std::string_view word) {
  if (!tag.starts_with(word)) return std::nullopt;
  tag.remove_prefix(word.size());
  if (!tag.empty() && !std::string_view(" \t\r\n").contains(tag.front())) return std::nullopt;
  return trimmed(tag);
}

/// Where the tag that begins at `from` ends: at its }}, but not at one inside quotes.
std::size_t end_of_tag(std::string_view text, std::size_t from) {
  if (text.substr(from).starts_with('!')) return text.find("}}", from);
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text.substr(i).starts_with("}}")) {
      return i;
    }
  }
  return std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Nodes> run() {
    Nodes nodes;
    if (auto done = block(nodes, 0); !done) return std::unexpected(done.error());
    if (tag_.empty()) return nodes;
    const auto* opener = tag_ == "/each" ? "{{#each}}" : "{{#if}}";
    return mistake("{{" + tag_ + "}} without its " + opener);
  }

 private:
  [[nodiscard]] std::unexpected<Error> mistake(const std::string& what) const {
    return at_line(line_, what);
  }

  /// Up to the end or to a tag that ends a block, which is then in tag_.
  Result<void> block(Nodes& out, std::size_t depth) {
    while (next_tag(out)) {
      if (!closed_) return mistake("{{ is never closed");
      if (tag_.empty()) return mistake("{{}} names nothing");
      if (tag_.starts_with('!')) continue;
      if (after(tag_, "else") || tag_ == "/if" || tag_ == "/each") return {};
      if (auto done = node(out, depth); !done) return done;
    }
    tag_.clear();
    return {};
  }

  /// Adds the text before the next tag and reads that; false: there is none.
  bool next_tag(Nodes& out) {
    const auto open = text_.find("{{", at_);
    if (open == text_.npos) {
      add_text(out, text_.substr(at_));
      at_ = text_.size();
      return false;
    }
    const auto close = end_of_tag(text_, open + 2);
    closed_ = close != text_.npos;
    auto before = text_.substr(at_, open - at_);
    if (!closed_) {
      move_to(open);
      return true;
    }
    tag_ = trimmed(text_.substr(open + 2, close - open - 2));
    std::size_t rest = close + 2;
    const bool control = tag_.starts_with('#') || tag_.starts_with('/') || tag_.starts_with('!') ||
                         after(tag_, "else");
    if (control) cut_line(before, open, rest);
    add_text(out, before);
    move_to(open);
    next_line_ =
        line_ + static_cast<std::size_t>(std::ranges::count(text_.substr(open, rest - open), '\n'));
    at_ = rest;
    return true;
  }

  void move_to(std::size_t place) {
    line_ = next_line_ +
            static_cast<std::size_t>(std::ranges::count(text_.substr(at_, place - at_), '\n'));
    next_line_ = line_;
    at_ = place;
  }

  /// A control tag alone on its line takes the line with it.
  void cut_line(std::string_view& before, std::size_t open, std::size_t& rest) const {
    const auto start = text_.rfind('\n', open) == text_.npos ? 0 : text_.rfind('\n', open) + 1;
    const auto end = std::min(text_.find('\n', rest), text_.size());
    if (!is_blank(text_.substr(start, open - start)) || !is_blank(text_.substr(rest, end - rest)))
      return;
    before.remove_suffix(std::min(before.size(), open - start));
    rest = std::min(end + 1, text_.size());
  }

  void add_text(Nodes& out, std::string_view text) const {
    if (!text.empty()) out.push_back({std::string(text), line_});
  }

  Result<void> node(Nodes& out, std::size_t depth) {
    const auto line = line_;
    const auto condition = after(tag_, "#if");
    const auto list = after(tag_, "#each");
    if ((condition || list) && depth == kDepth) return mistake("blocks are nested too deeply");
    if (condition) return conditional(out, std::string(*condition), depth);
    if (list) return loop(out, std::string(*list), depth);
    if (tag_.starts_with('#') || tag_.starts_with('/'))
      return mistake("{{" + tag_ + "}} is no block: {{#if …}} and {{#each …}} are");
    auto operand = parse_operand(tag_);
    if (!operand) return mistake("{{" + tag_ + "}}: " + operand.error().detail);
    out.push_back({OutputNode{*std::move(operand)}, line});
    return {};
  }

  Result<void> conditional(Nodes& out, const std::string& text, std::size_t depth) {
    const auto line = line_;
    auto condition = parse_condition(text);
    if (!condition) return mistake("{{" + tag_ + "}}: " + condition.error().detail);
    IfNode node{*std::move(condition), {}, {}};
    if (auto done = block(node.then, depth + 1); !done) return done;
    const auto more = after(tag_, "else");
    const auto nested = more ? after(*more, "if") : std::nullopt;
    if (more && !more->empty() && !nested)
      return mistake("{{" + tag_ + "}}: else stands alone or before an if: {{else if …}}");
    if (nested) {
      // {{else if c}} is an {{#if c}} inside of {{else}} that shares the {{/if}}.
      const std::string next(trimmed(*nested));
      if (depth + 1 == kDepth) return mistake("blocks are nested too deeply");
      if (auto done = conditional(node.otherwise, next, depth + 1); !done) return done;
      out.push_back({std::move(node), line});
      return {};
    }
    if (auto done = alternative(node.otherwise, depth); !done) return done;
    if (tag_ != "/if") return mistake("{{#if}} has no {{/if}}");
    out.push_back({std::move(node), line});
    return {};
  }

  Result<void> loop(Nodes& out, const std::string& text, std::size_t depth) {
    const auto line = line_;
    auto parsed = parse_loop(text);
    if (!parsed) return mistake("{{" + tag_ + "}}: " + parsed.error().detail);
    EachNode node{*std::move(parsed), {}, {}};
    if (auto done = block(node.body, depth + 1); !done) return done;
    if (auto done = alternative(node.otherwise, depth); !done) return done;
    if (tag_ != "/each") return mistake("{{#each}} has no {{/each}}");
    out.push_back({std::move(node), line});
    return {};
  }

  Result<void> alternative(Nodes& out, std::size_t depth) {
    return tag_ == "else" ? block(out, depth + 1) : Result<void>();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;       ///< of the tag
  std::size_t next_line_ = 1;  ///< behind it
  bool closed_ = true;
  std::string tag_;
};

class Renderer {
 public:
  Renderer(const json::Value& document, const json::Value& facts) : scope_{document, facts} {}

  Result<void> block(const Nodes& nodes) {
    for (const auto& node : nodes) {
      if (++steps_ > kSteps || out_.size() > kOutputBytes) {
        placed_ = true;
        return fail(ErrorCode::TooLarge, "template.too_large",
                    "line " + std::to_string(node.line) +
                        ": what the template makes is too large (8 MiB, 2,000,000 steps)");
      }
      auto done = std::visit([&](const auto& what) { return this->render(what); }, node.what);
      if (done) continue;
      if (std::exchange(placed_, true)) return done;  // by a block inside of this one
      return at_line(node.line, done.error().detail);
    }
    return {};
  }
  std::string take() { return std::move(out_); }

 private:
  Result<void> render(const std::string& text) {
    out_ += text;
    return {};
  }
  Result<void> render(const OutputNode& node) {
    const auto text = text_of(node.operand, scope_);
    if (!text) return std::unexpected(text.error());
    out_ += *text;
    return {};
  }
  Result<void> render(const IfNode& node) {
    const auto answer = holds(node.condition, scope_);
    if (!answer) return std::unexpected(answer.error());
    return block(*answer ? node.then : node.otherwise);
  }
  Result<void> render(const EachNode& node) {
    const auto list = evaluate(node.loop.list, scope_);
    if (!list) return std::unexpected(list.error());
    if (const auto* items = list->get().as_array()) return each(node, *items);
    if (const auto* members = list->get().as_object()) return each(node, *members);
    return fail(ErrorCode::Invalid, "template.invalid",
                "{{#each}} needs an array or an object, this holds a " +
                    std::string(list->get().type_name()));
  }

  template <class Container>
  Result<void> each(const EachNode& node, const Container& container) {
    if (container.empty()) return block(node.otherwise);
    std::size_t index = 0;
    for (const auto& entry : container) {
      const bool last = index + 1 == container.size();
      json::Object facts{{"index", std::uint64_t{index}}, {"first", index == 0}, {"last", last}};
      if constexpr (std::is_same_v<Container, json::Object>) {
        facts.append("key", entry.name.view());
        scope_.loops.push_back({&entry.value, node.loop.name, std::move(facts)});
      } else {
        scope_.loops.push_back({&entry, node.loop.name, std::move(facts)});
      }
      auto done = block(node.body);
      scope_.loops.pop_back();
      if (!done) return done;
      ++index;
    }
    return {};
  }

  Scope scope_;
  std::string out_;
  std::size_t steps_ = 0;
  bool placed_ = false;  ///< the error has its line
};

}  // namespace

Result<Template> Template::parse(std::string_view text) {
  auto nodes = Parser(text).run();
  if (!nodes) return std::unexpected(nodes.error());
  Template parsed;
  parsed.nodes_ = std::make_shared<const Nodes>(*std::move(nodes));
  return parsed;
}

Result<std::string> Template::render(const json::Value& document, const json::Value& facts) const {
  Renderer renderer(document, facts);
  if (auto done = renderer.block(*nodes_); !done) return std::unexpected(done.error());
  return renderer.take();
}

}  // namespace hotswap::agent
