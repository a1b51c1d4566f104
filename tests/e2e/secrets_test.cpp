// Given secrets in a configuration, then services get their values and start again from a copy that
// nobody else can read.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

const std::string kWithSecret = R"({"a":1,"key":{"type":"secret","value":"s3cr3t-value"}})";
const std::string kPlain = R"({"a":1,"key":"s3cr3t-value"})";

TEST(Secrets, AnInstanceGetsThePlainValueAndWhatToCheckItBy) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", kWithSecret);
  ScriptedInstance instance(server.options(), kService, "one");
  server.deploys("1.0.0", kDirect);
  std::optional<json::Value> got;
  ASSERT_TRUE(eventually([&] {
    auto answer = instance.api().get("/api/v1/instances/" + instance.id() + "/configs");
    if (!answer || cli::items_at(*answer, "configs").empty()) return false;
    got = cli::items_at(*answer, "configs")[0];
    return got->find("data") != nullptr;
  }));
  EXPECT_EQ(*got->find("data"), json::parse(kPlain).value());
  EXPECT_EQ(cli::text_at(*got, "dataHash"), sha256_hex(json::canonical(*got->find("data"))));
  const auto version = server.api().get(cli::config_path(kProfile, {"versions", "1.0.0"}));
  EXPECT_EQ(cli::text_at(*got, "hash"), cli::text_at(*version, "hash"));
  EXPECT_NE(cli::text_at(*got, "hash"), cli::text_at(*got, "dataHash"));
  EXPECT_TRUE(cli::bool_at(*version, "data.key.masked"));
}

TEST(Secrets, AppliedAgainTheyHaveNotChanged) {
  Server server;
  server.has_profile();
  const auto folder = server.folder() / "apply";
  std::filesystem::create_directories(folder / "versions");
  const auto apply = [&](const std::string& value) {
    std::ofstream(folder / "versions" / (std::string(kProfile) + ".json"))
        << R"({"key":{"type":"secret","value":")" << value << R"("}})";
    return hotswap(server, {"apply", "-f", folder.string(), "--yes"});
  };
  EXPECT_EQ(apply("one-secret").code, 0);
  const auto same = apply("one-secret");
  EXPECT_EQ(same.code, 0) << same.err;
  const auto count = [&] {
    return cli::items_at(*server.api().get(cli::config_path(kProfile, {"versions"})), "items")
        .size();
  };
  EXPECT_EQ(count(), 1U) << same.out;
  const auto other = apply("two-secret");
  EXPECT_EQ(count(), 2U) << other.out << other.err;
  EXPECT_FALSE((other.out + other.err).contains("-secret"));
}

}  // namespace
}  // namespace hotswap::e2e
