// Without a receiver, and in traces that are not recorded, nothing is allocated for spans.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "infrastructure/clock/system_clock.hpp"
#include "orchestrator/active_span.hpp"
#include "testing/memory_tracer.hpp"

namespace {
std::atomic<std::size_t> allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace hotswap {
namespace {

tracing::Context context(bool sampled) {
  auto made = *tracing::parse_context("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  made.sampled = sampled;
  return made;
}

std::size_t allocations_of_a_span(Tracer* tracer, const tracing::Context& parent) {
  const std::size_t before = allocations;
  {
    ActiveSpan span(tracer, parent, "config.version.upload and more than fits into a string");
    span.set("hotswap.profile", "a name that is longer than what a string holds by itself");
    span.outcome(Result<void>());
    EXPECT_EQ(span.context(), parent);
  }
  return allocations - before;
}

TEST(Costs, WithoutATracerThereAreNone) {
  EXPECT_EQ(allocations_of_a_span(nullptr, context(true)), 0u);
}

TEST(Costs, WhatIsNotSampledHasNoneEither) {
  const SystemClock clock;
  testing::MemoryTracer tracer(clock);
  EXPECT_EQ(allocations_of_a_span(&tracer, context(false)), 0u);
  const auto recorded = context(true);
  const std::size_t before = allocations;
  {
    const ActiveSpan span(&tracer, recorded, "config.version.upload and more than fits");
  }
  EXPECT_GT(allocations, before) << "the count counts";
  EXPECT_EQ(tracer.spans().size(), 1u);
}

}  // namespace
}  // namespace hotswap
