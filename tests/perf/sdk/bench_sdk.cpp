// What reading a configuration costs, beside two yardsticks: a raw thread-local generation check
// (the least that any such scheme does) and std::atomic<std::shared_ptr> (what one would write by
// hand). Goals: typed read ≤ 20 ns, whole snapshot ≤ 3 ns, no slower per thread on two threads.

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "hotswap/bound.hpp"
#include "hotswap/client.hpp"
#include "hotswap/config.hpp"

namespace {
struct Section {
  int first = 0;
  int second = 0;
};
}  // namespace

template <>
inline constexpr auto hotswap::sdk::kFields<Section> = std::tuple{
    field("setting0", &Section::first),
    field("setting3", &Section::second),
};

namespace hotswap::sdk {
namespace {

/// 1,000 values in 100 sections, as in a large real file.
std::string thousand_keys() {
  std::string text = "{";
  for (int section = 0; section < 100; ++section) {
    if (section > 0) text += ',';
    text += "\"section" + std::to_string(section) + "\":{";
    for (int key = 0; key < 10; ++key) {
      if (key > 0) text += ',';
      text += "\"setting" + std::to_string(key) + "\":" + std::to_string(section * 10 + key);
    }
    text += '}';
  }
  return text + "}";
}

Config& config() {
  static auto kept = *Config::from_json(thousand_keys());
  return kept;
}

void TypedReadByPath(benchmark::State& state) {
  auto& from = config();
  for (auto _ : state) benchmark::DoNotOptimize(from.get_or<int>("section57.setting3", 0));
}
BENCHMARK(TypedReadByPath)->Threads(1)->Threads(2);

void TypedReadByKey(benchmark::State& state) {
  auto& from = config();
  constexpr Key<int> kKey{"section57.setting3"};
  for (auto _ : state) benchmark::DoNotOptimize(from.get_or(kKey, 0));
}
BENCHMARK(TypedReadByKey)->Threads(1)->Threads(2);

/// Another path each time: the caches see the whole index, not one line of it.
void TypedReadOfAllKeysInTurn(benchmark::State& state) {
  auto& from = config();
  std::vector<std::string> paths;
  for (int i = 0; i < 1000; ++i) {
    const int at = i * 387 % 1000;
    paths.push_back("section" + std::to_string(at / 10) + ".setting" + std::to_string(at % 10));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(from.get_or<int>(paths[next], 0));
    next = next + 1 == paths.size() ? 0 : next + 1;
  }
}
BENCHMARK(TypedReadOfAllKeysInTurn)->Threads(1)->Threads(2);

void WholeSnapshot(benchmark::State& state) {
  auto& from = config();
  for (auto _ : state) {
    const auto view = from.read();
    benchmark::DoNotOptimize(&*view);
  }
}
BENCHMARK(WholeSnapshot)->Threads(1)->Threads(2);

void BoundMember(benchmark::State& state) {
  static const Bound<Section> section(config(), "section57");
  for (auto _ : state) benchmark::DoNotOptimize(section->second);
}
BENCHMARK(BoundMember)->Threads(1)->Threads(2);

std::atomic<std::uint64_t> raw_generation{1};
thread_local std::uint64_t raw_seen = 1;
thread_local int raw_value = 7;

void YardstickRawGeneration(benchmark::State& state) {
  for (auto _ : state) {
    if (raw_generation.load(std::memory_order_acquire) != raw_seen) raw_value = 8;
    benchmark::DoNotOptimize(&raw_value);
  }
}
BENCHMARK(YardstickRawGeneration)->Threads(1)->Threads(2);

void YardstickAtomicSharedPtr(benchmark::State& state) {
  static std::atomic<std::shared_ptr<const int>> shared{std::make_shared<const int>(7)};
  for (auto _ : state) {
    const auto held = shared.load();
    benchmark::DoNotOptimize(held.get());
  }
}
BENCHMARK(YardstickAtomicSharedPtr)->Threads(1)->Threads(2);

void RecordOneRequest(benchmark::State& state) {
  static Client client{ClientOptions{}};  // never started: only counts
  std::chrono::nanoseconds latency{1'000'000};
  for (auto _ : state) {
    client.record(latency, true);
    latency += std::chrono::nanoseconds(997);
  }
}
BENCHMARK(RecordOneRequest)->Threads(1)->Threads(2);

}  // namespace
}  // namespace hotswap::sdk

BENCHMARK_MAIN();
