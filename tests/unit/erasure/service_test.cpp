#include "orchestrator/erasure_service.hpp"
#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using erasure::Erasure;
using erasure::Kind;
using erasure::Place;
using erasure::Request;

const ProfileName kProfile("pay.production");

class Erasing : public World {
 protected:
  Erasing() { node().committer.salt_audit(random_); }

  ErasureService service() {
    return ErasureService({.store = store_,
                           .committer = node().committer,
                           .versions = node().versions,
                           .clock = clock_,
                           .random = random_,
                           .metrics = metrics_,
                           .forget_archived =
                               [this](const Version& version) {
                                 archived_.push_back(version.number.str());
                                 return Result<void>();
                               },
                           .forget = [this] { ++forgotten_; }});
  }
  static Request person(const std::string& name) {
    return {.kind = Kind::Person, .name = name, .reason = "asked for"};
  }
  static Request profile(bool force = false) {
    return {.kind = Kind::Profile, .name = kProfile.str(), .reason = "closed", .force = force};
  }
  Erasure done(const Request& request, const Caller& caller = kRoot) {
    auto erasure = service().erase(caller, request);
    EXPECT_TRUE(erasure) << erasure.error().detail;
    if (!erasure) return {};
    EXPECT_TRUE(is_done(*erasure));
    return *erasure;
  }
  std::string refusal(const Request& request, const Caller& caller = kRoot) {
    const auto erasure = service().erase(caller, request);
    const auto survey = service().survey(caller, request);
    EXPECT_FALSE(survey);
    EXPECT_TRUE(memory_->erasures({})->items.empty());
    return erasure ? "nothing" : erasure.error().reason;
  }
  /// Tables in which the name stands anywhere.
  std::string holding(const std::string& name) {
    std::string tables;
    for (int place = 0; place < erasure::kPlaceCount; ++place) {
      const auto page =
          memory_->texts(static_cast<Place>(place), erasure::Eraser(name, ""), {}, 1'000'000);
      if (!page->rows.empty())
        tables += std::string(erasure::spec_of(static_cast<Place>(place)).table) + ' ';
    }
    return tables;
  }

  inline static const Caller kRoot = caller_with(Role::Admin, "root");
  MemoryMetrics metrics_;
  std::vector<std::string> archived_;
  int forgotten_ = 0;
};

TEST_F(Erasing, takes_a_person_out_of_everything_and_proves_it) {
  create_profile();
  upload("1.0.0", 1);
  EXPECT_EQ(holding("ada"), "profiles versions events audit ");
  const auto before = memory_->audit({}, {.limit = 1, .cursor = {}})->items.at(0).hash;
  const auto proof = done(person("ada"));
  EXPECT_EQ(holding("ada"), "");
  EXPECT_EQ(proof.by, "root");
  EXPECT_EQ(proof.chain_before, before);
  EXPECT_NE(proof.chain_after, before);
  EXPECT_TRUE(fits(proof.proof, "ada"));
  EXPECT_EQ(proof.rewritten.at("audit"), 2U);
  EXPECT_EQ(proof.rewritten.at("versions"), 1U);
  EXPECT_EQ(memory_->profile(kProfile)->created_by, pseudonym(proof));
  EXPECT_EQ(service().get(kRoot, proof.id).value(), memory_->erasure(proof.id).value());
  const auto report = node().audit.verify(kRoot);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->erased, 2U);
  EXPECT_EQ(forgotten_, 1);
}

TEST_F(Erasing, what_is_read_from_memory_afterwards_has_no_name_either) {
  create_profile();
  upload("1.0.0", 1);
  EXPECT_EQ((*node().versions.get(kProfile, SemVer::parse("1.0.0").value()))->author, "ada");
  const auto proof = done(person("ada"));
  EXPECT_EQ((*node().versions.get(kProfile, SemVer::parse("1.0.0").value()))->author,
            pseudonym(proof));
}

TEST_F(Erasing, a_deployment_that_runs_goes_on_without_the_name) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(3);
  const auto started = start("1.0.0", json::Object{{"type", "Direct"}});
  ASSERT_TRUE(started) << started.error().detail;
  done(person("ada"));
  for (int rounds = 0; rounds < 100 && state(started->id) != "Succeeded"; ++rounds) {
    pass(std::chrono::seconds(30));
    round();
  }
  EXPECT_EQ(state(started->id), "Succeeded");
  EXPECT_EQ(holding("ada"), "");
}

TEST_F(Erasing, nobody_erases_their_own_name) {
  EXPECT_EQ(refusal(person("root")), "erasure.own_name");
}

TEST_F(Erasing, is_for_admins_and_its_proofs_for_operators_too) {
  EXPECT_EQ(refusal(person("ada"), caller_with(Role::Operator, "eve")), "access.forbidden");
  EXPECT_TRUE(service().list(caller_with(Role::Operator, "eve"), {}));
  EXPECT_FALSE(service().list(caller_with(Role::Developer, "eve"), {}));
  EXPECT_FALSE(service().get(caller_with(Role::Viewer, "eve"), "x"));
}

TEST_F(Erasing, a_profile_that_nobody_ever_had_is_not_found) {
  EXPECT_EQ(refusal(profile()), "config.not_found");
}

TEST_F(Erasing, waits_for_the_deployment_of_a_profile_to_end) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(1);
  ASSERT_TRUE(start("1.0.0", json::Object{{"type", "Direct"}}));
  EXPECT_EQ(refusal(profile(true)), "deployment.already_active");
}

TEST_F(Erasing, instances_keep_a_profile_unless_it_is_forced) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(2);
  const auto started = start("1.0.0", json::Object{{"type", "Direct"}});
  ASSERT_TRUE(started);
  for (int rounds = 0; rounds < 100 && state(started->id) != "Succeeded"; ++rounds) {
    pass(std::chrono::seconds(30));
    round();
  }
  EXPECT_EQ(refusal(profile()), "config.in_use");
  const auto proof = done(profile(true));
  EXPECT_EQ(holding("pay.production"), "");
  EXPECT_EQ(proof.removed.at("versions"), 1U);
  EXPECT_EQ(proof.removed.at("deployments"), 1U);
  EXPECT_EQ(proof.removed.at("deployment_targets"), 2U);
  EXPECT_EQ(proof.removed.at("assignments"), 2U);
  EXPECT_GT(proof.removed.at("events"), 3U);
  EXPECT_EQ(archived_, std::vector<std::string>{"1.0.0"});
  EXPECT_EQ(memory_->profile(kProfile).error().reason, "config.not_found");
  EXPECT_TRUE(memory_->all_instances()->size() == 2);
  EXPECT_TRUE(node().audit.verify(kRoot));
}

TEST_F(Erasing, what_a_deleted_profile_left_behind_goes_too) {
  create_profile();
  upload("1.0.0", 1);
  ASSERT_TRUE(node().configs.remove(kAdmin, kProfile, false));
  EXPECT_NE(holding("pay.production"), "");
  done(profile());
  EXPECT_EQ(holding("pay.production"), "");
}

TEST_F(Erasing, a_dry_run_counts_and_changes_nothing) {
  create_profile();
  upload("1.0.0", 1);
  const auto audited = memory_->audit_after(0, 100)->size();
  const auto survey = service().survey(kRoot, person("ada"));
  ASSERT_TRUE(survey);
  EXPECT_TRUE(survey->complete);
  EXPECT_EQ(survey->rewritten.at("audit"), 2U);
  EXPECT_EQ(holding("ada"), "profiles versions events audit ");
  EXPECT_EQ(memory_->audit_after(0, 100)->size(), audited);
  EXPECT_TRUE(memory_->erasures({})->items.empty());
  const auto counted = service().survey(kRoot, profile());
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->removed.at("versions"), 1U);
  const auto proof = done(person("ada"));
  EXPECT_EQ(proof.rewritten, survey->rewritten);
}

TEST_F(Erasing, says_what_it_left_in_contents_and_longer_words) {
  create_profile();
  Upload with_name;
  with_name.number = SemVer::parse("1.0.0").value();
  with_name.data = json::Object{{"mail", "ada"}};
  ASSERT_TRUE(
      node().configs.upload(caller_with(Role::Admin, "ada.long"), kProfile, std::move(with_name)));
  const auto proof = done(person("ada"));
  EXPECT_EQ(proof.left.at("versions"), 1U);
  EXPECT_EQ(memory_->version(kProfile, SemVer::parse("1.0.0").value())->author, "ada.long");
}

TEST_F(Erasing, goes_on_where_a_failure_ended_it_under_the_same_pseudonym) {
  create_profile();
  for (int i = 0; i < 5; ++i) upload("1." + std::to_string(i) + ".0", i);
  std::set<std::string> ids;
  for (int nth = 1;; ++nth) {
    ASSERT_LT(nth, 100);
    nth % 2 == 0 ? store_.fail_before_commit(2) : store_.fail_after_commit(2);
    const auto erasure = service().erase(kRoot, profile());
    for (const auto& known : memory_->erasures({})->items) ids.insert(known.id);
    if (erasure && is_done(*erasure)) break;
    if (nth > 10) store_.fail_before_commit(0);
    if (nth > 10) store_.fail_after_commit(0);
  }
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(holding("pay.production"), "");
  EXPECT_TRUE(node().audit.verify(kRoot));
}

TEST_F(Erasing, of_two_at_once_one_is_told) {
  create_profile();
  auto late = memory_->erasures({});
  ASSERT_TRUE(done(person("eve")).rewritten.empty());
  auto stale = memory_->erasures({})->items.at(0);
  stale.revision -= 1;
  EXPECT_EQ(store_.commit({change::PutErasure{stale}}).error().reason, "erasure.overtaken");
}

}  // namespace
}  // namespace hotswap::testing
