// References as somebody writes them who wants something else than a secret of the KV engine.
#include <gtest/gtest.h>

#include "domain/secret/reference.hpp"
#include "infrastructure/kubernetes/place.hpp"
#include "infrastructure/vault/path.hpp"

namespace hotswap {
namespace {

/// What Vault would be asked for, or nothing if the reference is refused.
std::string asked(const std::string& reference) {
  const auto parsed = parse_secret_reference(reference);
  if (!parsed) return {};
  const auto path = vault::read_kv_path(parsed->path);
  return path ? vault::request_path({path->segments.front(), 2}, *path) : std::string();
}

TEST(HostileReferences, lead_nowhere_but_down_from_their_mount) {
  for (const auto* reference :
       {"vault:../sys/seal-status#sealed", "vault:secret/../sys/mounts#a",
        "vault:secret/data/../../sys/health#a", "vault:./secret/a#b", "vault:secret/./a#b",
        "vault:secret/a/..#b", "vault:secret//a#b", "vault:/secret/a#b", "vault:secret/a/#b",
        "vault://secret/a#b", "vault:secret#b", "vault:secret/..", "vault:secret/a.#b",
        "vault:secret/a..#b"})
    EXPECT_EQ(asked(reference), "") << reference;
}

TEST(HostileReferences, hide_nothing_behind_an_encoding) {
  for (const auto* reference :
       {"vault:secret/%2e%2e/sys/mounts#a", "vault:secret/%252e%252e/sys#a", "vault:secret%2fa#b",
        "vault:secret/a%00#b", "vault:secret/%u002e%u002e/a#b",
        "vault:secret/a%0d%0aX-Vault-Token:%20x#b", "vault:secret\\..\\sys\\a#b"})
    EXPECT_EQ(asked(reference), "") << reference;
  // These are names like any other, and stay one.
  EXPECT_EQ(asked("vault:secret/\u2025/\uff0e\uff0e/a#b"),
            "secret/data/%E2%80%A5/%EF%BC%8E%EF%BC%8E/a");
}

TEST(HostileReferences, bring_no_query_no_fragment_and_no_line_of_their_own) {
  for (const auto* reference :
       {"vault:secret/a?list=true#b", "vault:secret/a?version=1&x=y#b", "vault:secret/a?#b",
        "vault:secret/a?version=1?version=2#b", "vault:secret/a\r\nX-Vault-Token: root\r\n#b",
        "vault:secret/a\n#b", "vault:secret/a\t#b", "vault:secret/a\x7f#b", "vault:secret/a\x1b#b"})
    EXPECT_EQ(asked(reference), "") << reference;
  EXPECT_EQ(asked(std::string("vault:secret/a\0b#c", 18)), "");
  EXPECT_EQ(asked("vault:secret/a#b#c"), "secret/data/a") << "the rest is the key's name";
}

TEST(HostileReferences, reach_none_of_vaults_own_parts) {
  for (const auto* reference :
       {"vault:sys/data/raw#a", "vault:sys/health#a", "vault:auth/token/lookup-self#id",
        "vault:identity/data/x#a", "vault:cubbyhole/response#a", "vault:auth/data/x#a"})
    EXPECT_EQ(asked(reference), "") << reference;
}

TEST(HostileReferences, that_are_no_utf8_or_endless_are_refused) {
  EXPECT_EQ(asked("vault:secret/\xff\xfe#b"), "");
  EXPECT_EQ(asked("vault:secret/\xc0\xae\xc0\xae/sys#b"), "") << "an overlong .. is no text";
  EXPECT_EQ(asked("vault:secret/\xed\xa0\x80#b"), "");
  EXPECT_EQ(asked("vault:secret/" + std::string(2000, 'a') + "#b"), "");
  std::string deep = "vault:secret";
  for (int i = 0; i < 100; ++i) deep += "/a";
  EXPECT_EQ(asked(deep + "#b"), "");
}

TEST(HostileReferences, every_byte_in_a_path_is_refused_or_stays_in_its_segment) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string path =
        asked("vault:secret/x" + std::string(1, static_cast<char>(byte)) + "y#k");
    if (path.empty()) continue;
    EXPECT_TRUE(path.starts_with("secret/data/x")) << byte;
    EXPECT_EQ(path.find_first_of("?#\\ \r\n\t"), std::string::npos) << byte;
  }
}

TEST(HostileReferences, to_kubernetes_stay_in_their_namespace) {
  for (const auto* reference :
       {"k8s:a/../../kube-system/secrets/x#k", "k8s:a/b/../c#k", "k8s:../b#k", "k8s:a/b?watch=1#k",
        "k8s:a/b%2f..%2fc#k", "k8s:a/b\n#k", "k8s:A/b#k", "k8s:a/b\u3002c#k", "k8s:a/b/status#k",
        "k8s:a/b#../../k", "k8s:a/b#k\r\n", "k8s:/b#k", "k8s:a/#k", "k8s:a#k"}) {
    const auto parsed = parse_secret_reference(reference);
    EXPECT_FALSE(parsed && kubernetes::read_place(*parsed)) << reference;
  }
}

TEST(HostileReferences, are_never_shown_in_their_refusals) {
  for (const auto* reference : {"vault:canary/../x#y", "vault:canary%2f#y", "k8s:CANARY/x#y"}) {
    const auto parsed = parse_secret_reference(reference);
    ASSERT_TRUE(parsed) << reference;
    const auto path = vault::read_kv_path(parsed->path);
    const auto place = kubernetes::read_place(*parsed);
    if (!path) EXPECT_FALSE(path.error().detail.contains("canary")) << path.error().detail;
    if (!place) EXPECT_FALSE(place.error().detail.contains("CANARY")) << place.error().detail;
  }
}

}  // namespace
}  // namespace hotswap
