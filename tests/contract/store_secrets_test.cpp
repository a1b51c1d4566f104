// What secrets ask of a store: wrapped keys beside versions, and revisions of references.
#include "contract/store_fixture.hpp"

namespace hotswap::contract {
namespace {

const WrappedKey kOld{"local:1", std::string("\0\xff key", 6)};
const WrappedKey kNew{"local:2", "another"};

class StoreSecrets : public StoreContract {
 protected:
  StoreSecrets() { put({change::InsertProfile{sample_profile()}}); }

  [[nodiscard]] Version version_with(const std::string& number, const WrappedKey& key) const {
    auto version = sample_version(kProfile.str(), number);
    version.content = R"({"k":{"type":"secret","sealed":"AAAA","fingerprint":"f"}})";
    version.size = version.content.size();
    version.key = key;
    return version;
  }
  [[nodiscard]] Version plain_version(const std::string& number) const {
    auto version = sample_version(kProfile.str(), number);
    version.content = R"({"k":{"value":"canary","type":"secret"}})";
    version.size = version.content.size();
    return version;
  }
  [[nodiscard]] change::SealVersion sealing(const std::string& number) const {
    return {
        {kProfile, ver(number)}, plain_version(number).hash, "{\"sealed\":1}", "new-hash", kNew};
  }
  [[nodiscard]] std::string plain(const VersionName& after = {}, bool archived = true,
                                  std::size_t limit = 100) {
    std::string found;
    const auto names = store().maybe_plain(after, archived, limit);
    EXPECT_TRUE(names) << names.error().internal;
    for (const auto& [profile, number] : *names) found += profile.str() + ' ' + number.str() + ';';
    return found;
  }

  const ProfileName kProfile = sample_profile().name;
};
HS_STORE_CONTRACT(StoreSecrets);

TEST_P(StoreSecrets, a_versions_key_is_read_as_it_was_stored) {
  put({change::InsertVersion{version_with("1.0.0", kOld)},
       change::InsertVersion{sample_version(kProfile.str(), "1.1.0")}});
  expect_same(store().version(kProfile, ver("1.0.0")).value(), version_with("1.0.0", kOld));
  EXPECT_EQ(store().listed_version(kProfile, ver("1.0.0"))->key, kOld);
  EXPECT_EQ(store().versions(kProfile, {})->items[1].key, kOld);
  EXPECT_TRUE(store().version(kProfile, ver("1.1.0"))->key.empty());
}

TEST_P(StoreSecrets, a_key_of_the_store_is_put_where_it_was_seen) {
  EXPECT_FALSE(store().secret_key("fingerprint").value());
  put({change::PutSecretKey{"fingerprint", kOld}});
  EXPECT_EQ(store().secret_key("fingerprint").value(), kOld);
  refused({change::PutSecretKey{"fingerprint", kNew}}, ErrorCode::Conflict, "secret.key_changed");
  refused({change::PutSecretKey{"fingerprint", kNew, kNew}}, ErrorCode::Conflict,
          "secret.key_changed");
  refused({change::PutSecretKey{"other", kNew, kOld}}, ErrorCode::Conflict, "secret.key_changed");
  put({change::PutSecretKey{"fingerprint", kNew, kOld}});
  EXPECT_EQ(store().secret_key("fingerprint").value(), kNew);
}

TEST_P(StoreSecrets, keys_are_wrapped_anew_where_they_are_still_the_same) {
  put({change::InsertVersion{version_with("1.0.0", kOld)},
       change::InsertVersion{version_with("1.1.0", kNew)},
       change::InsertVersion{sample_version(kProfile.str(), "1.2.0")}});
  const auto found = store().versions_not_under(kNew.key_id, 10).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].version, VersionName(kProfile, ver("1.0.0")));
  EXPECT_EQ(found[0].key, kOld);
  put({change::RewrapVersions{{{{kProfile, ver("1.0.0")}, kOld, kNew},
                               {{kProfile, ver("1.1.0")}, kOld, {"local:3", "x"}},
                               {{kProfile, ver("9.9.9")}, kOld, kNew}}}});
  EXPECT_EQ(store().version(kProfile, ver("1.0.0"))->key, kNew);
  EXPECT_EQ(store().version(kProfile, ver("1.1.0"))->key, kNew) << "it was another key already";
  EXPECT_TRUE(store().versions_not_under(kNew.key_id, 10)->empty());
  EXPECT_EQ(store().versions_not_under("local:9", 1)->size(), 1U) << "no more than asked for";
}

TEST_P(StoreSecrets, archived_versions_are_wrapped_anew_as_well_and_keep_their_place) {
  put({change::InsertVersion{version_with("1.0.0", kOld)}});
  const auto hash = version_with("1.0.0", kOld).hash;
  put({change::ArchiveVersions{kProfile, {{ver("1.0.0"), hash, {"versions/p/x", 0}}}}});
  put({change::RewrapVersions{{{{kProfile, ver("1.0.0")}, kOld, kNew}}}});
  const auto listed = store().listed_version(kProfile, ver("1.0.0")).value();
  EXPECT_EQ(listed.key, kNew);
  EXPECT_TRUE(listed.archived);
}

TEST_P(StoreSecrets, the_use_of_keys_is_counted) {
  put({change::InsertVersion{version_with("1.0.0", kOld)},
       change::InsertVersion{version_with("1.1.0", kNew)},
       change::InsertVersion{version_with("1.2.0", kNew)},
       change::InsertVersion{sample_version(kProfile.str(), "1.3.0")},
       change::PutSecretKey{"fingerprint", kOld}, change::PutSecretKey{"archive-sealed", {}},
       change::PutSecretKey{"rotation", {"local:3", "{}"}}});
  EXPECT_EQ(store().key_use().value(),
            (std::map<std::string, std::uint64_t>{{"local:1", 2}, {"local:2", 2}}));
}

TEST_P(StoreSecrets, what_may_be_plain_is_found_page_by_page) {
  put({change::InsertProfile{sample_profile("other")},
       change::InsertVersion{plain_version("1.0.0")}, change::InsertVersion{plain_version("1.1.0")},
       change::InsertVersion{version_with("1.2.0", kOld)},
       change::InsertVersion{sample_version(kProfile.str(), "1.3.0")},
       change::InsertVersion{sample_version("other", "1.0.0")}});
  EXPECT_EQ(plain(), "payments.production 1.0.0;payments.production 1.1.0;");
  EXPECT_EQ(plain({}, true, 1), "payments.production 1.0.0;");
  EXPECT_EQ(plain({kProfile, ver("1.0.0")}), "payments.production 1.1.0;");
  EXPECT_EQ(plain({kProfile, ver("1.1.0")}), "");
  const auto hash = sample_version("other", "1.0.0").hash;
  put({change::ArchiveVersions{ProfileName("other"), {{ver("1.0.0"), hash, {"x", 0}}}}});
  EXPECT_EQ(plain({}, true, 1), "other 1.0.0;") << "nobody knows what lies in the archive";
  EXPECT_EQ(plain({}, false, 1), "payments.production 1.0.0;");
}

TEST_P(StoreSecrets, sealing_a_version_renames_its_hash_everywhere) {
  const auto old = plain_version("1.0.0");
  auto assigned = sample_assignment("i-1", kProfile.str());
  assigned.active = Assignment::Slot{ver("1.0.0"), old.hash, 3};
  assigned.staged = Assignment::Slot{ver("1.1.0"), old.hash, 4};
  auto seen = sample_observation("i-1", kProfile.str());
  seen.version = ver("1.0.0");
  seen.hash = old.hash;
  auto deployment = sample_deployment("d-1");
  deployment.version = ver("1.0.0");
  deployment.hash = old.hash;
  put({change::InsertVersion{old}, change::PutInstance{sample_instance("i-1")},
       change::PutAssignments{{assigned}}, change::PutObservations{{seen}},
       change::InsertDeployment{deployment}});
  put({change::ArchiveVersions{kProfile, {{ver("1.0.0"), old.hash, {"x", 0}}}}});
  put({sealing("1.0.0")});

  const auto sealed = store().version(kProfile, ver("1.0.0")).value();
  EXPECT_EQ(sealed.content, "{\"sealed\":1}");
  EXPECT_EQ(sealed.size, sealed.content.size());
  EXPECT_EQ(sealed.hash, "new-hash");
  EXPECT_EQ(sealed.key, kNew);
  EXPECT_FALSE(sealed.archived);
  const auto assignments = store().assignments_of(kProfile).value();
  EXPECT_EQ(assignments[0].active->hash, "new-hash");
  EXPECT_EQ(assignments[0].active->generation, 3U);
  EXPECT_EQ(assignments[0].staged->hash, old.hash) << "of another version";
  EXPECT_EQ(store().observations_of(kProfile)->front().hash, "new-hash");
  EXPECT_EQ(store().deployment(DeploymentId("d-1"))->hash, "new-hash");
}

TEST_P(StoreSecrets, a_version_is_sealed_once) {
  put({change::InsertVersion{plain_version("1.0.0")}});
  refused({sealing("1.1.0")}, ErrorCode::NotFound, "version.not_found");
  auto other = sealing("1.0.0");
  other.was = "another";
  refused({other}, ErrorCode::Conflict, "version.changed");
  put({sealing("1.0.0")});
  refused({sealing("1.0.0")}, ErrorCode::Conflict, "version.changed");
  auto again = sealing("1.0.0");
  again.was = "new-hash";
  refused({again}, ErrorCode::Conflict, "version.changed");
}

TEST_P(StoreSecrets, a_references_revision_grows_with_each_value_that_was_seen) {
  EXPECT_FALSE(store().secret_reference("vault:a#b").value());
  put({change::PutSecretReference{{"vault:a#b", "f1", 0}}});
  EXPECT_EQ(store().secret_reference("vault:a#b").value(),
            (SecretReferenceState{"vault:a#b", "f1", 1}));
  refused({change::PutSecretReference{{"vault:a#b", "f2", 0}}}, ErrorCode::Conflict,
          "secret.reference_changed");
  put({change::PutSecretReference{{"vault:a#b", "f2", 1}}});
  refused({change::PutSecretReference{{"vault:a#b", "f3", 1}}}, ErrorCode::Conflict,
          "secret.reference_changed");
  EXPECT_EQ(store().secret_reference("vault:a#b")->value().revision, 2U);
  EXPECT_FALSE(store().secret_reference("vault:a").value());
}

TEST_P(StoreSecrets, a_deleted_profile_takes_its_keys_along) {
  put({change::InsertVersion{version_with("1.0.0", kOld)}});
  put({change::DeleteProfile{kProfile}});
  EXPECT_TRUE(store().key_use()->empty());
}

}  // namespace
}  // namespace hotswap::contract
