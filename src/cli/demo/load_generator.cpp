#include "cli/demo/load_generator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/demo/keep_alive.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(3000);

}  // namespace

LoadGenerator::LoadGenerator(std::vector<LoadTarget> targets, int per_second)
    : targets_(std::move(targets)),
      every_(std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(kConnections)) /
             per_second) {
  const auto lanes = targets_.size() * kConnections;
  for (std::size_t i = 0; i < targets_.size(); ++i) lanes_.push_back(std::make_unique<Lane>());
  for (std::size_t i = 0; i < lanes; ++i) {
    const auto offset = every_ * static_cast<int>(i) / static_cast<int>(lanes);
    threads_.emplace_back([this, i, offset](const std::stop_token& stop) {
      drive(stop, i % targets_.size(), offset);
    });
  }
}

LoadGenerator::~LoadGenerator() {
  for (auto& thread : threads_) thread.request_stop();
}

void LoadGenerator::drive(const std::stop_token& stop, std::size_t target, Clock::duration offset) {
  KeepAlive connection(targets_[target].port, kPatience);
  auto next = Clock::now() + offset;
  for (std::size_t number = 1; !stop.stop_requested(); ++number) {
    std::this_thread::sleep_until(next);
    const auto start = Clock::now();
    const auto answer = connection.request(
        "POST", "/pay",
        fmt::format(R"({{"amount":{},"currency":"EUR","card":"4242"}})", 5 + number % 95));
    const auto end = Clock::now();
    const auto took = std::chrono::duration<double, std::milli>(end - start).count();
    note(*lanes_[target], {end, took, answer.status != 0 && answer.status < 500});
    // A slow answer delays the next call instead of piling calls up.
    next = std::max(next + every_, end);
  }
}

void LoadGenerator::note(Lane& lane, Call call) {
  const std::lock_guard lock(lane.mutex);
  ++lane.requests;
  lane.failures += call.ok ? 0 : 1;
  lane.calls.push_back(call);
  while (lane.calls.front().at < call.at - kKept) lane.calls.pop_front();
}

LoadFigures LoadGenerator::recent(std::chrono::milliseconds span) const {
  LoadFigures out;
  std::vector<double> times;
  const auto from = Clock::now() - span;
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    for (const auto& call : lane->calls) {
      if (call.at < from) continue;
      ++out.requests;
      out.failures += call.ok ? 0 : 1;
      times.push_back(call.milliseconds);
    }
  }
  if (times.empty()) return out;
  const auto at = times.begin() + static_cast<std::ptrdiff_t>((times.size() - 1) * 99 / 100);
  std::ranges::nth_element(times, at);
  out.p99 = *at;
  return out;
}

std::vector<std::size_t> LoadGenerator::failures() const {
  std::vector<std::size_t> out;
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    out.push_back(lane->failures);
  }
  return out;
}

std::size_t LoadGenerator::requests() const {
  std::size_t out = 0;
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    out += lane->requests;
  }
  return out;
}

}  // namespace hotswap::cli
