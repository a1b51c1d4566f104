#include "domain/prometheus/selector.hpp"

#include <gtest/gtest.h>

namespace hotswap::prometheus {
namespace {

bool takes(std::string_view selector, const Labels& labels) {
  const auto parsed = Selector::parse(selector);
  EXPECT_TRUE(parsed) << parsed.error().detail;
  return parsed && parsed->takes(labels);
}

TEST(Selector, ANameAloneTakesEveryLabel) {
  EXPECT_EQ(Selector::parse("http_requests_total")->name(), "http_requests_total");
  EXPECT_TRUE(takes("http_requests_total", {{"code", "500"}}));
  EXPECT_TRUE(takes("ns:rule:rate5m{}", {}));
}

TEST(Selector, ComparesAsPromQLDoes) {
  EXPECT_TRUE(takes(R"(x{code=~"5.."})", {{"code", "503"}}));
  EXPECT_FALSE(takes(R"(x{code=~"5.."})", {{"code", "5033"}})) << "the whole value must match";
  EXPECT_FALSE(takes(R"(x{code=~"50|40"})", {{"code", "503"}}));
  EXPECT_TRUE(takes(R"(x{code!~"5..", method="GET"})", {{"code", "200"}, {"method", "GET"}}));
  EXPECT_FALSE(takes(R"(x{code!~"5..", method="GET"})", {{"code", "200"}, {"method", "PUT"}}));
  EXPECT_TRUE(takes(R"(x{method!="PUT"})", {}));
  EXPECT_TRUE(takes(R"(x{method=""})", {})) << "a label that is not there is empty";
  EXPECT_TRUE(takes(R"(x{path=~"/api/v\\d+"})", {{"path", "/api/v2"}}));
}

TEST(Selector, SaysWhatIsWrong) {
  for (const auto* text : {"", "{code=\"5\"}", "x{", "x{code}", "x{code=5}", "x{code=\"5}",
                           "x{code=~\"(\"}", "x} 1", "x y", "x{a=\"b\" c=\"d\"}", "x{a==\"b\"}"}) {
    const auto parsed = Selector::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().reason, "selector.invalid");
    EXPECT_TRUE(parsed.error().detail.contains("is no selector")) << parsed.error().detail;
  }
}

}  // namespace
}  // namespace hotswap::prometheus
