// What attackers put into names, addresses and paths stays data, whoever reads the audit later.
#include "infrastructure/syslog/message.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

const std::vector<std::string> kHostile = {"a\n<0>1 2026-01-01T00:00:00Z forged",
                                           "\"] [evil@1 x=\"y",
                                           "]\\\"",
                                           "a\r\nb",
                                           std::string("a\0b", 3),
                                           "\x1b[2J",
                                           "=cmd|'/c calc'!A1",
                                           "\xe2\x80\xae"
                                           "admin"};

TEST(HostileText, ends_no_line_and_no_element_of_syslog) {
  for (const auto& text : kHostile) {
    AuditEntry entry;
    entry.sequence = 7;
    entry.actor = entry.address = entry.resource = entry.detail = entry.action = text;
    entry.outcome = "denied";
    const auto message = syslog::message_of(entry, text);
    EXPECT_TRUE(message.starts_with("<108>1 ")) << message;
    for (const char c : message) EXPECT_GE(static_cast<unsigned char>(c), ' ') << message;
    // The element ends once: behind an even number of backslashes only at its own end.
    std::size_t ends = 0;
    bool quoted = false;
    const auto json_starts = message.find("] {");
    for (std::size_t i = message.find("[hotswap@"); i <= json_starts; ++i) {
      if (message[i] == '\\') {
        ++i;
        continue;
      }
      if (message[i] == '"') quoted = !quoted;
      if (message[i] == ']' && !quoted) ++ends;
    }
    EXPECT_EQ(ends, 1U) << message;
    const auto framed = syslog::framed(message);
    EXPECT_EQ(std::stoul(framed), message.size());
  }
}

TEST(HostileText, begins_no_formula_of_a_spreadsheet) {
  World world;
  for (const auto* text :
       {"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"}) {
    Caller caller;
    caller.principal.subject = text;
    ASSERT_TRUE(world.committer.commit(ChangeSet{change::AppendAudit{audit_entry(
        caller, "config.update", "configs/x", "\"quoted\",cell", world.clock.wall())}}));
  }
  for (const auto* query : {"/api/v1/audit", "/api/v1/audit?after=0"}) {
    auto request = world.request(Method::Get, query, world.token(Role::Admin));
    request.headers.push_back({"Accept", "text/csv"});
    const auto csv = *world.ask(request).response.body;
    for (std::size_t at = 0; (at = csv.find(",\"", at)) != std::string::npos; at += 2) {
      const auto cell = std::string_view(csv).substr(at + 2);
      if (cell.starts_with("\"")) continue;  // empty, or an escaped quote
      EXPECT_FALSE(std::string_view("=+-@\t\r\n").contains(cell.front())) << cell.substr(0, 20);
      EXPECT_FALSE(cell.starts_with("＝") || cell.starts_with("＠")) << cell.substr(0, 20);
    }
    EXPECT_TRUE(csv.contains("\"'=1+1\""));
    EXPECT_TRUE(csv.contains("\"\"\"quoted\"\",cell\""));
  }
}

TEST(HostileText, of_a_request_is_kept_short) {
  World world;
  const auto path = "/api/v1/" + std::string(10'000, 'x');
  EXPECT_EQ(world.ask(world.request(Method::Get, path, "")).status, 401);
  const auto audit = world.get("/api/v1/audit?outcome=denied");
  const auto& entry = audit.body.find("items")->as_array()->front();
  EXPECT_LE(entry.find("resource")->as_string()->size(), 256U);
}

}  // namespace
}  // namespace hotswap::api::testing
