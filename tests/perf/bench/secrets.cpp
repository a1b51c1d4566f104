// What it costs to keep the secrets of a version: seal them before the store, open them for
// delivery. The yardstick is the same document without secrets: written and hashed.

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/sealed.hpp"
#include "infrastructure/memory/memory_store.hpp"
#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"
#include "testing/sealing.hpp"

namespace hotswap::perf {
namespace {

constexpr int kSecrets = 5;
constexpr std::size_t kBytes = 1024;
constexpr int kRounds = 2001;
constexpr double kMicrosecondsAtMost = 50;

/// 1 KB, with secrets or the same texts in their places.
json::Value document(bool secret) {
  json::Object members;
  for (int i = 0; i < kSecrets; ++i) {
    const json::Value text("a-password-of-service-" + std::to_string(i));
    members.append("password" + std::to_string(i),
                   secret ? json::Value(json::Object{{"type", "secret"}, {"value", text}}) : text);
  }
  for (int i = 0; json::write(members).size() < kBytes; ++i)
    members.append("setting" + std::to_string(i), i);
  return members;
}

}  // namespace

Rows bench_secrets() {
  MemoryStore store;
  testing::Sealing sealing(store);
  const auto with = document(true), without = document(false);
  Version version;
  version.profile = ProfileName("bench.profile");
  version.number = SemVer(1, 0, 0);
  const auto sealed =
      median_microseconds(kRounds, [&] { must(sealing.sealer.seal(with, version), "seal"); });
  const auto opened = median_microseconds(
      kRounds, [&] { static_cast<void>(must(sealing.sealer.open(version), "open")); });
  std::size_t used = 0;
  const auto plain = median_microseconds(
      kRounds, [&] { used += json::write(without).size() + content_hash(without).size(); });
  if (used == 0) give_up("nothing was written");
  return {{.bench = "secrets",
           .what = "envelope encryption, 1 KB with 5 secrets",
           .value = sealed,
           .unit = "µs",
           .yardstick = "written and hashed without secrets",
           .measured = plain,
           .goal = Goal::ValueAtMost,
           .bound = kMicrosecondsAtMost},
          {.bench = "secrets", .what = "opened for delivery", .value = opened, .unit = "µs"}};
}

}  // namespace hotswap::perf
