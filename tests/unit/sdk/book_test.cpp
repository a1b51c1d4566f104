#include "book.hpp"

#include <gtest/gtest.h>

#include "fake_server.hpp"

namespace hotswap::sdk {
namespace {

using Effect = Book::Effect;

Offer make(std::string_view data, int generation, const std::string& version = "1.0.0") {
  return *read_offer(testing::offer(data, generation, version));
}

Identity identity(std::string_view data, int generation) { return make(data, generation).identity; }

Observation seen(const Book& book) { return book.report().at("pay.production"); }

std::optional<std::string> refuse_negative(const Candidate& candidate) {
  if (candidate.snapshot.get_or<int>("a", 0) == -99) throw std::runtime_error("boom");
  if (candidate.snapshot.get_or<int>("a", 0) < 0) return "a is negative";
  return std::nullopt;
}

TEST(Book, appliesReportsAndThenSaysThatItRuns) {
  Book book("", nullptr);
  EXPECT_EQ(book.apply(make(R"({"a":1})", 5)), Effect::Swapped);
  EXPECT_EQ(book.config().get<int>("a"), 1);
  const auto report = book.report();
  EXPECT_EQ(seen(book).state, State::Applied);
  book.heard(report);
  EXPECT_EQ(seen(book).state, State::Running);
  EXPECT_EQ(seen(book).generation, 5U);
}

TEST(Book, saysHowLongItTookToSwapToWhatItWasTold) {
  Book book("", nullptr);
  ASSERT_TRUE(book.restore(make(R"({"a":1})", 5)));
  EXPECT_FALSE(seen(book).reload) << "a start from the disk is no reload";
  book.apply(make(R"({"a":2})", 6));
  ASSERT_TRUE(seen(book).reload);
  EXPECT_GT(seen(book).reload->count(), 0);
  EXPECT_TRUE(write_heartbeat(book.report(), nullptr).contains("\"reloadMs\":"));
  book.heard(book.report());
  EXPECT_FALSE(write_heartbeat(book.report(), nullptr).contains("reloadMs")) << "it was said";
}

TEST(Book, saysReceivedWhileTheValidatorThinks) {
  const Book* asked = nullptr;
  std::optional<State> meanwhile;
  Book book("", [&](const Candidate&) -> std::optional<std::string> {
    meanwhile = seen(*asked).state;
    return std::nullopt;
  });
  asked = &book;
  book.apply(make(R"({"a":1})", 5));
  EXPECT_EQ(meanwhile, State::Received);
  EXPECT_EQ(seen(book).state, State::Applied);
}

TEST(Book, doesNotTakeAnOldReportForAnAnswerToANewerState) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 5));
  const auto report = book.report();
  book.apply(make(R"({"a":2})", 6));
  book.heard(report);
  EXPECT_EQ(seen(book).state, State::Applied);
}

TEST(Book, ignoresLowerGenerationsAndWhatItHasAlready) {
  Book book("", nullptr);
  book.apply(make(R"({"a":2})", 6));
  EXPECT_EQ(book.apply(make(R"({"a":1})", 5)), Effect::None);
  EXPECT_EQ(book.apply(make(R"({"a":2})", 6)), Effect::None);
  EXPECT_EQ(book.stage(make(R"({"a":1})", 5)), Effect::None);
  EXPECT_EQ(book.config().get<int>("a"), 2);
}

TEST(Book, acceptsLowerGenerationsFromAServerThatLostItsMemory) {
  Book book("", nullptr);
  book.apply(make(R"({"a":2})", 6));
  book.forget_generations();
  EXPECT_EQ(book.apply(make(R"({"a":1})", 1)), Effect::Swapped);
  EXPECT_EQ(book.config().get<int>("a"), 1);
}

TEST(Book, rejectsAWrongHashAndKeepsWhatRuns) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1));
  auto lie = make(R"({"a":2})", 2);
  lie.data = json::Object{{"a", 3}};
  EXPECT_EQ(book.apply(std::move(lie)), Effect::Reported);
  EXPECT_EQ(seen(book).state, State::Rejected);
  EXPECT_EQ(seen(book).error, "hash mismatch");
  EXPECT_EQ(book.config().get<int>("a"), 1);
}

TEST(Book, rejectsWhatTheValidatorRefusesOrChokesOnOnce) {
  int asked = 0;
  Book book("", [&](const Candidate& candidate) {
    ++asked;
    return refuse_negative(candidate);
  });
  book.apply(make(R"({"a":1})", 1));
  EXPECT_EQ(book.apply(make(R"({"a":-1})", 2)), Effect::Reported);
  EXPECT_EQ(seen(book).error, "a is negative");
  EXPECT_EQ(book.apply(make(R"({"a":-1})", 2)), Effect::None) << "the same after a reconnect";
  EXPECT_EQ(asked, 2);
  book.apply(make(R"({"a":-99})", 3));
  EXPECT_EQ(seen(book).error, "the validator threw: boom");
  EXPECT_EQ(book.config().get<int>("a"), 1);
}

TEST(Book, saysAValidatorsWordsInTextThatAServerCanRead) {
  std::string words = "\xFF";
  Book book("", [&](const Candidate&) { return std::optional(words); });
  book.apply(make(R"({"a":1})", 1));
  EXPECT_EQ(seen(book).error, "?");
  words = std::string(1023, 'x') + "\u20ac";
  book.apply(make(R"({"a":2})", 2));
  EXPECT_EQ(seen(book).error, std::string(1023, 'x'));
}

TEST(Book, stagesBesideTheActiveAndActivatesByHash) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1));
  EXPECT_EQ(book.stage(make(R"({"a":2})", 2)), Effect::Reported);
  EXPECT_EQ(seen(book).state, State::Staged);
  EXPECT_EQ(book.config().get<int>("a"), 1);
  EXPECT_EQ(book.activate(identity(R"({"a":2})", 3)), Effect::Swapped);
  EXPECT_EQ(book.config().get<int>("a"), 2);
  EXPECT_EQ(seen(book).generation, 3U);
}

TEST(Book, undoesByActivatingAPreviousCopyAndKnowsThreeOfThem) {
  Book book("", nullptr);
  for (int i = 1; i <= 5; ++i) book.apply(make("{\"a\":" + std::to_string(i) + "}", i));
  EXPECT_EQ(book.activate(identity(R"({"a":2})", 6)), Effect::Swapped);
  EXPECT_EQ(book.config().get<int>("a"), 2);
  EXPECT_EQ(book.activate(identity(R"({"a":1})", 7)), std::nullopt);
}

TEST(Book, dropsTheStagedCopyAndKeepsRunningWhenNothingIsDesiredAnyMore) {
  Book book("", nullptr);
  book.apply(make(R"({"a":1})", 1));
  book.stage(make(R"({"a":2})", 2));
  book.unassign({"pay.production", "", 3, ""});
  EXPECT_EQ(book.config().get<int>("a"), 1);
  EXPECT_EQ(seen(book).state, State::Running);
  EXPECT_EQ(book.activate(identity(R"({"a":2})", 4)), std::nullopt);
}

TEST(Book, restoresOnlyCopiesThatPassHashAndValidator) {
  Book book("", refuse_negative);
  EXPECT_FALSE(book.restore(make(R"({"a":-1})", 4)));
  auto damaged = make(R"({"a":1})", 4);
  damaged.identity.hash[0] = damaged.identity.hash[0] == '0' ? '1' : '0';
  EXPECT_FALSE(book.restore(std::move(damaged)));
  EXPECT_TRUE(book.restore(make(R"({"a":1})", 4)));
  EXPECT_EQ(seen(book).state, State::Running);
  EXPECT_EQ(book.apply(make(R"({"a":1})", 4)), Effect::None) << "the server desires the same";
}

TEST(Book, keepsProfilesApartAndTakesTheFirstAsThePrimaryOne) {
  Book book("", nullptr);
  auto& other = book.config("other");
  book.apply(make(R"({"a":1})", 1));
  auto second = make(R"({"a":2})", 1);
  second.identity.profile = "other";
  book.apply(std::move(second));
  EXPECT_EQ(book.config().get<int>("a"), 1);
  EXPECT_EQ(other.get<int>("a"), 2);
  EXPECT_EQ(book.config("pay.production").get<int>("a"), 1);
}

TEST(Book, waitsForTheNamedPrimaryProfile) {
  Book book("other", nullptr);
  book.apply(make(R"({"a":1})", 1));
  EXPECT_FALSE(book.wait_ready(std::chrono::steady_clock::now()));
  auto second = make(R"({"a":2})", 1);
  second.identity.profile = "other";
  book.apply(std::move(second));
  EXPECT_TRUE(book.wait_ready(std::chrono::steady_clock::now()));
  EXPECT_EQ(book.config().get<int>("a"), 2);
}

/// As a server sends a document with secrets: the hash covers what nobody may see differently.
Offer secret(std::string_view data, int generation, int secrets = 0) {
  auto offer = make(data, generation);
  offer.identity.data_hash = offer.identity.hash;
  offer.identity.hash = std::string(64, 'f');
  offer.identity.secrets = static_cast<std::uint64_t>(secrets);
  return offer;
}

TEST(Book, checksADocumentWithSecretsByWhatItGotAndNamesItByItsHash) {
  Book book("", nullptr);
  EXPECT_EQ(book.apply(secret(R"({"a":1})", 1)), Effect::Swapped);
  EXPECT_EQ(seen(book).hash, std::string(64, 'f'));
  auto lie = secret(R"({"a":2})", 2);
  lie.data = json::Object{{"a", 3}};
  EXPECT_EQ(book.apply(std::move(lie)), Effect::Reported);
  EXPECT_EQ(seen(book).error, "hash mismatch");
}

TEST(Book, takesAChangedSecretUnderTheSameGeneration) {
  Book book("", nullptr);
  book.apply(secret(R"({"a":1})", 1, 1));
  EXPECT_EQ(book.apply(secret(R"({"a":2})", 1, 2)), Effect::Swapped);
  EXPECT_EQ(book.config().get<int>("a"), 2);
  EXPECT_EQ(book.apply(secret(R"({"a":1})", 1, 1)), Effect::None)
      << "from a server that has not heard of it";
  EXPECT_EQ(book.config().get<int>("a"), 2);
  EXPECT_EQ(book.apply(secret(R"({"a":2})", 1, 3)), Effect::None) << "nothing else to read";
}

TEST(Book, triesASecretAgainThatWasRefusedBefore) {
  Book book("", refuse_negative);
  book.apply(secret(R"({"a":1})", 1, 1));
  EXPECT_EQ(book.apply(secret(R"({"a":-1})", 2, 1)), Effect::Reported);
  EXPECT_EQ(seen(book).state, State::Rejected);
  EXPECT_EQ(book.apply(secret(R"({"a":-1})", 2, 1)), Effect::None);
  EXPECT_EQ(book.apply(secret(R"({"a":3})", 2, 2)), Effect::Swapped);
  EXPECT_EQ(seen(book).state, State::Applied);
}

TEST(Book, activatesTheCopyWithTheSecretsThatAreMeant) {
  Book book("", nullptr);
  book.apply(make(R"({"a":0})", 1));
  book.stage(secret(R"({"a":1})", 2, 1));
  auto wanted = secret(R"({"a":2})", 3, 2).identity;
  EXPECT_EQ(book.activate(wanted), std::nullopt) << "to be fetched: a secret has changed since";
  wanted.data_hash.clear();
  wanted.secrets = 0;
  EXPECT_EQ(book.activate(wanted), Effect::Swapped) << "a server that cannot say which";
  EXPECT_EQ(book.config().get<int>("a"), 1);
  EXPECT_EQ(book.active("pay.production")->identity().secrets, 1U);
}

}  // namespace
}  // namespace hotswap::sdk
