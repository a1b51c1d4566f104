#include "agent/template/evaluate.hpp"

#include <algorithm>

#include "domain/json/path.hpp"

namespace hotswap::agent {
namespace {

constexpr std::size_t kNamesTold = 8;

std::unexpected<Error> mistake(std::string detail) {
  return fail(ErrorCode::Invalid, "template.invalid", std::move(detail));
}

/// Edits that turn one into the other, bounded by the names' short lengths.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// `did you mean host? There are host, port`, closest first.
std::string nearby(const std::vector<std::string_view>& all, std::string_view wanted) {
  if (all.empty()) return "there is nothing in it";
  constexpr std::size_t kShort = 64;
  const auto far = [&](std::string_view name) {
    return name.size() > kShort || wanted.size() > kShort ? kShort : distance(name, wanted);
  };
  std::vector<std::pair<std::size_t, std::size_t>> order;  // distance, place
  for (std::size_t i = 0; i < all.size(); ++i) order.emplace_back(far(all[i]), i);
  std::ranges::sort(order);
  std::vector<std::string_view> names;
  for (const auto& [edits, place] : order) names.push_back(all[place]);
  const bool close = order.front().first <= std::max<std::size_t>(1, wanted.size() / 3);
  std::string out = close ? "did you mean " + std::string(names.front()) + "? " : "";
  out += close ? "There are " : "there are ";
  for (std::size_t i = 0; i < std::min(names.size(), kNamesTold); ++i)
    out += (i == 0 ? "" : ", ") + std::string(names[i]);
  if (names.size() > kNamesTold) out += ", …";
  return out;
}

std::string describe(const json::Value& value, std::string_view wanted) {
  if (const auto* members = value.as_object()) {
    std::vector<std::string_view> names;
    for (const auto& [name, member] : *members) names.push_back(name.view());
    return nearby(names, wanted);
  }
  if (const auto* items = value.as_array())
    return "it is an array of " + std::to_string(items->size()) + ", counted from 0";
  return "it holds a " + std::string(value.type_name());
}

const json::Value* child_of(const json::Value& value, const std::string& step) {
  if (const auto* items = value.as_array()) {
    const auto index = json::pointer_index(step);
    return index && *index < items->size() ? &(*items)[*index] : nullptr;
  }
  return value.find(step);
}

struct Start {
  const json::Value* value;
  std::size_t steps = 0;  ///< used up
};

Start start_of(const Name& name, const Scope& scope) {
  if (name.from == Name::From::Item)
    return {scope.loops.empty() ? &scope.document : scope.loops.back().item};
  if (name.from == Name::From::Facts) {
    const bool of_loop =
        !scope.loops.empty() && scope.loops.back().facts.find(name.steps.front()) != nullptr;
    return {of_loop ? &scope.loops.back().facts : &scope.facts};
  }
  const auto named = std::find_if(scope.loops.rbegin(), scope.loops.rend(), [&](const auto& loop) {
    return !loop.name.empty() && loop.name == name.steps.front();
  });
  if (named != scope.loops.rend()) return {named->item, 1};
  return {&scope.document};
}

Result<const json::Value*> look_up(const Name& name, const Scope& scope) {
  auto [value, used] = start_of(name, scope);
  std::string so_far;
  for (std::size_t i = used; i < name.steps.size(); ++i) {
    const auto* next = child_of(*value, name.steps[i]);
    if (next == nullptr) {
      std::string why = name.text + " is unknown: ";
      if (!so_far.empty()) why += "in " + so_far + " ";
      return mistake(why + describe(*value, name.steps[i]));
    }
    so_far += (so_far.empty() ? "" : ".") + name.steps[i];
    value = next;
  }
  return value;
}

Result<Evaluated> source_of(const Operand& operand, const Scope& scope) {
  if (const auto* literal = std::get_if<json::Value>(&operand.source)) return Evaluated(literal);
  const auto found = look_up(std::get<Name>(operand.source), scope);
  if (!found) return std::unexpected(found.error());
  return Evaluated(*found);
}

/// For a message about its value.
std::string subject(const Operand& operand) {
  const auto* name = std::get_if<Name>(&operand.source);
  return name != nullptr ? name->text + " " : "the value ";
}

bool is_true(const json::Value& value) {
  if (const auto* flag = value.as_bool()) return *flag;
  if (const auto* text = value.as_string()) return !text->empty();
  if (const auto* items = value.as_array()) return !items->empty();
  if (const auto* members = value.as_object()) return !members->empty();
  return value.as_number() != nullptr && value.as_double() != 0.0;
}

Result<bool> compare(const json::Value& left, const json::Value& right, Comparison comparison) {
  const bool for_order = comparison != Comparison::Equal && comparison != Comparison::Unequal;
  if (left.kind() != right.kind() && (for_order || (!left.is_null() && !right.is_null())))
    return mistake("a " + std::string(left.type_name()) + " is compared with a " +
                   std::string(right.type_name()));
  if (!for_order) return (left == right) == (comparison == Comparison::Equal);
  const auto ordered = [&](auto a, auto b) {
    switch (comparison) {
      case Comparison::Less:
        return a < b;
      case Comparison::LessOrEqual:
        return a <= b;
      case Comparison::Greater:
        return a > b;
      default:
        return a >= b;
    }
  };
  if (left.as_number() != nullptr) return ordered(*left.as_double(), *right.as_double());
  if (const auto* text = left.as_string()) return ordered(text->view(), right.as_string()->view());
  return mistake("a " + std::string(left.type_name()) + " has no order");
}

}  // namespace

Result<Evaluated> evaluate(const Operand& operand, const Scope& scope) {
  auto value = source_of(operand, scope);
  for (const auto& filter : operand.filters) {
    if (filter.kind == Filter::Kind::Default) {
      if (!value || value->get().is_null()) value = Evaluated(&filter.argument);
      continue;
    }
    if (!value) return value;
    auto made = apply_filter(filter, value->get());
    if (!made) return mistake(subject(operand) + made.error().detail);
    value = Evaluated(*std::move(made));
  }
  return value;
}

Result<std::string> text_of(const Operand& operand, const Scope& scope) {
  const auto value = evaluate(operand, scope);
  if (!value) return std::unexpected(value.error());
  auto text = plain_text(value->get());
  if (!text) return mistake(subject(operand) + text.error().detail);
  return text;
}

Result<bool> holds(const Condition& condition, const Scope& scope) {
  using Kind = Condition::Kind;
  switch (condition.kind) {
    case Kind::Exists: {
      const auto value = evaluate(condition.operands[0], scope);
      return value && !value->get().is_null();
    }
    case Kind::Truth: {
      const auto value = evaluate(condition.operands[0], scope);
      if (!value) return std::unexpected(value.error());
      return is_true(value->get());
    }
    case Kind::Compare: {
      const auto left = evaluate(condition.operands[0], scope);
      if (!left) return std::unexpected(left.error());
      const auto right = evaluate(condition.operands[1], scope);
      if (!right) return std::unexpected(right.error());
      auto answer = compare(left->get(), right->get(), condition.comparison);
      if (!answer)
        return mistake(subject(condition.operands[0]) +
                       "cannot be compared: " + answer.error().detail);
      return answer;
    }
    case Kind::Not: {
      const auto part = holds(condition.parts[0], scope);
      return part ? Result<bool>(!*part) : part;
    }
    case Kind::And:
    case Kind::Or:
      for (const auto& part : condition.parts) {
        const auto answer = holds(part, scope);
        if (!answer || *answer == (condition.kind == Kind::Or)) return answer;
      }
      return condition.kind == Kind::And;
  }
  return false;
}

}  // namespace hotswap::agent
