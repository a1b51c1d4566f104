// The archive in a bucket of a real server of S3's protocol.
#include <gtest/gtest.h>

#include <fstream>

#include "cli/answer.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/s3/s3_archive.hpp"
#include "servers/s3_server.hpp"

namespace hotswap::integration {
namespace {

using e2e::eventually;
using e2e::kProfile;
using testing::S3Server;

constexpr auto kBucket = "config-archive";

/// One server for all tests of this process; each test has a prefix of its own.
S3Server& s3() {
  static S3Server server({kBucket});
  return server;
}

s3::Options options(const std::string& bucket, const std::string& prefix) {
  return {
      .endpoint = s3().endpoint(),
      .place = {bucket, prefix},
      .credentials =
          [] { return Result<s3::Credentials>({S3Server::kAccessKey, S3Server::kSecretKey, {}}); },
      .pause = std::chrono::milliseconds(10)};
}

TEST(S3, gives_back_what_it_was_given) {
  SystemClock clock;
  SystemRandom random;
  s3::S3Archive archive(options(kBucket, "a/round-trip"), clock, random);
  std::string bytes;
  for (int i = 0; i < 3 << 20; ++i) bytes += static_cast<char>(i * 7 + i / 251);
  ASSERT_TRUE(archive.check());
  ASSERT_TRUE(archive.put("versions/p/1.zst", bytes));
  const auto back = archive.get("versions/p/1.zst");
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_TRUE(*back == bytes);
  ASSERT_TRUE(archive.put("versions/p/1.zst", "other"));
  EXPECT_EQ(archive.get("versions/p/1.zst"), "other");
  EXPECT_TRUE(archive.remove("versions/p/1.zst"));
  EXPECT_TRUE(archive.remove("versions/p/1.zst"));
  EXPECT_EQ(archive.get("versions/p/1.zst").error().reason, "archive.not_found");
}

TEST(S3, a_bucket_that_does_not_exist_is_named) {
  SystemClock clock;
  SystemRandom random;
  s3::S3Archive archive(options("no-such-bucket", ""), clock, random);
  const auto checked = archive.check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().reason, "archive.forbidden");
  EXPECT_TRUE(checked.error().detail.contains("no-such-bucket does not exist"))
      << checked.error().detail;
}

TEST(S3, wrong_keys_are_told) {
  SystemClock clock;
  SystemRandom random;
  auto wrong = options(kBucket, "");
  wrong.credentials = [] { return Result<s3::Credentials>({"NOBODY", "x", {}}); };
  s3::S3Archive archive(std::move(wrong), clock, random);
  const auto checked = archive.check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().reason, "archive.forbidden") << checked.error().detail;
}

std::vector<std::string> arguments(const std::string& prefix) {
  return {"--retention-versions",
          "1",
          "--retention-days",
          "0",
          "--archive",
          "s3://" + std::string(kBucket) + '/' + prefix,
          "--archive-endpoint",
          s3().endpoint(),
          "--archive-credentials-file",
          s3().credentials_file()};
}

std::string archive_of(e2e::Server& server) {
  const auto ready = server.api().get("/health/ready");
  return ready ? cli::text_at(*ready, "archive") : ready.error().detail;
}

TEST(S3, a_server_archives_to_it_and_lives_through_its_absence) {
  e2e::Server server(arguments("server"));
  server.has_profile();
  for (int i = 0; i < 3; ++i)
    server.has_version("1.0." + std::to_string(i), "{\"n\":" + std::to_string(i) + "}");
  const auto run = e2e::hotswap(server, {"retention", "run"});
  ASSERT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_TRUE(run.out.contains("2 versions")) << run.out;
  const auto oldest = cli::config_path(kProfile, {"versions", "1.0.0"});
  const auto read = server.api().get(oldest);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(cli::bool_at(*read, "archived"));
  EXPECT_EQ(cli::int_at(*read, "data.n"), 0);
  EXPECT_EQ(archive_of(server), "ok");

  s3().kill();
  EXPECT_EQ(server.terminate(), 0);
  server.start_again();  // and has nothing of the archive at hand
  const auto away = server.api().get(oldest);
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().reason, "archive.unavailable");
  EXPECT_TRUE(server.api().get(cli::config_path(kProfile, {"versions", "1.0.2"})));
  server.has_version("1.0.3", R"({"n":3})");
  EXPECT_NE(e2e::hotswap(server, {"retention", "run"}).code, 0);
  const auto kept = server.api().get(cli::config_path(kProfile, {"versions", "1.0.2"}));
  ASSERT_TRUE(kept);
  EXPECT_FALSE(cli::bool_at(*kept, "archived"));

  s3().start();
  EXPECT_TRUE(eventually([&] { return server.api().get(oldest).has_value(); }));
  EXPECT_EQ(e2e::hotswap(server, {"retention", "run"}).code, 0);
}

TEST(S3, a_server_starts_without_its_bucket_and_says_what_is_missing) {
  auto missing = arguments("x");
  missing[5] = "s3://not-made-yet";
  e2e::Server server(missing);
  EXPECT_TRUE(eventually([&] { return archive_of(server) == "unusable"; }));
  const auto status = e2e::hotswap(server, {"retention", "status"});
  EXPECT_TRUE(status.out.contains("not-made-yet does not exist")) << status.out;
  EXPECT_TRUE(server.process().output().contains("the archive cannot be used"));
}

}  // namespace
}  // namespace hotswap::integration
