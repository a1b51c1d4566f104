// The SchemaStore corpus (tests/corpus/schemastore): every document that its authors call valid is
// accepted, every one that they call invalid is refused, with formats asserted as their own tests
// do (ajv-formats). JSON, YAML and TOML are read as uploads are.
#include <gtest/gtest.h>

#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "api/formats/toml.hpp"
#include "api/formats/yaml.hpp"
#include "domain/json/path.hpp"
#include "domain/schema/schema.hpp"
#include "unit/schema_corpus/exceptions.hpp"

namespace hotswap::schema {
namespace {

namespace fs = std::filesystem;

/// Larger than an upload may be: the corpus has schemas of several MB.
constexpr json::ParseLimits kLimits{.bytes = 64 << 20};

const fs::path& corpus() {
  static const auto folder = fs::path(HS_SOURCE_DIR) / "tests/corpus/schemastore";
  return folder;
}

Result<json::Value> read(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  if (file.extension() == ".toml") return api::toml_to_json(text.str(), kLimits);
  if (file.extension() == ".json") return json::parse(text.str(), kLimits);
  return api::yaml_to_json(text.str(), kLimits);
}

std::vector<fs::path> sorted(const fs::path& folder) {
  std::vector<fs::path> out;
  if (!fs::exists(folder)) return out;
  for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

class Corpus {
 public:
  void judge_all() {
    for (const auto& folder : sorted(corpus())) {
      if (fs::is_directory(folder)) judge_schema(folder);
    }
    for (const auto& [file, why] : kExceptions) {
      EXPECT_TRUE(used_.contains(file)) << "no exception is needed: " << file << " (" << why << ")";
    }
    for (const auto& [uri, why] : kMissing) {
      EXPECT_TRUE(asked_.contains(uri)) << "nobody refers to " << uri << " (" << why << ")";
    }
    std::printf(
        "%d schemas; %d valid documents accepted, %d invalid ones refused; %zu exceptions\n",
        schemas_, accepted_, refused_, used_.size());
  }

 private:
  void judge_schema(const fs::path& folder) {
    const auto name = folder.filename().string();
    const auto document = read(folder / "schema.json");
    ASSERT_TRUE(document) << name << ": " << document.error().detail;
    const auto schema = Schema::compile(
        *document,
        {.default_draft = Draft::Draft7,
         .assert_formats = true,
         .base_uri = "https://www.schemastore.org/" + name + ".json",
         .documents = [&](std::string_view uri) { return other_document(uri, *document); }});
    if (!schema) {
      std::string why = name + ": " + schema.error().reason + " " + schema.error().detail;
      for (const auto& field : schema.error().fields)
        why += "\n" + field.path + ": " + field.message;
      ADD_FAILURE() << why;
      return;
    }
    ++schemas_;
    for (const auto& file : sorted(folder / "valid")) judge_document(**schema, file, true);
    for (const auto& file : sorted(folder / "invalid")) judge_document(**schema, file, false);
  }

  /// What stands for a document that the corpus does not have: `{}` wherever `schema` refers into
  /// it, so that the rest of the schema is judged.
  const json::Value* other_document(std::string_view uri, const json::Value& schema) {
    if (!kMissing.contains(uri)) return nullptr;
    asked_.emplace(uri);
    stubs_.push_back(json::Object());
    const auto file = uri.substr(uri.rfind('/') + 1);
    add_targets(schema, file, stubs_.back());
    return &stubs_.back();
  }

  static void add_targets(const json::Value& schema, std::string_view file, json::Value& stub) {
    if (const auto* items = schema.as_array()) {
      for (const auto& item : *items) add_targets(item, file, stub);
    }
    const auto* object = schema.as_object();
    if (object == nullptr) return;
    for (const auto& [name, value] : *object) {
      const auto* reference = name == "$ref" ? value.as_string() : nullptr;
      if (reference != nullptr && reference->starts_with(std::string(file) + "#/")) {
        add_target(reference->substr(file.size() + 1), stub);
      } else {
        add_targets(value, file, stub);
      }
    }
  }

  static void add_target(std::string_view pointer, json::Value& stub) {
    auto* at = &stub;
    const auto tokens = json::pointer_tokens(pointer);
    ASSERT_TRUE(tokens) << pointer;
    for (const auto& token : *tokens) {
      if (at->as_object() == nullptr) *at = json::Object();
      auto* next = at->as_object()->find(token);
      at = next != nullptr ? next : &at->as_object()->append(token, json::Object());
    }
  }

  void judge_document(const Schema& schema, const fs::path& file, bool valid) {
    const auto name = fs::relative(file, corpus()).generic_string();
    const auto document = read(file);
    std::string why;
    bool agrees = false;
    if (!document) {
      why = document.error().detail;
    } else {
      const auto report = schema.check(*document);
      EXPECT_EQ(report.valid, schema.accepts(*document)) << name;
      agrees = report.valid == valid && !report.aborted;
      for (const auto& field : fields_of(report)) why += field.path + ": " + field.message + "\n";
    }
    if (agrees) {
      ++(valid ? accepted_ : refused_);
    } else {
      EXPECT_TRUE(kExceptions.contains(name)) << name << "\n" << why;
      used_.insert(name);
    }
  }

  std::deque<json::Value> stubs_;
  int schemas_ = 0;
  int accepted_ = 0;
  int refused_ = 0;
  std::set<std::string, std::less<>> used_;
  std::set<std::string, std::less<>> asked_;
};

TEST(SchemaStore, ItsValidDocumentsAreAcceptedAndItsInvalidOnesRefused) { Corpus().judge_all(); }

}  // namespace
}  // namespace hotswap::schema
