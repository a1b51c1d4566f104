// Writes what the fuzzers start from, out of the official suite: fuzz_seeds FOLDER makes
// FOLDER/fuzz_schema/… and so on, and FOLDER/words.dict.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

using namespace hotswap;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSeedBytes = 4096;

/// `minItems`, `$ref`: what is a keyword, or could be.
bool is_word(std::string_view name) {
  return name.size() > 1 && name.size() < 24 &&
         std::ranges::all_of(
             name,
             [](char c) { return c == '$' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add_file(const fs::path& path) {
    std::ifstream in(path);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto groups = json::parse(text);
    if (!groups || groups->as_array() == nullptr) return;
    before_.clear();
    for (const auto& group : *groups->as_array()) add_group(group);
  }

  void write_words() const {
    std::ofstream out(folder_ / "words.dict");
    for (const auto& word : words_) {
      out << R"("\")" << word << R"(\"")" << '\n';
    }
  }

  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  /// The drafts share most groups: without $schema, each comes once. One document that is valid and
  /// one that is not are enough of each.
  void add_group(const json::Value& group) {
    const auto* schema = group.find("schema");
    const auto* tests = group.find("tests");
    if (schema == nullptr || tests == nullptr || tests->as_array() == nullptr) return;
    auto bare = *schema;
    if (auto* members = bare.as_object()) members->erase("$schema");
    const auto schema_text = json::write(bare);
    if (!schemas_.insert(schema_text).second) return;
    add("fuzz_json", schema_text);
    collect_words(bare);
    for (const bool valid : {true, false}) {
      const auto& all = *tests->as_array();
      const auto test = std::ranges::find_if(all, [valid](const json::Value& one) {
        const auto* said = one.find("valid");
        return said != nullptr && *said == json::Value(valid) && one.find("data") != nullptr;
      });
      if (test != all.end()) add_test(schema_text, *test->find("data"));
    }
    for (const auto& test : *tests->as_array()) {
      const auto* data = test.find("data");
      const auto* text = data == nullptr ? nullptr : data->as_string();
      if (text != nullptr) add_pattern(bare, std::string(*text));
    }
    before_ = schema_text;
  }

  void add_test(const std::string& schema_text, const json::Value& data) {
    const auto document = json::write(data);
    add("fuzz_schema", schema_text + "\n" + document);
    // From a schema twice, mutation makes two that differ a little.
    add("fuzz_compare", schema_text + "\n" + schema_text + "\n" + document);
    if (!before_.empty()) add("fuzz_compare", before_ + "\n" + schema_text + "\n" + document);
  }

  void add_pattern(const json::Value& schema, const std::string& text) {
    const auto* pattern = schema.find("pattern");
    const bool named = pattern != nullptr && pattern->as_string() != nullptr;
    const std::string source = named ? std::string(*pattern->as_string()) : "^a+$";
    add("fuzz_pattern", source + "\n" + text);
  }

  void collect_words(const json::Value& value) {
    if (const auto* object = value.as_object()) {
      for (const auto& member : *object) {
        const std::string name(member.name);
        if (is_word(name)) words_.insert(name);
        collect_words(member.value);
      }
    }
    if (const auto* array = value.as_array())
      for (const auto& item : *array) collect_words(item);
  }

  void add(const std::string& target, const std::string& seed) {
    if (seed.size() > kSeedBytes) return;
    fs::create_directories(folder_ / target);
    std::ofstream(folder_ / target / ("seed-" + sha256_hex(seed).substr(0, 16))) << seed;
    ++count_;
  }

  fs::path folder_;
  std::string before_;  ///< the schema of the group before
  std::set<std::string> schemas_;
  std::set<std::string> words_;
  std::size_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Seeds seeds(argv[1]);
  const fs::path suite = HS_SOURCE_DIR "/tests/corpus/json-schema-test-suite/tests";
  for (const auto& entry : fs::recursive_directory_iterator(suite))
    if (entry.path().extension() == ".json") seeds.add_file(entry.path());
  seeds.write_words();
  std::cerr << seeds.count() << " seeds\n";
  return seeds.count() > 0 ? 0 : 1;
}
