#include <gtest/gtest.h>

#include "domain/secret/allowed_references.hpp"

namespace hotswap {
namespace {

bool allows(std::string_view rules, const std::string& reference,
            const ReferenceScope& scope = {"pay.production", "payments", "Production"}) {
  const auto allowed = AllowedReferences::read(rules);
  const auto parsed = parse_secret_reference(reference);
  EXPECT_TRUE(allowed && parsed) << rules << ' ' << reference;
  return allowed->allow(*parsed, scope);
}

TEST(AllowedReferences, no_list_allows_all) { EXPECT_TRUE(allows("", "vault:secret/data/x#a")); }

TEST(AllowedReferences, only_what_is_listed_may_be_referred_to) {
  const auto* rules = "vault:secret/data/hotswap/*,k8s:payments/db";
  EXPECT_TRUE(allows(rules, "vault:secret/data/hotswap/app#a"));
  EXPECT_TRUE(allows(rules, "vault:secret/data/hotswap/app?version=2#a"));
  EXPECT_TRUE(allows(rules, "k8s:payments/db#a"));
  for (const auto* refused :
       {"vault:secret/data/other#a", "vault:secret/data/hotswap#a", "k8s:payments/db2#a",
        "vault:secret/data/hotswap/../other#a", "k8s:secret/data/hotswap/app#a"})
    EXPECT_FALSE(allows(rules, refused)) << refused;
}

TEST(AllowedReferences, a_document_gets_what_is_its_services_own) {
  const auto* rules = "vault:secret/data/{environment}/{service}/*,k8s:{service}/{profile}";
  EXPECT_TRUE(allows(rules, "vault:secret/data/Production/payments/db#a"));
  EXPECT_TRUE(allows(rules, "k8s:payments/pay.production#a"));
  EXPECT_FALSE(allows(rules, "vault:secret/data/Production/orders/db#a"));
  EXPECT_FALSE(allows(rules, "vault:secret/data/Staging/payments/db#a"));
  EXPECT_FALSE(allows(rules, "vault:secret/data/Production/payments2/db#a"));
}

TEST(AllowedReferences, no_name_of_a_service_widens_a_rule) {
  const auto* rules = "vault:secret/data/{service}/*";
  for (const auto* name : {"", "*", "a/b", "..", "{profile}", "a#b", "a?b"})
    EXPECT_FALSE(allows(rules, std::string("vault:secret/data/orders/db#a"), {"p", name, "e"}))
        << name;
  EXPECT_FALSE(allows(rules, "vault:secret/data/../sys/x#a", {"p", "..", "e"}));
}

TEST(AllowedReferences, other_rules_are_refused) {
  for (const auto* bad : {"vault", ":x", "vault:a*b", "vault:a#k", "vault:a,,", "vault:{name}/*",
                          "vault:{service/*", "vault:service}/*"})
    EXPECT_FALSE(AllowedReferences::read(bad)) << bad;
}

}  // namespace
}  // namespace hotswap
