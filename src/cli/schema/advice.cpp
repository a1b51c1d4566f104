#include "cli/schema/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/schema/contradictions.hpp"
#include "cli/schema/keywords.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/text/format.hpp"

namespace hotswap::cli {
namespace {

using schema::Draft;

constexpr auto kFormats = std::to_array<std::string_view>(
    {"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname",
     "ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid",
     "json-pointer", "relative-json-pointer", "regex"});

constexpr std::size_t kDefaults = 200;  ///< checked; each costs a compilation

/// Where a subschema stands.
struct Place {
  std::string path;     ///< JSONPath
  std::string pointer;  ///< JSON Pointer
  bool part = false;    ///< it speaks only of a part of a value that others describe, too
};

class Reviewer {
 public:
  Reviewer(const json::Value& document, Draft draft) : root_(document), draft_(draft) {
    gather_references(document);
  }

  std::vector<Advice> review() {
    if (const auto* object = root_.as_object(); object && object->find("$schema") == nullptr) {
      note("$", "$schema",
           fmt::format("is missing: read as {}; say so, and other tools will agree",
                       to_string(draft_)));
    }
    at(root_, {"$", "", false});
    return std::move(out_);
  }

 private:
  void note(std::string path, std::string_view keyword, std::string message) {
    out_.push_back({std::move(path), std::string(keyword), std::move(message)});
  }

  void gather_references(const json::Value& value) {
    if (const auto* items = value.as_array()) {
      for (const auto& item : *items) gather_references(item);
    }
    const auto* object = value.as_object();
    if (object == nullptr) return;
    for (const auto& [name, member] : *object) {
      const bool refers = name == "$ref" || name == "$dynamicRef" || name == "$recursiveRef";
      if (const auto* text = member.as_string(); refers && text)
        references_.insert(std::string(*text));
      gather_references(member);
    }
  }

  void at(const json::Value& value, const Place& place) {
    const auto* object = value.as_object();
    if (object == nullptr) return;
    for (const auto& [name, member] : *object) about_keyword(*object, name, place);
    for (auto& found : contradictions(*object, place.path)) out_.push_back(std::move(found));
    about_default(*object, place);
    about_openness(*object, place);
    for (const auto& [name, member] : *object) {
      const auto* keyword = keyword_of(name);
      if (keyword != nullptr && known_in(*keyword, draft_)) {
        inside(*keyword, member,
               {json::path_member(place.path, name), json::pointer_member(place.pointer, name),
                place.part || keyword->combines});
      }
    }
  }

  void about_keyword(const json::Object& object, const std::string& name, const Place& place) {
    const auto path = json::path_member(place.path, name);
    const auto* keyword = keyword_of(name);
    if (keyword == nullptr) {
      if (!name.starts_with("x-")) note(path, name, unknown(name));
      return;
    }
    if (!known_in(*keyword, draft_)) {
      note(path, name, of_another_draft(*keyword));
      return;
    }
    if (hidden_by_reference(object, name)) {
      note(path, name,
           fmt::format("has no effect: in {} a $ref hides what stands beside it; put the reference "
                       "into allOf",
                       to_string(draft_)));
      return;
    }
    about_effect(object, *keyword, path);
    if (name == "format") about_format(object, path);
    if (name == "pattern") about_pattern(object, path);
  }

  [[nodiscard]] std::string unknown(const std::string& name) const {
    const auto meant = json::nearest(name, keywords_of(draft_));
    if (meant) return fmt::format("is no keyword and has no effect; did you mean {}?", *meant);
    return fmt::format("is no keyword of {} and has no effect; names of your own start with x-",
                       to_string(draft_));
  }

  [[nodiscard]] std::string of_another_draft(const Keyword& keyword) const {
    std::string instead;
    if (keyword.name == "dependencies") instead = "; use dependentRequired or dependentSchemas";
    if (keyword.name == "additionalItems") instead = "; use items, and prefixItems for the first";
    if (keyword.name == "id") instead = "; use $id";
    const auto known = keyword.from > draft_ ? keyword.from : keyword.to;
    return fmt::format("is a keyword {} {} and has no effect in {}{}",
                       keyword.from > draft_ ? "since" : "until", to_string(known),
                       to_string(draft_), instead);
  }

  [[nodiscard]] bool hidden_by_reference(const json::Object& object, std::string_view name) const {
    static const std::set<std::string_view> kHarmless{
        "$ref",    "$schema",  "$id",      "id",    "title",      "description",
        "default", "$comment", "examples", "$defs", "definitions"};
    return draft_ <= Draft::Draft7 && object.find("$ref") != nullptr && !kHarmless.contains(name);
  }

  void about_effect(const json::Object& object, const Keyword& keyword, const std::string& path) {
    const auto types = types_of(object);
    if (!keyword.type.empty() && !types.empty() && !allows(types, keyword.type)) {
      note(path, keyword.name,
           fmt::format("has no effect: it is about {}s, and the type is {}", keyword.type,
                       fmt::join(types, " or ")));
      return;
    }
    static constexpr std::pair<std::string_view, std::string_view> kNeeds[] = {
        {"then", "if"},
        {"else", "if"},
        {"minContains", "contains"},
        {"maxContains", "contains"},
        {"additionalItems", "items"}};
    for (const auto& [name, needed] : kNeeds) {
      if (keyword.name == name && object.find(needed) == nullptr) {
        note(path, name, fmt::format("has no effect without {}", needed));
      }
    }
    if (keyword.name == "if" && !object.find("then") && !object.find("else")) {
      note(path, "if", "has no effect without then or else");
    }
  }

  void about_format(const json::Object& object, const std::string& path) {
    const auto* value = object.find("format")->as_string();
    if (value == nullptr || schema::format_of(*value)) return;
    const std::string name(*value);
    const std::vector<std::string> all(kFormats.begin(), kFormats.end());
    const auto meant = json::nearest(name, all);
    note(path, "format",
         fmt::format("'{}' is no format that is checked{}", name,
                     meant ? "; did you mean " + *meant + "?" : std::string()));
  }

  void about_pattern(const json::Object& object, const std::string& path) {
    const auto* value = object.find("pattern")->as_string();
    if (value == nullptr) return;
    const std::string_view text(*value);
    if (text.starts_with('^') || text.ends_with('$')) return;
    note(path, "pattern",
         fmt::format("matches anywhere in the text; write ^(?:{})$ if the whole text is meant",
                     text));
  }

  /// By the engine itself: a schema that is nothing but a reference to the place.
  void about_default(const json::Object& object, const Place& place) {
    const auto* value = object.find("default");
    if (value == nullptr || ++defaults_ > kDefaults) return;
    constexpr std::string_view kHere = "hotswap-lint:schema";
    schema::CompileOptions options;
    options.default_draft = draft_;
    options.documents = [&](std::string_view uri) { return uri == kHere ? &root_ : nullptr; };
    const auto alone = schema::Schema::compile(
        json::Object{{"$ref", std::string(kHere) + "#" + escaped(place.pointer)}}, options);
    if (!alone) return;
    const auto report = (*alone)->check(*value);
    if (report.valid || report.failures.empty()) return;
    note(json::path_member(place.path, "default"), "default",
         "is refused by its own schema: " + report.failures.front().message);
  }

  /// A pointer as a URI's fragment.
  static std::string escaped(std::string_view pointer) {
    std::string out;
    for (const char c : pointer) {
      const auto byte = static_cast<unsigned char>(c);
      const bool plain =
          byte < 0x80 && (std::isalnum(byte) != 0 || std::string_view("/-._~$").contains(c));
      out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return out;
  }

  void about_openness(const json::Object& object, const Place& place) {
    if (place.part || object.find("properties") == nullptr) return;
    for (const auto* closing : {"additionalProperties", "unevaluatedProperties", "$ref"}) {
      if (object.find(closing) != nullptr) return;
    }
    note(place.path, "additionalProperties",
         "is missing: unknown members are accepted, so that a mistyped name is never noticed; "
         "false closes the object");
  }

  void inside(const Keyword& keyword, const json::Value& value, const Place& place) {
    switch (keyword.holds) {
      case Holds::Nothing:
        return;
      case Holds::Schema:
        return at(value, place);
      case Holds::Schemas:
      case Holds::Either:
        return each(value, place);
      case Holds::ByName:
      case Holds::Dependencies:
        return named(value, place);
      case Holds::Definitions:
        about_use(value, place);
        return named(value, place);
    }
  }

  void each(const json::Value& value, const Place& place) {
    const auto* items = value.as_array();
    if (items == nullptr) return at(value, place);
    for (std::size_t i = 0; i < items->size(); ++i) {
      at((*items)[i],
         {json::path_item(place.path, i), json::pointer_item(place.pointer, i), place.part});
    }
  }

  void named(const json::Value& value, const Place& place) {
    const auto* object = value.as_object();
    if (object == nullptr) return;
    for (const auto& [name, member] : *object) {
      at(member, {json::path_member(place.path, name), json::pointer_member(place.pointer, name),
                  place.part});
    }
  }

  void about_use(const json::Value& value, const Place& place) {
    const auto* definitions = value.as_object();
    if (definitions == nullptr) return;
    for (const auto& [name, member] : *definitions) {
      const auto pointer = escaped(json::pointer_member(place.pointer, name));
      const bool used = std::ranges::any_of(references_, [&](const std::string& reference) {
        return reference.contains(pointer) || reference.contains("/" + name);
      });
      if (used || reachable_otherwise(member)) continue;
      note(json::path_member(place.path, name), name, "is defined, and nothing refers to it");
    }
  }

  static bool reachable_otherwise(const json::Value& definition) {
    for (const auto* name : {"$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"}) {
      if (definition.find(name) != nullptr) return true;
    }
    return false;
  }

  const json::Value& root_;
  const Draft draft_;
  std::set<std::string> references_;
  std::size_t defaults_ = 0;
  std::vector<Advice> out_;
};

}  // namespace

std::vector<Advice> advice_on(const json::Value& document, Draft draft) {
  return Reviewer(document, draft).review();
}

}  // namespace hotswap::cli
