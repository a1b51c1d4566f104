#include "domain/schema/meta_check.hpp"

#include <array>
#include <map>
#include <mutex>
#include <set>

#include "domain/base/assert.hpp"
#include "domain/schema/checker.hpp"
#include "domain/schema/compiler.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kDrafts = 5;

Result<std::unique_ptr<Program>> compile_unchecked(const json::Value& document,
                                                   const CompileOptions& options) {
  auto resources = Resources::of(document, options);
  if (!resources) return std::unexpected(resources.error());
  return Compiler(*resources, options).run();
}

/// Compiled at first use, for the life of the process.
const Program& built_in(Draft draft) {
  static std::array<std::once_flag, kDrafts> compiled;
  static std::array<std::unique_ptr<const Program>, kDrafts> programs;
  const auto index = static_cast<std::size_t>(draft);
  std::call_once(compiled[index], [&] {
    const auto uri = dialect_of(draft).meta_schema;
    const auto* document = meta_schema(uri);
    HS_ASSERT(document != nullptr);
    CompileOptions options;
    options.base_uri = uri;
    auto program = compile_unchecked(*document, options);
    HS_ASSERT(program.has_value());
    programs[index] = std::move(*program);
  });
  return *programs[index];
}

using Foreign = std::set<const json::Value*>;

json::Value without(const json::Value& value, const Foreign& foreign);

json::Value replaced(const json::Value& value, const Foreign& foreign) {
  return foreign.contains(&value) ? json::Value(json::Object()) : without(value, foreign);
}

/// A copy in which the schemas below that follow other meta-schemas are left out.
json::Value without(const json::Value& value, const Foreign& foreign) {
  if (const auto* array = value.as_array()) {
    json::Array items;
    for (const auto& item : *array) items.push_back(replaced(item, foreign));
    return items;
  }
  const auto* object = value.as_object();
  if (object == nullptr) return value;
  json::Object members;
  for (const auto& [name, member] : *object) {
    members.append(name, replaced(member, foreign));
  }
  return members;
}

class MetaCheck {
 public:
  MetaCheck(const Resources& resources, const CompileOptions& options)
      : resources_(resources), options_(options) {}

  std::optional<Error> run(std::size_t first) {
    for (const auto& resource : resources_.all()) {
      if (resources_.around(resource) != nullptr && begins_dialect(resource)) {
        foreign_.insert(resource.root);
      }
    }
    for (const auto& resource : resources_.all()) {
      if (resource.number < first || !begins_dialect(resource)) continue;
      if (meta_schema(resource.document_uri) != nullptr) continue;
      if (auto bad = check(resource)) return bad;
    }
    if (fields_.empty()) return std::nullopt;
    const auto& field = fields_.front();
    auto detail = "this is no valid schema: " + field.path + " " + field.message;
    if (fields_.size() > 1) detail += " (and " + std::to_string(fields_.size() - 1) + " more)";
    return Error{ErrorCode::Invalid, "schema.invalid", std::move(detail), fields_, {}};
  }

 private:
  [[nodiscard]] bool begins_dialect(const Resource& resource) const {
    const auto* around = resources_.around(resource);
    return around == nullptr || around->dialect.meta_schema != resource.dialect.meta_schema;
  }

  std::optional<Error> check(const Resource& resource) {
    const auto* document = resource.root;
    std::optional<json::Value> copy;
    if (!foreign_.empty()) {
      copy = without(*document, foreign_);
      document = &*copy;
    }
    const auto program = program_of(resource.dialect.meta_schema);
    if (!program) return program.error();
    return note(resource, schema::check(**program, *document, {}));
  }

  /// Of a meta-schema that the index found.
  Result<const Program*> program_of(const std::string& uri) {
    if (const auto draft = draft_of(uri)) return &built_in(*draft);
    auto& program = own_[uri];
    if (program != nullptr) return program.get();
    const auto* meta = options_.documents ? options_.documents(uri) : nullptr;
    HS_ASSERT(meta != nullptr);
    CompileOptions options;
    options.documents = options_.documents;
    options.base_uri = uri;
    auto compiled = compile_unchecked(*meta, options);
    if (!compiled) {
      auto error = compiled.error();
      error.reason = "schema.unknown_dialect";
      error.detail = "the meta-schema " + uri + ": " + error.detail;
      return std::unexpected(std::move(error));
    }
    program = std::move(*compiled);
    return program.get();
  }

  std::optional<Error> note(const Resource& resource, const Report& report) {
    if (report.aborted) {
      return Error{ErrorCode::Invalid,
                   "schema.too_large",
                   "the schema nests too deep or is too large: " + report.failures.front().message,
                   {{"$", "limit", report.failures.front().message}},
                   {}};
    }
    const auto root = resources_.path(*resource.root);
    const bool outside = resource.document_uri != resources_.all().front().document_uri;
    for (auto field : fields_of(report)) {
      if (fields_.size() == limits::kErrorsReported) break;
      field.path = root + field.path.substr(1);
      if (outside) field.message += " (in " + resource.document_uri + ")";
      fields_.push_back(std::move(field));
    }
    return std::nullopt;
  }

  const Resources& resources_;
  const CompileOptions& options_;
  Foreign foreign_;
  std::map<std::string, std::unique_ptr<const Program>> own_;
  std::vector<FieldError> fields_;
};

}  // namespace

std::optional<Error> check_against_meta(const Resources& resources, const CompileOptions& options,
                                        std::size_t first) {
  return MetaCheck(resources, options).run(first);
}

}  // namespace hotswap::schema
