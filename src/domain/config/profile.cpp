#include "domain/config/profile.hpp"

#include "domain/base/limits.hpp"
#include "domain/config/merge_patch.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"
#include "domain/schema/registry/registered.hpp"

namespace hotswap {
namespace {

std::string read_name(json::ObjectReader& in, std::string_view name) {
  auto text = in.required_string(name);
  if (!is_name(text) && !(text.empty() && !in.has(name))) in.mistake(name, "pattern", kNameRule);
  return text;
}

std::string read_environment(json::ObjectReader& in) {
  constexpr std::string_view kField = "environment";
  constexpr const char* kAllowed = "must be Development, Staging or Production";
  const auto text = in.optional_string(kField);
  if (!in.has(kField)) in.mistake(kField, "required", std::string("is required: ") + kAllowed);
  if (!text || is_environment(*text)) return text.value_or("");
  const auto guess = json::nearest(*text, {"Development", "Staging", "Production"});
  in.mistake(kField, "enum",
             guess ? std::string(kAllowed) + "; did you mean " + *guess + "?" : kAllowed);
  return {};
}

std::string read_text(json::ObjectReader& in, std::string_view name, std::size_t max) {
  auto text = in.optional_string(name).value_or("");
  if (text.size() > max) {
    in.mistake(name, "maxLength", "must be at most " + std::to_string(max) + " bytes");
  }
  return text;
}

std::string read_schema_link(json::ObjectReader& in) {
  constexpr std::string_view kField = "schemaId";
  auto text = in.optional_string(kField).value_or("");
  if (text.empty()) return text;
  if (const auto link = schema_link(text, in.path_of(kField)); !link) in.absorb(link.error());
  return text;
}

std::map<std::string, std::string> read_labels(json::ObjectReader& in) {
  std::map<std::string, std::string> labels;
  const auto* object = in.optional_object("labels");
  if (object == nullptr) return labels;
  if (object->size() > limits::kLabels) {
    in.mistake("labels", "maxProperties",
               "must be at most " + std::to_string(limits::kLabels) + " labels");
    return labels;
  }
  for (const auto& [label, value] : *object) {
    const auto* text = value.as_string();
    const bool key_fits = !label.empty() && label.size() <= limits::kNameBytes;
    if (key_fits && text != nullptr && text->size() <= limits::kLabelValueBytes) {
      labels[label] = *text;
      continue;
    }
    in.absorb(fail_field("config.invalid", json::path_member(in.path_of("labels"), label), "format",
                         key_fits ? "must be a string of at most 256 bytes"
                                  : "a label's name has 1 to 128 bytes")
                  .error());
  }
  return labels;
}

/// A part that has a reader of its own; its default if it is absent.
template <class Part>
Part read_part(json::ObjectReader& in, std::string_view name,
               Result<Part> (*read)(const json::Value&, const std::string&)) {
  const json::Value nothing = json::Object{};
  const auto* value = in.optional_value(name);
  auto part = read(value == nullptr ? nothing : *value, in.path_of(name));
  if (part) return std::move(*part);
  in.absorb(part.error());
  return {};
}

Strategy read_strategy(json::ObjectReader& in) {
  if (in.has("strategy")) return read_part(in, "strategy", strategy_from_json);
  static_cast<void>(in.optional_value("strategy"));
  return {};
}

json::Value labels_json(const std::map<std::string, std::string>& labels) {
  json::Object object;
  for (const auto& [label, value] : labels) object.append(label, value);
  return object;
}

/// Where two parameters say the same, or belong to another type of strategy, the patch's own word
/// must not clash with what stood there before.
void make_way(json::Object& described, const json::Value& patch) {
  const auto* wanted = patch.find("strategy");
  auto* before = described.find("strategy");
  if (wanted == nullptr || wanted->as_object() == nullptr || before == nullptr) return;
  const auto* type = wanted->find("type");
  if (type != nullptr && *type != *before->find("type")) {
    *before = json::Object{};
    return;
  }
  if (wanted->find("canaryPercentage") != nullptr) before->as_object()->erase("phases");
  if (wanted->find("phases") != nullptr) before->as_object()->erase("canaryPercentage");
}

void refuse_change(std::vector<FieldError>& fields, const std::string& name,
                   const std::string& before, const std::string& after) {
  if (before == after) return;
  fields.push_back({"$." + name, "immutable",
                    "cannot change (it is `" + before + "`); create another profile instead"});
}

}  // namespace

Result<ProfileDraft> profile_draft_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  ProfileDraft draft;
  draft.name = read_name(in, "name");
  draft.description = read_text(in, "description", limits::kDescriptionBytes);
  draft.labels = read_labels(in);
  draft.service = read_name(in, "serviceName");
  draft.environment = read_environment(in);
  draft.schema_id = read_schema_link(in);
  draft.strategy = read_strategy(in);
  draft.health = read_part(in, "health", health_policy_from_json);
  draft.access = read_part(in, "access", access_from_json);
  draft.retention = read_part(in, "retention", retention_wish_from_json);
  if (auto bad = in.finish("config.invalid")) return std::unexpected(*bad);
  return draft;
}

json::Object describe(const Profile& profile) {
  json::Object out{{"name", profile.name.str()},
                   {"description", profile.description},
                   {"labels", labels_json(profile.labels)},
                   {"serviceName", profile.service.str()},
                   {"environment", profile.environment},
                   {"schemaId", profile.schema_id},
                   {"strategy", to_json(profile.strategy)},
                   {"health", to_json(profile.health)},
                   {"access", to_json(profile.access)}};
  if (profile.retention != RetentionWish{}) out.append("retention", to_json(profile.retention));
  return out;
}

Result<ProfileDraft> patch_profile(const Profile& profile, const json::Value& patch) {
  if (patch.as_object() == nullptr) {
    return fail_field("config.invalid", "$", "type", "must be an object with the fields to change");
  }
  auto described = describe(profile);
  make_way(described, patch);
  auto draft = profile_draft_from_json(json::merge_patch(std::move(described), patch));
  if (!draft) return draft;
  std::vector<FieldError> fields;
  refuse_change(fields, "name", profile.name.str(), draft->name);
  refuse_change(fields, "serviceName", profile.service.str(), draft->service);
  refuse_change(fields, "environment", profile.environment, draft->environment);
  if (fields.empty()) return draft;
  auto detail = fields.front().path + ": " + fields.front().message;
  return fail(ErrorCode::Invalid, "config.invalid", std::move(detail), std::move(fields));
}

}  // namespace hotswap
