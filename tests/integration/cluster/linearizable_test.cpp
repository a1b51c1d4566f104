// The judge of histories is judged first: by stories that can be, and by stories that cannot.
#include <gtest/gtest.h>

#include "integration/cluster/history/core.hpp"
#include "integration/cluster/history/models.hpp"

namespace hotswap::history {
namespace {

using VersionKind = VersionModel::Operation::Kind;
using TagKind = TagModel::Operation::Kind;
using Step = DeploymentModel::Operation::Kind;

Moment at(int milliseconds) { return Moment(std::chrono::milliseconds(milliseconds)); }

template <class Operation>
Event<Operation> known(Operation operation, int called, int answered) {
  return {std::move(operation), at(called), at(answered)};
}

template <class Operation>
Event<Operation> unknown(Operation operation, int called) {
  return {std::move(operation), at(called), std::nullopt};
}

VersionModel::Operation upload(const std::string& content, bool refused = false) {
  return {VersionKind::Upload, content, refused};
}
VersionModel::Operation version_read(const std::string& content) {
  return {VersionKind::Read, content};
}
TagModel::Operation put(const std::string& version) { return {TagKind::Put, version}; }
TagModel::Operation removed(const std::string& version, bool refused = false) {
  return {TagKind::Remove, version, refused};
}
TagModel::Operation tag_read(const std::string& version) { return {TagKind::Read, version}; }
DeploymentModel::Operation told(Step kind, const std::string& id, bool refused = false) {
  return {kind, id, "", refused};
}
DeploymentModel::Operation seen(const std::string& id, const std::string& state) {
  return {Step::Read, id, state};
}

TEST(Linearizable, nothing_happened_is_a_story) {
  EXPECT_EQ(judge<VersionModel>({}), Verdict::Linearizable);
}

TEST(Linearizable, of_two_that_race_for_a_number_one_has_it) {
  EXPECT_EQ(judge<VersionModel>({known(upload("a"), 0, 9), known(upload("b", true), 1, 5),
                                 known(version_read("a"), 10, 11)}),
            Verdict::Linearizable);
}

TEST(Linearizable, two_cannot_both_have_a_number) {
  EXPECT_EQ(judge<VersionModel>({known(upload("a"), 0, 9), known(upload("b"), 1, 5)}),
            Verdict::Impossible);
}

TEST(Linearizable, nobody_is_refused_before_somebody_had_it) {
  EXPECT_EQ(judge<VersionModel>({known(upload("b", true), 0, 5), known(upload("a"), 6, 9)}),
            Verdict::Impossible);
}

TEST(Linearizable, an_acknowledged_upload_is_not_lost) {
  EXPECT_EQ(judge<VersionModel>({known(upload("a"), 0, 5), known(version_read(""), 6, 7)}),
            Verdict::Impossible);
}

TEST(Linearizable, an_upload_without_answer_may_have_happened_or_not) {
  EXPECT_EQ(judge<VersionModel>({unknown(upload("a"), 0), known(version_read(""), 6, 7)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<VersionModel>({unknown(upload("a"), 0), known(version_read(""), 6, 7),
                                 known(version_read("a"), 8, 9)}),
            Verdict::Linearizable);
}

TEST(Linearizable, what_was_seen_does_not_go_away) {
  EXPECT_EQ(judge<VersionModel>({unknown(upload("a"), 0), known(version_read("a"), 6, 7),
                                 known(version_read(""), 8, 9)}),
            Verdict::Impossible);
}

TEST(Linearizable, what_nobody_wrote_is_not_read) {
  EXPECT_EQ(judge<VersionModel>({known(upload("a"), 0, 5), known(version_read("b"), 3, 7)}),
            Verdict::Impossible);
}

TEST(Linearizable, a_read_beside_a_move_sees_either) {
  EXPECT_EQ(judge<TagModel>({known(put("1"), 0, 1), known(put("2"), 2, 9),
                             known(tag_read("2"), 3, 4), known(tag_read("2"), 5, 6)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<TagModel>({known(put("1"), 0, 1), known(put("2"), 2, 9),
                             known(tag_read("1"), 3, 4), known(tag_read("2"), 5, 6)}),
            Verdict::Linearizable);
}

TEST(Linearizable, reads_do_not_go_back_in_time) {
  EXPECT_EQ(judge<TagModel>({known(put("1"), 0, 1), known(put("2"), 2, 9),
                             known(tag_read("2"), 3, 4), known(tag_read("1"), 5, 6)}),
            Verdict::Impossible);
}

TEST(Linearizable, a_stale_read_of_another_node_is_found) {
  EXPECT_EQ(
      judge<TagModel>({known(put("1"), 0, 1), known(put("2"), 2, 3), known(tag_read("1"), 4, 5)}),
      Verdict::Impossible);
}

TEST(Linearizable, a_tag_is_removed_once) {
  EXPECT_EQ(judge<TagModel>({known(put("1"), 0, 1), known(removed("1"), 2, 5),
                             known(removed("1", true), 3, 6)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<TagModel>(
                {known(put("1"), 0, 1), known(removed("1"), 2, 5), known(removed("1"), 3, 6)}),
            Verdict::Impossible);
}

TEST(Linearizable, a_move_without_answer_may_come_late) {
  EXPECT_EQ(judge<TagModel>({known(put("1"), 0, 1), unknown(put("2"), 2), known(put("3"), 3, 4),
                             known(tag_read("3"), 5, 6), known(tag_read("2"), 7, 8)}),
            Verdict::Linearizable);
}

TEST(Linearizable, one_deployment_of_a_profile_at_a_time) {
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 5), known(told(Step::Start, "", true), 1, 6)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 5), known(told(Step::Start, "b"), 1, 6)}),
            Verdict::Impossible);
  EXPECT_EQ(judge<DeploymentModel>({known(told(Step::Start, "a"), 0, 5),
                                    known(told(Step::Cancel, "a"), 2, 7),
                                    known(told(Step::Start, "b"), 3, 8)}),
            Verdict::Linearizable);
}

TEST(Linearizable, of_pause_and_cancel_at_once_both_or_only_cancel) {
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 1), known(told(Step::Pause, "a", true), 2, 9),
                 known(told(Step::Cancel, "a"), 2, 9), known(seen("a", "Cancelled"), 10, 11)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<DeploymentModel>({known(told(Step::Start, "a"), 0, 1),
                                    known(told(Step::Pause, "a"), 2, 9),
                                    known(told(Step::Cancel, "a", true), 2, 9)}),
            Verdict::Impossible);
}

TEST(Linearizable, a_deployment_begins_by_itself_once) {
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 1), known(seen("a", "Planned"), 2, 3),
                 known(told(Step::Pause, "a", true), 4, 5), known(told(Step::Pause, "a"), 6, 7)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<DeploymentModel>({known(told(Step::Start, "a"), 0, 1),
                                    known(seen("a", "Running"), 2, 3),
                                    known(seen("a", "Planned"), 4, 5)}),
            Verdict::Impossible);
}

TEST(Linearizable, a_command_is_not_done_twice) {
  EXPECT_EQ(judge<DeploymentModel>({known(told(Step::Start, "a"), 0, 1),
                                    known(told(Step::Pause, "a"), 2, 9),
                                    known(told(Step::Pause, "a"), 3, 9)}),
            Verdict::Impossible);
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 1), known(told(Step::Rollback, "a"), 2, 9),
                 known(told(Step::Cancel, "a"), 3, 9), known(seen("a", "RolledBack"), 10, 11)}),
            Verdict::Impossible);
}

TEST(Linearizable, a_rollback_ends_by_itself_and_stays_ended) {
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 1), known(told(Step::Rollback, "a"), 2, 3),
                 known(seen("a", "RollingBack"), 4, 5), known(seen("a", "RolledBack"), 6, 7)}),
            Verdict::Linearizable);
  EXPECT_EQ(judge<DeploymentModel>(
                {known(told(Step::Start, "a"), 0, 1), known(told(Step::Rollback, "a"), 2, 3),
                 known(seen("a", "RolledBack"), 4, 5), known(seen("a", "RollingBack"), 6, 7)}),
            Verdict::Impossible);
}

TEST(Linearizable, hundreds_of_uploads_without_answer_are_judged_at_once) {
  std::vector<Event<VersionModel::Operation>> events;
  for (int i = 0; i < 300; ++i) events.push_back(unknown(upload("u" + std::to_string(i)), i));
  events.push_back(known(upload("last", true), 400, 401));
  events.push_back(known(version_read("u123"), 402, 403));
  EXPECT_EQ(judge<VersionModel>(events), Verdict::Linearizable);
  events.push_back(known(version_read("u124"), 404, 405));
  EXPECT_EQ(judge<VersionModel>(std::move(events)), Verdict::Impossible);
}

TEST(Linearizable, hundreds_of_moves_without_answer_are_judged_at_once) {
  std::vector<Event<TagModel::Operation>> events;
  for (int i = 0; i < 300; ++i) events.push_back(unknown(put(std::to_string(i % 4)), i));
  for (int i = 0; i < 40; ++i)
    events.push_back(known(tag_read(std::to_string(i / 10)), 400 + i, 400 + i));
  EXPECT_EQ(judge<TagModel>(events), Verdict::Linearizable);
}

TEST(Linearizable, long_histories_of_many_clients_are_judged_at_once) {
  std::vector<Event<TagModel::Operation>> events;
  for (int i = 0; i < 400; ++i) {
    const auto version = std::to_string(i);
    events.push_back(known(put(version), i * 10, i * 10 + 30));
    events.push_back(known(tag_read(version), i * 10 + 31, i * 10 + 39));
  }
  // Each read sees a put that two others overlap: a story exists only in that order.
  EXPECT_NE(judge<TagModel>(std::move(events)), Verdict::TooHard);
}

TEST(HistoryCore, names_only_what_contradicts_itself) {
  Events<TagModel> events;
  for (int i = 0; i < 100; ++i) {
    events.push_back(known(put(std::to_string(i)), i * 10, i * 10 + 3));
    events.push_back(known(tag_read(std::to_string(i)), i * 10 + 4, i * 10 + 6));
  }
  events.push_back(known(tag_read("40"), 507, 508));
  const auto core = core_of<TagModel>(events);
  std::vector<std::string> left;
  for (const auto& event : core)
    if (event.answered) left.push_back(TagModel::text(event.operation));
  EXPECT_EQ(left, (std::vector<std::string>{"reads 50", "reads 40"}));
  const auto words = told<TagModel>(core);
  EXPECT_NE(words.find("3.00 …      4.00 ms  reads 40"), std::string::npos) << words;
}

TEST(HistoryCore, keeps_a_call_that_was_under_way) {
  // The move to 2 explains the first read of it, not the second.
  const Events<TagModel> events{known(put("2"), 0, 50), known(put("1"), 10, 12),
                                known(tag_read("2"), 20, 21), known(put("3"), 51, 52),
                                known(tag_read("2"), 60, 61)};
  const auto core = core_of<TagModel>(events);
  ASSERT_EQ(core.size(), 2u) << told<TagModel>(core);
  EXPECT_EQ(TagModel::text(core[0].operation), "moves it to 3");
  EXPECT_EQ(shortest_impossible<TagModel>({events.begin(), events.end() - 1}).size(), 4u);
}

TEST(HistoryCore, ends_where_the_history_became_impossible) {
  const Events<VersionModel> events{known(upload("a"), 0, 1), known(version_read("b"), 2, 3),
                                    known(version_read("a"), 4, 5), known(upload("c"), 6, 7)};
  EXPECT_EQ(shortest_impossible<VersionModel>(events).size(), 2u);
}

}  // namespace
}  // namespace hotswap::history
