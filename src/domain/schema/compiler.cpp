#include "domain/schema/compiler.hpp"

#include <algorithm>
#include <span>

#include "domain/schema/quote.hpp"

namespace hotswap::schema {
namespace {

constexpr std::uint32_t kAnyInteger = 0;  ///< number of the interval without limits

}  // namespace

Result<std::unique_ptr<Program>> Compiler::run() {
  const auto root = resources_.root();
  program_->intervals.push_back({.whole = true});
  program_->draft = root.draft;
  program_->root = node_of(*root.schema);
  drain();
  while (mistakes_.empty() && add_dynamic_targets()) drain();
  if (mistakes_.empty()) find_endless();
  if (!mistakes_.empty()) return std::unexpected(error());
  link_directly();
  for (const auto& resource : resources_.all()) program_->resource_uris.push_back(resource.uri);
  for (const auto* schema : schemas_) program_->pointers.push_back(resources_.pointer(*schema));
  program_->references = resources_.outside();
  return std::move(program_);
}

NodeId Compiler::node_of(const json::Value& schema) {
  const auto [found, added] = ids_.try_emplace(&schema, static_cast<NodeId>(schemas_.size()));
  if (added) schemas_.push_back(&schema);
  return found->second;
}

void Compiler::drain() {
  for (; compiled_ < schemas_.size(); ++compiled_) {
    if (mistakes_.size() >= limits::kErrorsReported || reason_ == "schema.too_large") return;
    if (compiled_ + program_->steps.size() > limits::kSchemaNodes) {
      too_large("the schema has more than " + std::to_string(limits::kSchemaNodes) +
                " subschemas and keywords");
      return;
    }
    compile_node(static_cast<NodeId>(compiled_));
  }
}

/// Whether a resource that can be on the way has an anchor that was not reckoned with so far.
bool Compiler::add_dynamic_targets() {
  bool added = false;
  for (const auto& [anchor, number] : anchors_) {
    std::vector<DynamicAnchor::Target> targets;
    for (const auto& resource : resources_.all()) {
      if (resource.number >= entered_.size() || !entered_[resource.number]) continue;
      const json::Value* target = nullptr;
      if (anchor.empty()) {
        target = resource.recursive_anchor ? resource.root : nullptr;
      } else if (const auto found = resource.dynamic_anchors.find(anchor);
                 found != resource.dynamic_anchors.end()) {
        target = found->second;
      }
      if (target == nullptr) continue;
      targets.push_back({static_cast<std::uint32_t>(resource.number), node_of(*target)});
    }
    auto& known = program_->anchors[number].targets;
    added = added || targets.size() > known.size();
    known = std::move(targets);
  }
  return added;
}

Compiler::Parts Compiler::parts_of(const json::Value& schema, const Dialect& dialect) {
  Parts parts{};
  for (const auto& [name, value] : *schema.as_object()) {
    const auto keyword = keyword_of(name);
    const auto vocabulary = keyword ? vocabulary_of(dialect.draft, *keyword) : std::nullopt;
    if (!vocabulary) continue;
    if (*vocabulary != 0 && (*vocabulary & dialect.vocabularies) == 0) continue;
    parts[static_cast<std::size_t>(*keyword)] = &value;
  }
  const auto ref = static_cast<std::size_t>(Keyword::Ref);
  if (ref_overrides(dialect.draft) && parts[ref] != nullptr && parts[ref]->as_string() != nullptr) {
    Parts alone{};
    alone[ref] = parts[ref];
    return alone;
  }
  return parts;
}

void Compiler::compile_node(NodeId id) {
  const auto& schema = *schemas_[id];
  if (!resources_.knows(schema)) {
    // Only a meta-schema of one's own lets this pass.
    if (mistakes_.empty()) reason_ = "schema.invalid";
    mistakes_.push_back({"$", "type", quote(schema, nullptr) + " stands where a schema must be"});
    program_->nodes.emplace_back();
    return;
  }
  const auto place = resources_.place(schema);
  const auto number = place.resource->number;
  if (entered_.size() <= number) entered_.resize(number + 1);
  entered_[number] = true;
  Node node;
  node.resource = static_cast<std::uint32_t>(number);
  Groups groups;
  if (const auto* flag = schema.as_bool()) {
    node.never = !*flag;
    if (node.never) node.types = 0;
  } else if (schema.as_object() != nullptr) {
    Context context{schema, place, parts_of(schema, place.resource->dialect), {}, node};
    type(context);
    choices(context);
    secrets(context);
    references(context);
    logic(context);
    bounds(context);
    texts(context);
    arrays(context);
    objects(context);
    node = context.node;
    groups = std::move(context.groups);
  }
  write_steps(node, std::move(groups));
  program_->nodes.push_back(node);
}

void Compiler::write_steps(Node& node, Groups&& groups) {
  auto& steps = program_->steps;
  node.first_step = static_cast<std::uint32_t>(steps.size());
  const auto append = [&](const std::vector<Step>& group) {
    steps.insert(steps.end(), group.begin(), group.end());
    return static_cast<std::uint8_t>(steps.size() - node.first_step);
  };
  node.any_count = append(groups.any);
  node.begins.fill(node.any_count);
  node.ends.fill(node.any_count);
  const auto own = [&](json::Kind kind, const std::vector<Step>& group) {
    const auto index = static_cast<std::size_t>(kind);
    node.begins[index] = static_cast<std::uint8_t>(steps.size() - node.first_step);
    node.ends[index] = append(group);
  };
  own(json::Kind::Number, groups.number);
  own(json::Kind::String, groups.string);
  own(json::Kind::Array, groups.array);
  own(json::Kind::Object, groups.object);
  for (std::size_t i = 0; i < node.begins.size(); ++i) {
    const auto bit = type_bit(static_cast<json::Kind>(i));
    const bool free = node.any_count == 0 && node.begins[i] == node.ends[i] && !node.never;
    if (free && (node.types & bit) != 0) node.at_once |= bit;
  }
  note_sole(node);
}

void Compiler::note_sole(Node& node) const {
  const auto group = [&](json::Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return std::span(program_->steps)
        .subspan(node.first_step + node.begins[index], node.ends[index] - node.begins[index]);
  };
  const auto any = std::span(program_->steps).subspan(node.first_step, node.any_count);
  const auto numbers = group(json::Kind::Number);
  const auto texts = group(json::Kind::String);
  const bool takes_numbers = (node.types & (type_bit(json::Kind::Number) | kIntegerBit)) != 0;
  if (takes_numbers && any.empty()) {
    if (numbers.empty()) node.sole_interval = kAnyInteger;
    if (numbers.size() == 1 && numbers[0].keyword == Keyword::Minimum) {
      node.sole_interval = numbers[0].a;
    }
  }
  if ((node.types & type_bit(json::Kind::String)) == 0) return;
  if (any.empty() && texts.size() == 1 && texts[0].keyword == Keyword::MinLength) {
    node.sole_sizes = texts[0].a;
  }
  const bool chosen =
      any.size() == 1 && (any[0].keyword == Keyword::Enum || any[0].keyword == Keyword::Const);
  if (chosen && texts.empty()) node.sole_choice = any[0].a;
}

/// Lets children skip the subschemas on the way that are nothing but a $ref. One of another
/// resource stays where dynamic references look for the resources passed.
void Compiler::link_directly() {
  auto& program = *program_;
  const auto direct = [&](NodeId id) {
    while (true) {
      const auto& node = program.nodes[id];
      const auto& last = *std::ranges::max_element(node.ends);
      if (last != 1 || node.any_count != 1 || node.types != kAllTypes) return id;
      const auto& step = program.steps[node.first_step];
      if (step.keyword != Keyword::Ref) return id;
      if (program.nodes[step.a].resource != node.resource && !anchors_.empty()) return id;
      id = step.a;
    }
  };
  const auto link = [&](Child& child) {
    if (child.is_set()) child.direct = direct(child.written);
  };
  std::ranges::for_each(program.children, link);
  for (auto& property : program.properties) link(property.schema);
  for (auto& property : program.pattern_properties) link(property.schema);
  for (auto& members : program.members) link(members.additional);
  for (auto& items : program.items) link(items.rest);
  for (auto& contains : program.contains) link(contains.schema);
  for (auto& step : program.steps) {
    if (step.keyword == Keyword::Ref) step.b = direct(step.a);
  }
}

void Compiler::too_large(std::string message) {
  reason_ = "schema.too_large";
  mistakes_ = {{"$", "limit", std::move(message)}};
}

void Compiler::mistake(const Context& context, Keyword keyword, std::string reason,
                       std::string message) {
  if (mistakes_.empty()) reason_ = std::move(reason);
  const auto& document = context.place.resource->document_uri;
  if (document != resources_.all().front().document_uri) message += " (in " + document + ")";
  mistakes_.push_back(
      {resources_.path(context.schema), std::string(to_string(keyword)), std::move(message)});
}

Error Compiler::error() const {
  const auto& first = mistakes_.front();
  auto detail = first.path + ": " + first.message;
  if (mistakes_.size() > 1) {
    detail += " (and " + std::to_string(mistakes_.size() - 1) + " more)";
  }
  return {ErrorCode::Invalid, reason_, std::move(detail), mistakes_, {}};
}

}  // namespace hotswap::schema
