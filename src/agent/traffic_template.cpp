#include "agent/traffic_template.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hotswap::agent {
namespace {

constexpr std::size_t kDepth = 16;
constexpr std::array<std::string_view, 5> kNames = {"live", "idle", "service", "environment",
                                                    "generation"};

std::string value_of(std::string_view name, const TrafficState& state) {
  if (name == "live") return state.live;
  if (name == "idle") return state.idle;
  if (name == "service") return state.service;
  if (name == "environment") return state.environment;
  return std::to_string(state.generation);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

struct Condition {
  std::string name, value;
  bool equal = true;
};

/// `live == "blue"`
std::optional<Condition> condition_in(std::string_view text) {
  const bool equal = text.find("==") != text.npos;
  const auto at = equal ? text.find("==") : text.find("!=");
  if (at == text.npos) return std::nullopt;
  const auto name = trimmed(text.substr(0, at));
  const auto value = trimmed(text.substr(at + 2));
  const bool quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
  if (std::ranges::find(kNames, name) == kNames.end() || !quoted) return std::nullopt;
  return Condition{std::string(name), std::string(value.substr(1, value.size() - 2)), equal};
}

}  // namespace

class TrafficTemplate::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Node>> run() {
    std::vector<Node> nodes;
    if (auto done = block(nodes, 0); !done) return std::unexpected(done.error());
    if (tag_.empty()) return nodes;
    return mistake("{{" + tag_ + "}} without its {{#if}}");
  }

 private:
  std::unexpected<Error> mistake(const std::string& what) const {
    const auto line = 1 + std::ranges::count(text_.substr(0, at_), '\n');
    return fail(ErrorCode::Invalid, "template.invalid",
                "line " + std::to_string(line) + ": " + what);
  }

  /// Up to the end or to a tag that ends a block, which is then in tag_.
  Result<void> block(std::vector<Node>& out, std::size_t depth) {
    while (true) {
      const auto open = text_.find("{{", at_);
      if (open == text_.npos) {
        add_text(out, text_.substr(at_));
        at_ = text_.size();
        tag_.clear();
        return {};
      }
      const auto close = text_.find("}}", open);
      if (close == text_.npos) return mistake("{{ is never closed");
      const std::string tag(trimmed(text_.substr(open + 2, close - open - 2)));
      const bool control = tag.starts_with('#') || tag.starts_with('/') || tag == "else";
      auto before = text_.substr(at_, open - at_);
      std::size_t after = close + 2;
      if (control) cut_line(before, open, after);
      add_text(out, before);
      at_ = after;
      if (tag == "else" || tag == "/if") {
        tag_ = tag;
        return {};
      }
      if (auto done = control ? condition(out, tag, depth) : name(out, tag); !done) return done;
    }
  }

  /// A control tag alone on its line takes the line with it.
  void cut_line(std::string_view& before, std::size_t open, std::size_t& after) const {
    const auto start = text_.rfind('\n', open) == text_.npos ? 0 : text_.rfind('\n', open) + 1;
    const auto end = std::min(text_.find('\n', after), text_.size());
    if (!is_blank(text_.substr(start, open - start)) || !is_blank(text_.substr(after, end - after)))
      return;
    before.remove_suffix(std::min(before.size(), open - start));
    after = std::min(end + 1, text_.size());
  }

  static void add_text(std::vector<Node>& out, std::string_view text) {
    if (text.empty()) return;
    Node node;
    node.text = text;
    out.push_back(std::move(node));
  }

  Result<void> name(std::vector<Node>& out, const std::string& tag) {
    if (std::ranges::find(kNames, tag) == kNames.end())
      return mistake("{{" + tag + "}} is unknown: live, idle, service, environment, generation");
    Node node;
    node.kind = Node::Kind::Name;
    node.text = tag;
    out.push_back(std::move(node));
    return {};
  }

  Result<void> condition(std::vector<Node>& out, const std::string& tag, std::size_t depth) {
    const auto found = tag.starts_with("#if ") ? condition_in(tag.substr(4)) : std::nullopt;
    if (!found) return mistake("{{" + tag + "}} must read like {{#if live == \"blue\"}}");
    if (depth == kDepth) return mistake("conditions are nested too deeply");
    Node node;
    node.kind = Node::Kind::Condition;
    node.text = found->name;
    node.value = found->value;
    node.equal = found->equal;
    if (auto done = block(node.then, depth + 1); !done) return done;
    if (tag_ == "else")
      if (auto done = block(node.otherwise, depth + 1); !done) return done;
    if (tag_ != "/if") return mistake("{{#if}} has no {{/if}}");
    out.push_back(std::move(node));
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string tag_;
};

Result<TrafficTemplate> TrafficTemplate::parse(std::string_view text) {
  auto nodes = Parser(text).run();
  if (!nodes) return std::unexpected(nodes.error());
  TrafficTemplate parsed;
  parsed.nodes_ = std::move(*nodes);
  return parsed;
}

void TrafficTemplate::render_into(std::string& out, const std::vector<Node>& nodes,
                                  const TrafficState& state) {
  for (const Node& node : nodes) {
    switch (node.kind) {
      case Node::Kind::Text:
        out += node.text;
        break;
      case Node::Kind::Name:
        out += value_of(node.text, state);
        break;
      case Node::Kind::Condition:
        render_into(
            out,
            (value_of(node.text, state) == node.value) == node.equal ? node.then : node.otherwise,
            state);
        break;
    }
  }
}

std::string TrafficTemplate::render(const TrafficState& state) const {
  std::string out;
  render_into(out, nodes_, state);
  return out;
}

}  // namespace hotswap::agent
