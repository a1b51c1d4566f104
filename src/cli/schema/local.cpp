#include "cli/schema/local.hpp"

#include <filesystem>

#include "cli/session.hpp"
#include "domain/schema/failures_json.hpp"

namespace hotswap::cli {
namespace {

bool ends_as_yaml(const std::string& path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}
bool ends_as_toml(const std::string& path) { return path.ends_with(".toml"); }

std::string without_fragment(const std::string& uri) { return uri.substr(0, uri.find('#')); }

std::string id_of(const json::Value& schema) {
  for (const auto* name : {"$id", "id"}) {
    const auto* value = schema.find(name);
    if (value != nullptr && value->as_string() != nullptr) return std::string(*value->as_string());
  }
  return {};
}

}  // namespace

bool names_file(const std::string& word) {
  return word == "-" || word.ends_with(".json") || ends_as_yaml(word) || ends_as_toml(word) ||
         std::filesystem::is_regular_file(word);
}

Result<json::Value> read_document(const std::string& path, const TextForms& forms) {
  if (!ends_as_yaml(path) && !ends_as_toml(path)) return read_json_file(path);
  auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto value = ends_as_yaml(path) ? forms.yaml(*text) : forms.toml(*text);
  if (!value) value.error().detail = path + ": " + value.error().detail;
  return value;
}

Result<Others> read_others(const std::vector<std::string>& items, const TextForms& forms) {
  Others out;
  for (const auto& item : items) {
    const auto equals = std::filesystem::exists(item) ? std::string::npos : item.rfind('=');
    const auto file = equals == std::string::npos ? item : item.substr(equals + 1);
    auto document = read_document(file, forms);
    if (!document) return std::unexpected(document.error());
    const auto uri =
        without_fragment(equals == std::string::npos ? id_of(*document) : item.substr(0, equals));
    if (uri.empty()) {
      return fail(ErrorCode::Invalid, "usage",
                  file + " has no $id: say what it is called by --with URI=" + file);
    }
    out.insert_or_assign(uri, std::move(*document));
  }
  return out;
}

schema::CompileOptions local_options(const Others& others, bool assert_formats) {
  schema::CompileOptions options;
  options.assert_formats = assert_formats;
  options.documents = [&others](std::string_view uri) -> const json::Value* {
    const auto found = others.find(std::string(uri));
    return found == others.end() ? nullptr : &found->second;
  };
  return options;
}

Result<std::shared_ptr<const schema::Schema>> compile_local(const std::string& file,
                                                            const json::Value& document,
                                                            const schema::CompileOptions& options) {
  auto compiled = schema::Schema::compile(document, options);
  if (compiled) return compiled;
  auto error = compiled.error();
  error.detail = file + ": " + error.detail;
  if (error.reason == "schema.unresolved") {
    error.detail += " Give what it refers to by --with FILE or --with URI=FILE.";
  }
  return std::unexpected(std::move(error));
}

schema::Report check_document(const schema::Schema& schema, const json::Value& document) {
  const auto view = plain_view(document);
  schema::CheckOptions options;
  options.secrets = view ? &*view : nullptr;
  options.demand_secrets = true;
  return schema.check(view ? view->document : document, options);
}

json::Object validation_json(const schema::Report& report) {
  json::Object out{{"valid", report.valid}, {"errors", schema::failures_json(report.failures)}};
  if (report.truncated) out.append("truncated", true);
  if (report.aborted) out.append("aborted", true);
  return out;
}

}  // namespace hotswap::cli
