#include "cli/apply/files.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/schema/local.hpp"
#include "cli/session.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kMostFiles = 10'000;

namespace fs = std::filesystem;

bool is_document(const fs::path& path) {
  const auto ending = path.extension();
  return ending == ".json" || ending == ".yaml" || ending == ".yml" || ending == ".toml";
}

bool is_passed_over(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp") ||
         name.starts_with("README");
}

/// Below schemas/, profiles/ and versions/ every file is meant.
bool is_expected(const fs::path& place) {
  const auto top = place.begin()->string();
  return std::distance(place.begin(), place.end()) > 1 &&
         (top == "schemas" || top == "profiles" || top == "versions");
}

Result<void> add_folder(const fs::path& folder, const TextForms& forms,
                        std::vector<ManifestFile>& out) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_directory(error) && at->path().filename().string().starts_with('.')) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(error) && !is_passed_over(at->path())) {
      paths.push_back(at->path());
    }
    if (paths.size() > kMostFiles) break;
  }
  if (error || paths.size() > kMostFiles) {
    return fail(ErrorCode::Invalid, "file.unreadable",
                "cannot read " + folder.string() + ": " +
                    (error ? error.message() : "it has more than 10000 files"));
  }
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    const auto place = path.lexically_relative(folder);
    if (!is_document(path)) {
      if (!is_expected(place)) continue;
      return fail(ErrorCode::Invalid, "apply.invalid",
                  path.string() + ": write it as .json, .yaml, .yml or .toml, or take it away");
    }
    auto value = read_document(path.string(), forms);
    if (!value) return std::unexpected(value.error());
    out.push_back({path.string(), place.generic_string(), std::move(*value)});
  }
  return {};
}

/// JSON is YAML, but JSON's own reader tells mistakes better.
Result<json::Value> read_standard_input(const TextForms& forms) {
  auto text = read_file("-");
  if (!text) return std::unexpected(text.error());
  const auto first = text->find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string::npos && ((*text)[first] == '{' || (*text)[first] == '[');
  auto value = is_json ? json::parse(*text) : forms.yaml(*text);
  if (!value) value.error().detail = "standard input: " + value.error().detail;
  return value;
}

}  // namespace

Result<std::vector<ManifestFile>> manifest_files(const std::vector<std::string>& names,
                                                 const TextForms& forms) {
  std::vector<ManifestFile> out;
  for (const auto& name : names) {
    std::error_code error;
    if (name == "-") {
      auto value = read_standard_input(forms);
      if (!value) return std::unexpected(value.error());
      out.push_back({"standard input", "-", std::move(*value)});
    } else if (fs::is_directory(name, error)) {
      if (auto added = add_folder(name, forms, out); !added) return std::unexpected(added.error());
    } else {
      auto value = read_document(name, forms);
      if (!value) return std::unexpected(value.error());
      out.push_back({name, fs::path(name).filename().string(), std::move(*value)});
    }
  }
  return out;
}

}  // namespace hotswap::cli
