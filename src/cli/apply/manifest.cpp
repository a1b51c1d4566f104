#include "cli/apply/manifest.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "domain/base/name.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr std::string_view kSchemaSettings[] = {"compatibility", "policy", "formats", "description",
                                                "message"};
constexpr std::string_view kKinds[] = {"schema", "profile", "version"};
constexpr std::string_view kBumps[] = {"major", "minor", "patch", "prerelease"};

/// The name without its last ending: `payment-service.production.yaml` keeps its first dot.
std::string stem(const std::string& file) { return std::filesystem::path(file).stem().string(); }

class Sorter {
 public:
  void add(ManifestFile file) {
    const std::filesystem::path place(file.place);
    std::vector<std::string> parts;
    for (const auto& part : place) parts.push_back(part.string());
    path_ = file.path;
    const auto& top = parts.front();
    if (parts.size() == 2 && top == "schemas") return schema(stem(parts[1]), file.value);
    if (parts.size() == 2 && top == "profiles") return profile(stem(parts[1]), file.value);
    if (parts.size() == 2 && top == "versions") return version(stem(parts[1]), {}, file.value);
    if (parts.size() == 3 && top == "versions") {
      return version(parts[1], stem(parts[2]), file.value);
    }
    if (const auto* items = file.value.as_array()) {
      for (std::size_t i = 0; i < items->size(); ++i) {
        path_ = file.path + "[" + std::to_string(i) + "]";
        by_kind((*items)[i]);
      }
      return;
    }
    by_kind(file.value);
  }

  [[nodiscard]] Result<Wanted> take() {
    if (errors_.empty()) return std::move(out_);
    auto detail = errors_.front().path + ": " + errors_.front().message;
    if (errors_.size() > 1) detail += " (and " + std::to_string(errors_.size() - 1) + " more)";
    return fail(ErrorCode::Invalid, "apply.invalid", std::move(detail), std::move(errors_));
  }

 private:
  void mistake(const std::string& place, std::string keyword, std::string message) {
    errors_.push_back(
        {path_ + (place.empty() ? "" : " " + place), std::move(keyword), std::move(message)});
  }
  void absorb(const Error& error) {
    if (error.fields.empty()) mistake({}, "invalid", error.detail);
    for (const auto& field : error.fields) mistake(field.path, field.keyword, field.message);
  }
  /// Whether nobody else wants this thing.
  bool first(const std::string& thing) {
    if (seen_.insert(thing).second) return true;
    mistake({}, "unique", thing + " is described twice");
    return false;
  }

  void by_kind(const json::Value& value) {
    const auto* kind = value.find("kind");
    const auto* word = kind == nullptr ? nullptr : kind->as_string();
    const auto* name = value.find("name");
    const auto* text = name == nullptr ? nullptr : name->as_string();
    if (word == nullptr) {
      return mistake("$.kind", "required",
                     "say what it is: kind: schema, profile or version; or put it into the folder "
                     "schemas/, profiles/ or versions/");
    }
    if (std::ranges::find(kKinds, word->view()) == std::end(kKinds)) {
      const auto near = json::nearest(word->view(), {std::begin(kKinds), std::end(kKinds)});
      return mistake("$.kind", "enum",
                     "must be schema, profile or version" +
                         (near ? "; did you mean " + *near + "?" : std::string()));
    }
    if (word->view() == "version") return version_manifest(value);
    if (text == nullptr) return mistake("$.name", "required", "must be a name");
    auto rest = *value.as_object();
    rest.erase("kind");
    if (word->view() == "profile") return profile(std::string(*text), std::move(rest));
    if (rest.find("schema") == nullptr) return mistake("$.schema", "required", "is missing");
    schema(std::string(*text), std::move(rest));
  }

  void schema(const std::string& name, json::Value value) {
    if (!first("schema " + name)) return;
    if (!is_name(name)) return mistake("$.name", "pattern", std::string(kNameRule));
    WantedSchema out{.name = name, .file = path_, .schema = {}, .version = {}, .settings = {}};
    // No JSON Schema has a keyword `schema`: this is the envelope of the API.
    if (value.find("schema") == nullptr) {
      out.schema = std::move(value);
    } else {
      json::ObjectReader in(value, "$");
      out.schema = *in.required_value("schema");
      out.version = in.optional_string("version").value_or("");
      for (const auto key : kSchemaSettings) {
        if (auto text = in.optional_string(key)) out.settings.set(key, *text);
      }
      if (in.optional_string("name").value_or(name) != name) other_name(name);
      if (const auto bad = in.finish("apply.invalid")) return absorb(*bad);
    }
    if (out.schema.as_object() == nullptr && out.schema.as_bool() == nullptr) {
      return mistake("$", "type", "a schema is an object, true or false");
    }
    out_.schemas.push_back(std::move(out));
  }

  void profile(const std::string& name, json::Value value) {
    if (!first("profile " + name)) return;
    auto* object = value.as_object();
    if (object == nullptr) return mistake("$", "type", "a profile is an object");
    const auto* given = object->find("name");
    if (given != nullptr && !(*given == json::Value(name))) return other_name(name);
    object->set("name", name);
    auto draft = profile_draft_from_json(value);
    if (!draft) return absorb(draft.error());
    out_.profiles.push_back({name, path_, std::move(*draft)});
  }

  void version(const std::string& profile, const std::string& number, json::Value data) {
    add_version({profile, path_, std::move(data), number, {}, {}});
  }

  void version_manifest(const json::Value& value) {
    json::ObjectReader in(value, "$");
    in.required_string("kind");
    WantedVersion out{.profile = in.required_string("profile"),
                      .file = path_,
                      .data = {},
                      .version = in.optional_string("version").value_or(""),
                      .bump = in.optional_string("bump").value_or(""),
                      .message = in.optional_string("message").value_or("")};
    if (const auto* data = in.required_value("data")) out.data = *data;
    if (!out.version.empty() && !out.bump.empty()) {
      in.mistake("bump", "exclusive", "give either version or bump");
    }
    if (const auto bad = in.finish("apply.invalid")) return absorb(*bad);
    add_version(std::move(out));
  }

  void add_version(WantedVersion out) {
    if (!first("version " + out.version + (out.version.empty() ? "" : " ") + "of " + out.profile)) {
      return;
    }
    if (!is_name(out.profile)) return mistake("$.profile", "pattern", std::string(kNameRule));
    if (out.data.as_object() == nullptr) {
      return mistake("$", "type",
                     "a configuration is an object, this is " + std::string(out.data.type_name()));
    }
    if (!out.bump.empty() && std::ranges::find(kBumps, out.bump) == std::end(kBumps)) {
      return mistake("$.bump", "enum", "must be major, minor, patch or prerelease");
    }
    if (const auto number = SemVer::parse(out.version.empty() ? "1.0.0" : out.version); !number) {
      return mistake("", "format", number.error().detail);
    }
    out_.versions.push_back(std::move(out));
  }

  void other_name(const std::string& name) {
    mistake("$.name", "const", "must be " + name + ", as the file is called; or leave it out");
  }

  Wanted out_;
  std::string path_;
  std::set<std::string> seen_;
  std::vector<FieldError> errors_;
};

/// Depth first: what a schema refers to as `hotswap:NAME` goes before it. A circle keeps its order.
class Ordered {
 public:
  explicit Ordered(std::vector<WantedSchema> schemas) : schemas_(std::move(schemas)) {
    for (const auto& one : schemas_) texts_.push_back(json::write(one.schema));
  }
  [[nodiscard]] std::vector<WantedSchema> take() {
    visited_.resize(schemas_.size());
    for (std::size_t i = 0; i < schemas_.size(); ++i) visit(i);
    std::vector<WantedSchema> out;
    for (const auto index : order_) out.push_back(std::move(schemas_[index]));
    return out;
  }

 private:
  [[nodiscard]] bool refers(std::size_t from, std::size_t to) const {
    const auto uri = "\"hotswap:" + schemas_[to].name;
    return texts_[from].contains(uri + "@") || texts_[from].contains(uri + "\"") ||
           texts_[from].contains(uri + "#");
  }
  void visit(std::size_t index) {
    if (visited_[index]) return;
    visited_[index] = true;
    for (std::size_t other = 0; other < schemas_.size(); ++other) {
      if (other != index && refers(index, other)) visit(other);
    }
    order_.push_back(index);
  }

  std::vector<WantedSchema> schemas_;
  std::vector<std::string> texts_;
  std::vector<bool> visited_;
  std::vector<std::size_t> order_;
};

}  // namespace

Result<Wanted> wanted_from(std::vector<ManifestFile> files) {
  Sorter sorter;
  for (auto& file : files) sorter.add(std::move(file));
  auto wanted = sorter.take();
  if (wanted) wanted->schemas = Ordered(std::move(wanted->schemas)).take();
  return wanted;
}

}  // namespace hotswap::cli
