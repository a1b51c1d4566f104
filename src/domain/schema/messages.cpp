#include "domain/schema/messages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/schema/evaluator.hpp"
#include "domain/schema/quote.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kListed = 160;     ///< bytes of a list of allowed values
constexpr std::size_t kDeclared = 2000;  ///< names and subschemas looked at for a guess

std::string counted(std::uint64_t count, std::string_view thing, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? thing : plural);
}

std::string verb(std::uint64_t count) {
  return fmt::format("{} {}", count, count == 1 ? "is" : "are");
}

void add_listed(std::string& list, const std::string& item) {
  if (list.size() > kListed) return;
  if (!list.empty()) list += ", ";
  list += list.size() > kListed ? "…" : item;
}

std::string type_list(Types types) {
  struct Named {
    Types bit;
    std::string_view name;
  };
  static constexpr std::array kNamed{Named{type_bit(json::Kind::Null), "null"},
                                     Named{type_bit(json::Kind::Bool), "a boolean"},
                                     Named{type_bit(json::Kind::Number), "a number"},
                                     Named{kIntegerBit, "an integer"},
                                     Named{type_bit(json::Kind::String), "a string"},
                                     Named{type_bit(json::Kind::Array), "an array"},
                                     Named{type_bit(json::Kind::Object), "an object"}};
  std::vector<std::string_view> names;
  for (const auto& [bit, name] : kNamed) {
    const bool implied = bit == kIntegerBit && (types & type_bit(json::Kind::Number)) != 0;
    if ((types & bit) != 0 && !implied) names.push_back(name);
  }
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 == names.size() ? " or " : ", ";
    list += names[i];
  }
  return list.empty() ? "of no type at all" : list;
}

}  // namespace

std::string Messages::quoted(const Subject& subject) const {
  return subject.value == nullptr ? quote_text(*subject.text) : quote(*subject.value, secrets_);
}

std::string Messages::type(const Subject& subject, NodeId node) const {
  return fmt::format("is {}, but must be {}", quoted(subject),
                     type_list(program_.nodes[node].types));
}

std::string Messages::refused(const Step& step, Keyword keyword, const Subject& subject,
                              NodeId node, const Detail& detail) const {
  switch (keyword) {
    case Keyword::Type:
      return type(subject, node);
    case Keyword::Const:
    case Keyword::Enum:
      return choice(subject, program_.choices[detail.table]);
    case Keyword::Minimum:
    case Keyword::Maximum:
    case Keyword::ExclusiveMinimum:
    case Keyword::ExclusiveMaximum:
    case Keyword::MultipleOf:
      return bound(keyword, subject, detail);
    case Keyword::MinLength:
    case Keyword::MaxLength:
    case Keyword::Pattern:
    case Keyword::Format:
      return text(keyword, subject, detail);
    case Keyword::MinItems:
    case Keyword::MaxItems:
    case Keyword::MinProperties:
    case Keyword::MaxProperties:
      return size(keyword, subject, detail);
    case Keyword::Contains:
    case Keyword::MinContains:
    case Keyword::MaxContains:
      return contained(keyword, detail);
    default:
      return logic(step, keyword, subject, detail);
  }
}

std::string Messages::choice(const Subject& subject, const Choice& choice) const {
  std::string list;
  std::vector<std::string_view> words;
  for (std::uint32_t i = 0; i < choice.values.count; ++i) {
    const auto& value = program_.values[choice.values.first + i];
    if (list.size() <= kListed) add_listed(list, quote(value, nullptr));
    if (value.as_string() != nullptr && words.size() < kDeclared)
      words.emplace_back(*value.as_string());
  }
  auto message = fmt::format("is {}, but must be {}{}", quoted(subject),
                             choice.values.count == 1 ? "" : "one of ", list);
  const bool hidden = subject.value != nullptr && is_hidden(*subject.value, secrets_);
  if (choice.values.count < 2 || subject.kind != json::Kind::String || hidden) return message;
  const auto guess = nearest_name(*subject.text, words);
  if (!guess.empty()) message += fmt::format("; did you mean {}?", quote_text(guess));
  return message;
}

std::string Messages::bound(Keyword keyword, const Subject& subject, const Detail& detail) const {
  const auto limit = clipped(program_.bounds[detail.table].text);
  const auto is = "is " + quoted(subject);
  if (keyword == Keyword::Minimum) return fmt::format("{}, at least {} is required", is, limit);
  if (keyword == Keyword::Maximum) return fmt::format("{}, at most {} is allowed", is, limit);
  if (keyword == Keyword::MultipleOf)
    return fmt::format("{}, which is no multiple of {}", is, limit);
  if (keyword == Keyword::ExclusiveMinimum) {
    return fmt::format("{}, more than {} is required", is, limit);
  }
  return fmt::format("{}, only less than {} is allowed", is, limit);
}

std::string Messages::text(Keyword keyword, const Subject& subject, const Detail& detail) const {
  const auto is = "is " + quoted(subject);
  if (keyword == Keyword::Pattern) {
    return fmt::format("{}, which does not match the pattern {}", is,
                       clipped(program_.patterns[detail.table].source(), kListed));
  }
  if (keyword == Keyword::Format) {
    const auto format = static_cast<Format>(detail.table);
    return fmt::format("{}, which is no {}, such as {}", is, to_string(format), example_of(format));
  }
  const auto& [min, max] = program_.sizes[detail.table];
  const bool hidden = subject.value != nullptr && is_hidden(*subject.value, secrets_);
  const auto has = hidden
                       ? std::string()
                       : fmt::format(", {} long", counted(detail.first, "character", "characters"));
  return keyword == Keyword::MinLength
             ? fmt::format("{}{}, at least {} required", is, has, verb(min))
             : fmt::format("{}{}, at most {} allowed", is, has, verb(max));
}

std::string Messages::size(Keyword keyword, const Subject& subject, const Detail& detail) const {
  const auto& [min, max] = program_.sizes[detail.table];
  const auto has = subject.kind == json::Kind::Array
                       ? counted(detail.first, "item", "items")
                       : counted(detail.first, "property", "properties");
  const bool least = keyword == Keyword::MinItems || keyword == Keyword::MinProperties;
  return least ? fmt::format("has {}, at least {} required", has, verb(min))
               : fmt::format("has {}, at most {} allowed", has, verb(max));
}

std::string Messages::contained(Keyword keyword, const Detail& detail) const {
  const auto& rule = program_.contains[detail.table];
  if (keyword == Keyword::Contains) return "has no item that matches the schema of \"contains\"";
  const auto has = counted(detail.first, "item matches", "items match");
  return keyword == Keyword::MaxContains
             ? fmt::format("{} the schema of \"contains\", at most {} may", has, rule.max)
             : fmt::format("{} the schema of \"contains\", at least {} must", has, rule.min);
}

std::string Messages::logic(const Step& step, Keyword keyword, const Subject& subject,
                            const Detail& detail) const {
  switch (keyword) {
    case Keyword::Required:
      return fmt::format("the property {} is missing", quote_text(detail.name));
    case Keyword::Dependencies:
    case Keyword::DependentRequired:
      return fmt::format("the property {} is missing, which must stand beside {}",
                         quote_text(detail.name),
                         quote_text(program_.dependencies[detail.table].name));
    case Keyword::UniqueItems:
      return fmt::format("the items {} and {} are equal, but must be unique", detail.first,
                         detail.second);
    case Keyword::Not:
      return fmt::format("is {}, which matches the schema of \"not\"", quoted(subject));
    case Keyword::AnyOf:
      return fmt::format("is {}, which matches none of the {} schemas", quoted(subject), step.b);
    case Keyword::OneOf:
      if (detail.second == 0) {
        return fmt::format("is {}, which matches none of the {} schemas", quoted(subject), step.b);
      }
      return fmt::format("is {}, which matches both oneOf[{}] and oneOf[{}]; exactly one may match",
                         quoted(subject), detail.first, detail.second);
    case Keyword::WriteOnly:
    case Keyword::XSecret:
      return "must be a secret; write it as {\"type\":\"secret\",\"value\":…}";
    default:
      return "is not allowed";
  }
}

void Messages::add_declared(NodeId id, std::vector<std::string_view>& names,
                            std::size_t& budget) const {
  if (id == kNone || budget == 0) return;
  --budget;
  const auto& node = program_.nodes[id];
  const auto object = static_cast<std::size_t>(json::Kind::Object);
  const auto visit = [&](const Step& step) {
    if (step.keyword == Keyword::Ref) add_declared(step.a, names, budget);
    const bool list = step.keyword == Keyword::AllOf || step.keyword == Keyword::AnyOf ||
                      step.keyword == Keyword::OneOf;
    for (std::uint32_t i = 0; list && i < step.b; ++i) {
      add_declared(program_.children[step.a + i].written, names, budget);
    }
    if (step.keyword == Keyword::If) {
      const auto& conditional = program_.conditionals[step.a];
      add_declared(conditional.then, names, budget);
      add_declared(conditional.otherwise, names, budget);
    }
    if (step.keyword != Keyword::Properties) return;
    const auto& range = program_.members[step.a].properties;
    for (std::uint32_t i = 0; i < range.count && names.size() < kDeclared; ++i) {
      const auto& property = program_.properties[range.first + i];
      if (property.schema.is_set() && !program_.nodes[property.schema.written].never) {
        names.push_back(property.name);
      }
    }
  };
  for (std::uint32_t i = 0; i < node.any_count; ++i) visit(program_.steps[node.first_step + i]);
  for (std::uint32_t i = node.begins[object]; i < node.ends[object]; ++i) {
    visit(program_.steps[node.first_step + i]);
  }
}

std::string Messages::unknown_member(Keyword keyword, std::string_view name, NodeId node) const {
  auto message = fmt::format("the property {} is not allowed", quote_text(name));
  std::vector<std::string_view> names;
  std::size_t budget = kDeclared;
  // additionalProperties looks at its own neighbours only, but what a $ref or allOf beside it
  // describes is as good a guess.
  add_declared(node, names, budget);
  const auto guess = nearest_name(name, names);
  if (!guess.empty()) return message + fmt::format("; did you mean {}?", quote_text(guess));
  if (names.empty()) return message + fmt::format(" ({} is false)", to_string(keyword));
  std::string list;
  for (const auto each : names) add_listed(list, quote_text(each));
  return message + "; known are " + list;
}

}  // namespace hotswap::schema
