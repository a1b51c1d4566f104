#include "apply_span.hpp"

#include <gtest/gtest.h>

namespace hotswap::sdk {
namespace {

constexpr auto kDeployment = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const Identity kIdentity{"pay.production", "1.2.0", 7, "hash"};

tracing::SpanId part() {
  return tracing::instance_span(tracing::parse_context(kDeployment)->span, "i-1", 7);
}

TEST(ApplySpans, StandBelowTheInstancesPartOfTheDeployment) {
  const ApplySpan begun({kIdentity, kDeployment, "i-1"}, "config.apply", true);
  const auto span = begun.end(false);
  ASSERT_TRUE(span);
  EXPECT_EQ(span->name, "config.apply");
  EXPECT_EQ(span->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(span->parent_id, part().hex());
  EXPECT_EQ(begun.traceparent(), "00-" + span->trace_id + "-" + span->span_id + "-01");
  EXPECT_LE(span->start, span->end);
  EXPECT_FALSE(span->failed);
  EXPECT_EQ(span->attributes[1], std::pair(std::string("hotswap.version"), std::string("1.2.0")));
}

TEST(ApplySpans, OfARefusalDoNotQuoteIt) {
  const auto span = ApplySpan({kIdentity, kDeployment, "i-1"}, "config.apply", true).end(true);
  ASSERT_TRUE(span);
  EXPECT_TRUE(span->failed);
  EXPECT_EQ(span->failure, "refused; the server shows why");
}

TEST(ApplySpans, NobodyWantsThenWorkBelongsToTheParent) {
  const ApplySpan begun({kIdentity, kDeployment, "i-1"}, "config.apply", false);
  EXPECT_FALSE(begun.end(false));
  EXPECT_EQ(begun.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-" + part().hex() + "-01");
}

TEST(ApplySpans, ThereAreNoneOfWhatIsNotRecordedOrHasNoTrace) {
  const std::string unsampled = std::string(kDeployment).replace(53, 2, "00");
  const ApplySpan quiet({kIdentity, unsampled, "i-1"}, "config.apply", true);
  EXPECT_FALSE(quiet.end(true));
  EXPECT_TRUE(quiet.traceparent().ends_with("-00"));
  const ApplySpan none({kIdentity, "nonsense", "i-1"}, "config.apply", true);
  EXPECT_FALSE(none.end(true));
  EXPECT_EQ(none.traceparent(), "");
}

}  // namespace
}  // namespace hotswap::sdk
