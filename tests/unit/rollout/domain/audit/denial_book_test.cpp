#include "domain/audit/denial_book.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

Refusal refusal(const std::string& address, const std::string& subject = "",
                const std::string& resource = "/api/v1/configs") {
  return {address, subject, "config.read", resource, "auth.required"};
}

MonoTime after(Duration passed) { return MonoTime(1h) + passed; }

TEST(DenialBook, the_first_of_a_caller_stands_alone_and_the_rest_of_a_minute_together) {
  DenialBook book;
  EXPECT_TRUE(book.note(refusal("10.0.0.1:4711"), after(0s)));
  for (int i = 0; i < 40; ++i)
    EXPECT_FALSE(book.note(refusal("10.0.0.1:" + std::to_string(5000 + i)), after(1s)));
  EXPECT_TRUE(book.due(after(59s)).empty());
  const auto gathered = book.due(after(60s));
  ASSERT_EQ(gathered.size(), 1U);
  EXPECT_EQ(gathered[0].count, 40U);
  EXPECT_EQ(gathered[0].detail,
            "40 more within a minute: 40 of config.read (auth.required, /api/v1/configs)");
  EXPECT_EQ(gathered[0].last.resource, "/api/v1/configs");
}

TEST(DenialBook, a_flood_that_goes_on_is_one_entry_for_each_minute) {
  DenialBook book;
  std::size_t entries = 0;
  for (int second = 0; second < 600; ++second) {
    for (int i = 0; i < 100; ++i)
      if (book.note(refusal("10.0.0.1"), after(std::chrono::seconds(second)))) ++entries;
    entries += book.due(after(std::chrono::seconds(second))).size();
  }
  EXPECT_LE(entries, 11U);
}

TEST(DenialBook, people_behind_one_address_are_told_apart) {
  DenialBook book;
  EXPECT_TRUE(book.note(refusal("10.0.0.1", ""), after(0s)));
  EXPECT_TRUE(book.note(refusal("10.0.0.1", "eve"), after(0s)));
  EXPECT_TRUE(book.note(refusal("10.0.0.1", "bob"), after(0s)));
  EXPECT_FALSE(book.note(refusal("10.0.0.1", "eve"), after(1s)));
}

TEST(DenialBook, a_whole_network_of_ipv6_is_one_caller) {
  DenialBook book;
  EXPECT_TRUE(book.note(refusal("[2001:db8:1:2::1]:443"), after(0s)));
  EXPECT_FALSE(book.note(refusal("[2001:db8:1:2:ffff::9]:443"), after(0s)));
  EXPECT_TRUE(book.note(refusal("[2001:db8:1:3::1]:443"), after(0s)));
  EXPECT_EQ(network_of("2001:db8:1:2:ffff::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("10.0.0.1:80"), "10.0.0.1");
  EXPECT_EQ(network_of("nonsense"), "nonsense");
}

TEST(DenialBook, more_callers_than_it_can_hold_are_gathered_as_one) {
  DenialBook book;
  std::size_t alone = 0;
  for (std::size_t i = 0; i < 5 * DenialBook::kCallers; ++i)
    if (book.note(refusal("10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) +
                          "." + std::to_string(i % 256)),
                  after(0s)))
      ++alone;
  EXPECT_EQ(alone, DenialBook::kCallers);
  const auto gathered = book.due(after(1min));
  ASSERT_EQ(gathered.size(), 1U);
  EXPECT_EQ(gathered[0].count, 4 * DenialBook::kCallers);
}

TEST(DenialBook, names_a_few_kinds_and_counts_the_others) {
  DenialBook book;
  EXPECT_TRUE(book.note(refusal("10.0.0.1"), after(0s)));
  for (int i = 0; i < 9; ++i)
    EXPECT_FALSE(book.note(refusal("10.0.0.1", "", "/" + std::to_string(i)), after(0s)));
  const auto gathered = book.rest();
  ASSERT_EQ(gathered.size(), 1U);
  EXPECT_EQ(gathered[0].last.resource, "several");
  EXPECT_TRUE(gathered[0].detail.ends_with("and 4 of other kinds")) << gathered[0].detail;
  EXPECT_TRUE(book.rest().empty());
}

TEST(DenialBook, who_was_quiet_for_a_minute_stands_alone_again) {
  DenialBook book;
  EXPECT_TRUE(book.note(refusal("10.0.0.1"), after(0s)));
  EXPECT_TRUE(book.due(after(2min)).empty());
  EXPECT_TRUE(book.note(refusal("10.0.0.1"), after(2min)));
}

}  // namespace
}  // namespace hotswap
