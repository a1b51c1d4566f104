// The outbox: what waits to be told, tried again and again, and given up in the end.
#include <set>

#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

class StoreOutbox : public StoreContract {
 protected:
  static change::EnqueueOutbox item(const std::string& id, int seconds = 1) {
    return {id, "notify", json::Object{{"n", 1}}, at(seconds)};
  }
  std::string due(int seconds, std::size_t limit = 100) {
    std::string ids;
    const auto items = store().outbox(at(seconds), limit);
    EXPECT_TRUE(items.has_value());
    for (const auto& found : *items) ids += found.id + " ";
    return ids;
  }
  std::string buried(const PageRequest& page = {}) {
    std::string ids;
    for (const auto& found : store().dead_letters(page)->items) ids += found.id + " ";
    return ids;
  }
};
HS_STORE_CONTRACT(StoreOutbox);

TEST_P(StoreOutbox, gives_the_oldest_first_and_an_id_once) {
  put({item("z"), item("a")});
  put({change::EnqueueOutbox{"z", "again", {}, at(0)}});
  const auto items = store().outbox(at(1), 10).value();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].id, "z");
  EXPECT_EQ(items[0].kind, "notify");
  EXPECT_EQ(items[0].payload, json::Value(json::Object{{"n", 1}}));
  EXPECT_EQ(items[0].at, at(1));
  EXPECT_EQ(items[0].next, at(1));
  EXPECT_EQ(items[0].attempts, 0U);
  EXPECT_EQ(items[0].error, "");
  EXPECT_EQ(due(1, 1), "z ");
  put({change::FinishOutbox{"z"}, change::FinishOutbox{"unknown"}});
  EXPECT_EQ(due(1), "a ");
}

TEST_P(StoreOutbox, gives_only_what_is_due) {
  put({item("later", 30), item("now", 5)});
  EXPECT_EQ(due(4), "");
  EXPECT_EQ(due(5), "now ");
  EXPECT_EQ(due(29), "now ");
  EXPECT_EQ(due(30), "now later ");
}

TEST_P(StoreOutbox, a_failed_item_waits_for_its_next_time) {
  put({item("a"), item("b")});
  put({change::DeferOutbox{"a", 3, at(20), "503 Service Unavailable"},
       change::DeferOutbox{"unknown", 1, at(1), "x"}});
  EXPECT_EQ(due(19), "b ");
  EXPECT_EQ(due(20), "b a ");
  const auto deferred = store().outbox(at(20), 10)->back();
  EXPECT_EQ(deferred.attempts, 3U);
  EXPECT_EQ(deferred.error, "503 Service Unavailable");
  EXPECT_EQ(deferred.next, at(20));
  EXPECT_EQ(deferred.at, at(1));
  put({change::DeferOutbox{"a", 4, at(1), ""}});
  EXPECT_EQ(due(1), "a b ");
}

TEST_P(StoreOutbox, items_that_always_fail_do_not_starve_the_others) {
  constexpr int kFailing = 100;
  constexpr std::size_t kBatch = 10;
  for (int i = 0; i < kFailing; ++i) put({item("bad-" + std::to_string(i))});
  put({item("good")});
  int rounds = 0;
  for (int now = 1; store().outbox(at(now), 1)->size() == 1; ++now) {
    const auto batch = store().outbox(at(now), kBatch).value();
    ++rounds;
    bool delivered = false;
    for (const auto& found : batch) {
      if (found.id == "good") {
        put({change::FinishOutbox{found.id}});
        delivered = true;
      } else {
        put({change::DeferOutbox{found.id, found.attempts + 1, at(now + 1), "no"}});
      }
    }
    if (delivered) break;
    ASSERT_LE(rounds, kFailing / static_cast<int>(kBatch) + 1);
  }
  EXPECT_FALSE(due(1000).contains("good"));
}

TEST_P(StoreOutbox, a_dead_letter_is_no_longer_tried_and_can_be_revived) {
  put({item("a"), item("b"), item("c")});
  put({change::BuryOutbox{"b", 12, "refused"}, change::BuryOutbox{"unknown", 1, "x"}});
  EXPECT_EQ(due(100), "a c ");
  const auto dead = store().dead_letters({})->items;
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].id, "b");
  EXPECT_EQ(dead[0].attempts, 12U);
  EXPECT_EQ(dead[0].error, "refused");
  EXPECT_EQ(dead[0].payload, json::Value(json::Object{{"n", 1}}));
  EXPECT_EQ(dead[0].at, at(1));
  put({change::ReviveOutbox{"b", at(50)}});
  EXPECT_EQ(buried(), "");
  EXPECT_EQ(due(49), "a c ");
  EXPECT_EQ(due(50), "a c b ");
  const auto revived = store().outbox(at(50), 10)->back();
  EXPECT_EQ(revived.attempts, 0U);
  EXPECT_EQ(revived.error, "");
  refused({change::ReviveOutbox{"b", at(50)}}, ErrorCode::NotFound, "dead_letter.not_found");
  refused({change::ReviveOutbox{"unknown", at(50)}}, ErrorCode::NotFound, "dead_letter.not_found");
}

TEST_P(StoreOutbox, a_revived_item_keeps_its_place_among_those_due_together) {
  put({item("a"), item("b"), item("c")});
  put({change::BuryOutbox{"a", 1, "x"}});
  put({change::ReviveOutbox{"a", at(1)}});
  EXPECT_EQ(due(1), "a b c ");
}

TEST_P(StoreOutbox, the_id_of_a_dead_letter_stays_taken_until_it_is_finished) {
  put({item("a"), change::BuryOutbox{"a", 1, "x"}, item("a"),
       change::DeferOutbox{"a", 9, at(1), "y"}, change::BuryOutbox{"a", 9, "y"}});
  EXPECT_EQ(due(100), "");
  EXPECT_EQ(store().dead_letters({})->items[0].attempts, 1U);
  put({change::FinishOutbox{"a"}});
  EXPECT_EQ(buried(), "");
  put({item("a")});
  EXPECT_EQ(due(1), "a ");
}

TEST_P(StoreOutbox, dead_letters_are_paged_the_newest_first) {
  for (const auto* id : {"a", "b", "c", "d", "e"}) put({item(id)});
  for (const auto* id : {"c", "a", "e", "b"}) put({change::BuryOutbox{id, 1, "x"}});
  EXPECT_EQ(buried(), "b e a c ");
  const auto first = store().dead_letters({.limit = 2}).value();
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[1].id, "e");
  // Neither what comes nor what goes in between repeats or hides others.
  put({change::BuryOutbox{"d", 1, "x"}, change::ReviveOutbox{"e", at(1)}});
  EXPECT_EQ(buried({.limit = 2, .cursor = first.next_cursor}), "a c ");
  EXPECT_EQ(store().dead_letters({.limit = 2, .cursor = first.next_cursor})->next_cursor, "");
  EXPECT_EQ(buried(), "d b a c ");
  EXPECT_EQ(store().dead_letters({.cursor = "zz"}).error().reason, "cursor.invalid");
}

TEST_P(StoreOutbox, a_refused_set_leaves_every_item_as_it_was) {
  put({item("a"), item("b"), item("c"), change::BuryOutbox{"c", 2, "x"}});
  refused({item("new"), change::FinishOutbox{"a"}, change::DeferOutbox{"b", 5, at(90), "y"},
           change::BuryOutbox{"b", 6, "z"}, change::ReviveOutbox{"c", at(1)},
           change::FinishOutbox{"c"}, change::DeleteChannel{"nobody"}},
          ErrorCode::NotFound, "channel.not_found");
  EXPECT_EQ(due(1), "a b ");
  EXPECT_EQ(due(100), "a b ");
  EXPECT_EQ(buried(), "c ");
  EXPECT_EQ(store().outbox(at(1), 10)->back().attempts, 0U);
  EXPECT_EQ(store().dead_letters({})->items[0].attempts, 2U);
}

TEST_P(StoreOutbox, its_figures_tell_what_waits_and_what_was_given_up) {
  const auto empty = store().figures().value();
  EXPECT_EQ(empty.outbox, 0U);
  EXPECT_FALSE(empty.oldest);
  put({item("a", 30), item("b", 5), item("c", 1), change::BuryOutbox{"c", 1, "x"}});
  put({change::DeferOutbox{"b", 3, at(500), "503"}});
  const auto figures = store().figures().value();
  EXPECT_EQ(figures.outbox, 2U);
  EXPECT_EQ(figures.oldest, at(5)) << "since it was asked for, not since it is due";
  EXPECT_EQ(figures.dead, 1U);
}

}  // namespace
}  // namespace hotswap::contract
