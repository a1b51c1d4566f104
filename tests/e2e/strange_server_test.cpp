// What stands at the address is no HotSwap server, or the answer cannot be written: never success.
#include <gtest/gtest.h>

#include "e2e/support/command.hpp"
#include "e2e/support/program.hpp"

namespace hotswap::e2e {
namespace {

using Answer = Program::Answer;

/// Everything that acts and everything that lists.
const std::vector<std::vector<std::string>> kVerbs = {
    {"deploy", "shop.dev", "1.0.0"},
    {"freeze", "--all", "--reason", "r"},
    {"audit", "verify"},
    {"health"},
    {"rollback", "shop.dev", "--to", "1.0.0", "--deploy"},
    {"config", "list"},
    {"deployment", "pause", "0b5cbb0d-6c5e-4cc7-8ed9-b53bbf0f2b5a"}};

/// All verbs against somebody who always answers the same: each must say so and exit 7.
void all_refuse(const Answer& answer, const std::string& words) {
  const Program program([&](const std::string&) { return answer; });
  for (auto arguments : kVerbs) {
    const auto verb = arguments.front();
    arguments.insert(arguments.end(), {"--server", program.url("")});
    const auto told = hotswap(arguments);
    EXPECT_EQ(told.code, 7) << verb << told.out << told.err;
    EXPECT_EQ(told.out, "") << verb;
    EXPECT_TRUE(told.err.contains("[server.not_hotswap]")) << verb << told.err;
    EXPECT_TRUE(told.err.contains(words)) << verb << told.err;
    EXPECT_TRUE(told.err.contains("Check --server")) << verb << told.err;
  }
}

TEST(StrangeServer, a_redirect_is_told_with_where_to) {
  all_refuse({.status = 302, .body = "", .headers = "Location: https://other/login\r\n"},
             "to https://other/login, so write https://");
}

TEST(StrangeServer, a_page_is_no_answer) {
  all_refuse({.body = "<html>", .content_type = "text/html; charset=utf-8"}, "text/html");
}

TEST(StrangeServer, broken_json_is_no_answer) {
  all_refuse({.body = "{\"id\":", .content_type = "application/json"}, "cannot be read");
}

TEST(StrangeServer, json_without_what_would_be_printed_is_no_answer) {
  all_refuse({.body = "{}", .content_type = "application/json"}, "answered without");
}

TEST(StrangeServer, another_protocol_is_told_as_such) {
  all_refuse({.body = "SSH-2.0-OpenSSH_9.2\r\n", .raw = true}, "does not speak HTTP");
}

TEST(StrangeServer, events_of_somebody_else_end_at_once) {
  const Program program([](const std::string&) { return Answer{.body = "hello"}; });
  const auto told = hotswap({"events", "--follow", "--server", program.url("")});
  EXPECT_EQ(told.code, 7) << told.out << told.err;
  EXPECT_TRUE(told.err.contains("[server.not_hotswap]")) << told.err;
}

TEST(Output, that_cannot_be_written_is_no_success) {
  const auto told =
      run_program({"/bin/sh", "-c", binary("hotswap") + " completion bash >/dev/full"});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(told.err.contains("cannot write to standard output")) << told.err;
}

TEST(Output, nobody_reads_any_more_is_no_trouble) {
  const auto told = run_program({"/bin/sh", "-c", binary("hotswap") + " help | true"});
  EXPECT_EQ(told.code, 0);
  EXPECT_EQ(told.err, "");
}

}  // namespace
}  // namespace hotswap::e2e
