#include "domain/prometheus/selector.hpp"

#include "domain/prometheus/cursor.hpp"

namespace hotswap::prometheus {
namespace {

struct Operator {
  bool negated = false;
  bool pattern = false;
};

std::optional<Operator> read_operator(Cursor& in) {
  if (in.take("=~")) return Operator{false, true};
  if (in.take("!~")) return Operator{true, true};
  if (in.take("!=")) return Operator{true, false};
  if (in.take("=")) return Operator{false, false};
  return std::nullopt;
}

}  // namespace

Result<Selector> Selector::parse(std::string_view text) {
  const auto wrong = [&](const std::string& what) {
    return fail(
        ErrorCode::Invalid, "selector.invalid",
        "\"" + std::string(text) + "\" is no selector such as name{label=\"value\"}: " + what);
  };
  Cursor in(text);
  in.skip_blanks();
  Selector selector;
  selector.name_ = in.name(true);
  if (selector.name_.empty()) return wrong("it begins with no metric's name");
  in.skip_blanks();
  bool open = in.take("{");
  for (in.skip_blanks(); open && !in.take("}"); in.skip_blanks()) {
    Condition condition;
    condition.label = in.name(false);
    in.skip_blanks();
    const auto compared = read_operator(in);
    if (condition.label.empty() || !compared) return wrong("a label needs =, !=, =~ or !~");
    in.skip_blanks();
    auto value = in.quoted();
    if (!value) return wrong("the value of " + condition.label + " is not in double quotes");
    condition.negated = compared->negated;
    if (compared->pattern) {
      auto pattern = schema::Pattern::compile("^(?:" + *value + ")$");
      if (!pattern) return wrong(pattern.error().detail);
      condition.pattern = *std::move(pattern);
    }
    condition.value = *std::move(value);
    selector.conditions_.push_back(std::move(condition));
    in.skip_blanks();
    if (!in.take(",") && !in.rest().starts_with('}')) return wrong("its labels are not closed");
  }
  in.skip_blanks();
  if (!in.at_end()) return wrong("something stands behind it");
  return selector;
}

bool Selector::holds(const Condition& condition, std::string_view value) {
  const bool equal = condition.pattern ? condition.pattern->search(value) == schema::Match::Yes
                                       : value == condition.value;
  return equal != condition.negated;
}

bool Selector::takes(const Labels& labels) const {
  return std::ranges::all_of(conditions_, [&](const Condition& condition) {
    const auto found = labels.find(condition.label);
    return holds(condition, found == labels.end() ? std::string_view() : found->second);
  });
}

}  // namespace hotswap::prometheus
