// Erasing for ever: by the command line, on a real server, down to the bytes of its database.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {
namespace {

constexpr auto kPerson = "kassandra.voss";

struct Erasing : ::testing::Test {
  Server server;

  Erasing() {
    server.has_profile("other.dev");
    const auto token = server.folder() / "person.token";
    const auto made = hotswap({"token", "--role", "Admin", "--subject", kPerson, "--ttl", "1h",
                               "--key-file", (server.data() / "jwt.key").string()});
    EXPECT_EQ(made.code, 0) << made.err;
    std::ofstream(token) << made.out.substr(0, made.out.find('\n'));
    const auto as_person = [&](std::vector<std::string> words) {
      words.insert(words.end(), {"--server", server.url(), "--token-file", token.string()});
      const auto done = hotswap(words);
      EXPECT_EQ(done.code, 0) << done.err;
    };
    as_person({"config", "create", "vault.production", "--service", "vault", "--environment",
               "Production", "--description", "kept by kassandra.voss"});
    std::ofstream(server.folder() / "v.json") << R"({"password":"swordfish-7"})";
    as_person({"version", "upload", "vault.production", (server.folder() / "v.json").string(),
               "--version", "1.0.0"});
  }
  bool files_hold(const std::string& text) {
    for (const auto* name : {"hotswap.db", "hotswap.db-wal"}) {
      std::ifstream in(server.data() / name, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), {});
      if (bytes.contains(text)) return true;
    }
    return false;
  }
  std::string verified() { return hotswap(server, {"audit", "verify"}).out; }
};

TEST_F(Erasing, APersonIsGoneFromTheDatabaseAndTheProofIsThere) {
  EXPECT_TRUE(files_hold(kPerson));
  const auto dry = hotswap(server, {"erase", "person", kPerson, "--reason", "case 7", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_TRUE(dry.out.contains("nothing was changed")) << dry.out;
  EXPECT_TRUE(files_hold(kPerson));

  const auto done =
      hotswap(server, {"erase", "person", kPerson, "--reason", "case 7", "--yes", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const auto proof = json::parse(done.out);
  ASSERT_TRUE(proof) << done.out;
  EXPECT_FALSE(files_hold(kPerson));
  EXPECT_TRUE(files_hold("swordfish-7"));
  EXPECT_EQ(verified().find("the chain is whole"), 0U);
  EXPECT_TRUE(verified().contains("2 of them erased as recorded")) << verified();
  const auto config = server.api().get("/api/v1/configs/vault.production");
  ASSERT_TRUE(config);
  const auto pseudonym = cli::text_at(*proof, "pseudonym");
  EXPECT_EQ(cli::text_at(*config, "description"), "kept by " + pseudonym);
  const auto shown = hotswap(server, {"erase", "get", cli::text_at(*proof, "id")});
  EXPECT_TRUE(shown.out.contains("case 7")) << shown.out << shown.err;
  EXPECT_TRUE(hotswap(server, {"erase", "list"}).out.contains("person"));

  server.kill();
  server.start_again();
  EXPECT_TRUE(verified().contains("2 of them erased as recorded"));
  EXPECT_FALSE(files_hold(kPerson));
}

TEST_F(Erasing, AProfileIsGoneWithItsContents) {
  const auto done =
      hotswap(server, {"erase", "profile", "vault.production", "--reason", "closed", "--yes"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(done.out.contains("stands in its place")) << done.out;
  EXPECT_FALSE(files_hold("swordfish-7"));
  EXPECT_FALSE(files_hold("vault.production"));
  EXPECT_TRUE(files_hold("other.dev"));
  EXPECT_EQ(verified().find("the chain is whole"), 0U);
  const auto again =
      hotswap(server, {"erase", "profile", "vault.production", "--reason", "closed", "--yes"});
  EXPECT_TRUE(again.err.contains("config.not_found") || again.err.contains("no config"))
      << again.err;
}

TEST_F(Erasing, IsNotDoneByMistake) {
  const auto asked = hotswap(server, {"erase", "person", kPerson, "--reason", "case 7"});
  EXPECT_NE(asked.code, 0);
  EXPECT_TRUE(asked.err.contains("--yes")) << asked.err;
  EXPECT_FALSE(asked.err.contains(kPerson));
  const auto named =
      hotswap(server, {"erase", "person", kPerson, "--reason", "kassandra.voss asked", "--yes"});
  EXPECT_NE(named.code, 0);
  EXPECT_TRUE(named.err.contains("leave the name out")) << named.err;
  EXPECT_TRUE(files_hold(kPerson));
}

}  // namespace
}  // namespace hotswap::e2e
