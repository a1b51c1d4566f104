#include "domain/trace/context.hpp"

#include <gtest/gtest.h>

namespace hotswap::tracing {
namespace {

// https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers
constexpr auto kPublished = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Context, ThePublishedExampleIsReadAndWrittenAgain) {
  const auto context = parse_context(kPublished, "congo=t61rcWkgMzE");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace.hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span.hex(), "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(context->state, "congo=t61rcWkgMzE");
  EXPECT_EQ(traceparent(*context), kPublished);
}

TEST(Context, OtherFlagsThanSampledAreNotPassedOn) {
  const auto context = parse_context("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe");
  ASSERT_TRUE(context);
  EXPECT_FALSE(context->sampled);
  EXPECT_TRUE(traceparent(*context).ends_with("-00"));
}

TEST(Context, ALaterVersionMayAppendFields) {
  const auto later =
      parse_context("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later");
  ASSERT_TRUE(later);
  EXPECT_TRUE(traceparent(*later).starts_with("00-")) << "what we write is our version";
}

TEST(Context, WhatIsIllFormedIsAsIfItWereNotThere) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736", span = "00f067aa0ba902b7";
  for (const auto& bad : {std::string(), std::string("00-xyz"), "ff-" + trace + "-" + span + "-01",
                          "00-" + std::string(32, '0') + "-" + span + "-01",
                          "00-" + trace + "-" + std::string(16, '0') + "-01",
                          "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + span + "-01",
                          "00-" + trace + "-" + span + "-01-more",
                          "00-" + trace + "-" + span + "-0g", "00_" + trace + "-" + span + "-01",
                          "cc-" + trace + "-" + span + "-01.x", "00-" + trace + "-" + span + "-1"})
    EXPECT_FALSE(parse_context(bad)) << bad;
}

TEST(Context, AStateThatNoHeaderMayHoldIsLeftOut) {
  for (const auto& bad : {std::string(513, 'a'), std::string("a=b\r\nX: y"), std::string("a=\x80")})
    EXPECT_EQ(parse_context(kPublished, bad)->state, "");
}

TEST(DerivedIds, AreTheSameEverywhereAndDifferWithEveryWord) {
  const SpanId base = *span_id_from_hex("00f067aa0ba902b7");
  EXPECT_EQ(derived(base, {"a", "b"}), derived(base, {"a", "b"}));
  const std::vector<SpanId> all = {derived(base, {"a", "b"}),     derived(base, {"ab"}),
                                   derived(base, {"a", "", "b"}), derived({}, {"a", "b"}),
                                   instance_span(base, "i", 1),   instance_span(base, "i", 2),
                                   instance_span(base, "j", 1)};
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
  // Written down: instances of other versions must find the same.
  EXPECT_EQ(instance_span(base, "6f1c9a52-8f3d-4b7e-9d61-0a2b3c4d5e6f", 7).hex(),
            "df29f5601bf4df52");
}

TEST(Sampler, ThePartOfTracesIsChosenByTheirIdsAlone) {
  TraceId low, high;
  low.bytes[15] = 1;
  high.bytes.fill(0xff);
  const Sampler half{.ratio = 0.5};
  EXPECT_TRUE(half.samples(low, {}));
  EXPECT_FALSE(half.samples(high, {}));
  EXPECT_TRUE(Sampler{.ratio = 1}.samples(high, {}));
  EXPECT_FALSE(Sampler{.ratio = 0}.samples(low, {}));
}

TEST(Sampler, OfManyTracesItTakesItsPart) {
  const Sampler tenth{.ratio = 0.1};
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    TraceId id;
    const auto one = derived({}, {std::to_string(i)});
    std::copy(one.bytes.begin(), one.bytes.end(), id.bytes.begin() + 8);
    if (tenth.samples(id, {})) ++taken;
  }
  EXPECT_GT(taken, 800);
  EXPECT_LT(taken, 1200);
}

TEST(Sampler, TheParentDecidesUnlessItIsNotToBeFollowed) {
  TraceId id;
  id.bytes[15] = 1;
  EXPECT_FALSE(Sampler{.ratio = 1}.samples(id, false));
  EXPECT_TRUE(Sampler{.ratio = 0}.samples(id, true));
  const Sampler alone{.ratio = 1, .follows_parent = false};
  EXPECT_TRUE(alone.samples(id, false));
}

}  // namespace
}  // namespace hotswap::tracing
