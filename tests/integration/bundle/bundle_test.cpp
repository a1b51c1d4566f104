// `hotswap debug bundle --all-nodes` of a real cluster: two nodes over PostgreSQL and Redis, of
// which one dies.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "cli/answer.hpp"
#include "domain/archive/zstd.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/wait.hpp"
#include "servers/postgres_server.hpp"
#include "servers/redis_server.hpp"

namespace hotswap::e2e {
namespace {

constexpr auto kDatabasePassword = "kb7-database-password";
constexpr auto kRedisPassword = "kb7-redis-password";
constexpr auto kTokenKey = "kb7-key-of-tokens-0123456789abcdef";
constexpr auto kDocumentSecret = "kb7-in-a-document";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A bundle as whoever gets it unpacks it.
class Unpacked {
 public:
  explicit Unpacked(const std::filesystem::path& file) {
    const auto tar = archive::decompress(text_of(file));
    EXPECT_TRUE(tar) << (tar ? "" : tar.error().detail);
    const auto plain = folder_.path() / "plain.tar";
    std::ofstream(plain, std::ios::binary) << tar.value_or("");
    const auto into = (folder_.path() / "in").string();
    std::filesystem::create_directory(into);
    const auto done = run_program({"tar", "-xf", plain.string(), "-C", into});
    EXPECT_EQ(done.code, 0) << done.err;
    manifest_ = json::parse(text("manifest.json")).value_or(json::Value());
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    return text_of(folder_.path() / "in" / name);
  }
  [[nodiscard]] json::Value parsed(const std::string& name) const {
    return json::parse(text(name)).value_or(json::Value());
  }
  [[nodiscard]] const json::Value& manifest() const { return manifest_; }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    const auto root = folder_.path() / "in";
    for (const auto& each : std::filesystem::recursive_directory_iterator(root))
      if (each.is_regular_file()) names.insert(each.path().lexically_relative(root).string());
    return names;
  }
  /// Why by file, of those that could not be had.
  [[nodiscard]] std::map<std::string, std::string> missing() const {
    std::map<std::string, std::string> why;
    for (const auto& entry : cli::items_at(manifest_, "files"))
      if (auto words = cli::text_at(entry, "missing"); !words.empty())
        why.emplace(cli::text_at(entry, "file"), std::move(words));
    return why;
  }
  /// What the manifest says of each file is so.
  void expect_as_the_manifest_says() const {
    std::set<std::string> told{"manifest.json"};
    for (const auto& entry : cli::items_at(manifest_, "files")) {
      if (!cli::text_at(entry, "missing").empty()) continue;
      const auto name = cli::text_at(entry, "file");
      told.insert(name);
      const auto content = text(name);
      EXPECT_EQ(cli::int_at(entry, "bytes"), std::ssize(content)) << name;
      EXPECT_EQ(cli::text_at(entry, "sha256"), sha256_hex(content)) << name;
    }
    EXPECT_EQ(files(), told);
  }

 private:
  cli::TempFolder folder_{"hotswap-unpacked"};
  json::Value manifest_;
};

class ClusterBundle : public ::testing::Test {
 protected:
  ClusterBundle() { std::ofstream(key_file()) << kTokenKey << '\n'; }

  [[nodiscard]] std::string key_file() const { return (folder_.path() / "jwt.key").string(); }
  [[nodiscard]] std::vector<std::string> arguments(const std::string& name) const {
    auto database = postgres_.dsn();
    database.insert(database.find('@'), std::string(":") + kDatabasePassword);
    return {"--database",     database,   "--redis",     redis_.url(),
            "--jwt-key-file", key_file(), "--node-name", name};
  }
  static std::map<std::string, json::Value> nodes_at(Server& asked) {
    std::map<std::string, json::Value> nodes;
    const auto cluster = asked.api().get("/api/v1/cluster");
    if (!cluster) return nodes;
    for (const auto& node : cli::items_at(*cluster, "nodes"))
      nodes.emplace(cli::text_at(node, "name"), node);
    return nodes;
  }
  /// And told its address, which it has only once it listens.
  static bool in_state(Server& asked, const std::string& name, const std::string& state) {
    const auto nodes = nodes_at(asked);
    const auto found = nodes.find(name);
    return found != nodes.end() && cli::text_at(found->second, "state") == state &&
           !cli::text_at(found->second, "url").empty();
  }
  Unpacked bundle(Server& asked, CommandResult* result = nullptr) {
    const auto file = folder_.path() / ("bundle-" + std::to_string(++bundles_) + ".tar.zst");
    auto made = hotswap(asked, {"debug", "bundle", "--all-nodes", "--to", file.string()});
    EXPECT_EQ(made.code, 0) << made.err;
    if (result != nullptr) *result = std::move(made);
    return Unpacked(file);
  }

  cli::TempFolder folder_{"hotswap-bundles"};
  testing::PostgresServer postgres_;
  testing::RedisServer redis_{{.password = kRedisPassword}};
  int bundles_ = 0;
};

std::set<std::string> promised(const std::vector<std::string>& nodes, const std::string& running) {
  std::set<std::string> names{"manifest.json",          "cluster.json",
                              "instances.json",         "calendar.json",
                              "retention.json",         "secret-rotation.json",
                              "dead-letters.json",      "deployments/active.json",
                              "deployments/newest.json"};
  for (const auto* each : {"deployment", "explanation", "timeline"})
    names.insert("deployments/" + running + '/' + each + ".json");
  for (const auto& node : nodes)
    for (const auto* each :
         {"diagnostics.json", "ready.json", "metrics.txt", "log.ndjson", "log-levels.json"})
      names.insert("nodes/" + node + '/' + each);
  return names;
}

TEST_F(ClusterBundle, HasAFolderOfEveryNodeAndNamesTheOneThatIsDead) {
  Server first(arguments("n1"));
  Server second(arguments("n2"));
  ASSERT_TRUE(eventually([&] { return in_state(first, "n2", "living"); }));
  ScriptedInstance instance(first.options(), kService, "web-1");
  first.has_profile();
  first.has_version("1.0.0", std::string(R"({"password":")") + kDocumentSecret + R"("})");
  const auto running = first.deploys("1.0.0", kDirect);
  const auto nodes = nodes_at(first);
  const auto one = cli::text_at(nodes.at("n1"), "id");
  const auto two = cli::text_at(nodes.at("n2"), "id");
  const std::vector<std::string> secrets{kDatabasePassword, kRedisPassword,        kTokenKey,
                                         kDocumentSecret,   first.options().token, "eyJ"};
  const auto expect_silence = [&](const Unpacked& unpacked) {
    for (const auto& name : unpacked.files())
      for (const auto& secret : secrets)
        EXPECT_FALSE(unpacked.text(name).contains(secret)) << secret << " is in " << name;
  };

  {
    const auto whole = bundle(first);
    EXPECT_EQ(whole.files(), promised({one, two}, running));
    whole.expect_as_the_manifest_says();
    EXPECT_TRUE(whole.missing().empty()) << whole.missing().begin()->second;
    expect_silence(whole);
    for (const auto& id : {one, two}) {
      const auto facts = whole.parsed("nodes/" + id + "/diagnostics.json");
      EXPECT_EQ(cli::text_at(facts, "node"), id) << "each told by itself";
      EXPECT_TRUE(cli::text_at(facts, "store.engine").starts_with("PostgreSQL "));
    }
    EXPECT_TRUE(whole.text("deployments/" + running + "/explanation.json").contains("1.0.0"));
  }

  second.kill();
  const auto expect_named = [&](const Unpacked& unpacked, const CommandResult& made) {
    EXPECT_EQ(unpacked.files(), promised({one}, running));
    unpacked.expect_as_the_manifest_says();
    const auto missing = unpacked.missing();
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing.begin()->first, "nodes/" + two + '/');
    EXPECT_TRUE(
        missing.begin()->second.starts_with("server.unreachable: no answer from " + second.url()))
        << missing.begin()->second;
    EXPECT_TRUE(made.err.contains("nodes/" + two + '/')) << made.err;
    EXPECT_TRUE(made.out.contains("1 missing")) << made.out;
    expect_silence(unpacked);
  };
  CommandResult made;
  {
    const auto at_once = bundle(first, &made);
    expect_named(at_once, made);
  }
  ASSERT_TRUE(eventually([&] { return in_state(first, "n2", "dead"); }));
  const auto later = bundle(first, &made);
  expect_named(later, made);
  EXPECT_TRUE(later.missing().begin()->second.contains("the cluster counts it as dead"));
}

}  // namespace
}  // namespace hotswap::e2e
