#include "infrastructure/prometheus/answer.hpp"

#include <gtest/gtest.h>

namespace hotswap::prometheus {
namespace {

std::string success(const std::string& kind, const std::string& result) {
  return R"({"status":"success","data":{"resultType":")" + kind + R"(","result":)" + result + "}}";
}

TEST(PrometheusAnswer, OneNumberIsTheAnswer) {
  EXPECT_EQ(*read_answer(200, success("scalar", R"([1700000000.5,"0.25"])")), 0.25);
  EXPECT_EQ(*read_answer(200, success("vector", R"([{"metric":{},"value":[1,"1e-3"]}])")), 0.001);
  EXPECT_EQ(*read_answer(200, success("vector", R"([{"metric":{"a":"b"},"value":[1,"-7"]}])")), -7);
}

TEST(PrometheusAnswer, EmptyAndNaNAreNoData) {
  const auto none = read_answer(200, success("vector", "[]"));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
  const auto nan = read_answer(200, success("vector", R"([{"metric":{},"value":[1,"NaN"]}])"));
  ASSERT_TRUE(nan);
  EXPECT_FALSE(nan->has_value());
}

TEST(PrometheusAnswer, WhatIsNotOneNumberSaysSo) {
  const auto refused = [](const std::string& kind, const std::string& result) {
    const auto answer = read_answer(200, success(kind, result));
    EXPECT_FALSE(answer);
    return answer ? std::string() : answer.error().reason + ": " + answer.error().detail;
  };
  EXPECT_TRUE(refused("vector", R"([{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"2"]}])")
                  .contains("metrics.not_one_number: The query answers 2 series"));
  EXPECT_TRUE(refused("matrix", "[]").contains("answers a matrix"));
  EXPECT_TRUE(refused("string", R"([1,"text"])").contains("answers a string"));
  EXPECT_TRUE(refused("vector", R"([{"metric":{},"value":[1,"+Inf"]}])").contains("+Inf"));
}

TEST(PrometheusAnswer, ARefusalIsToldInItsWords) {
  const auto answer = read_answer(
      400,
      R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5"})");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "metrics.refused");
  EXPECT_TRUE(answer.error().detail.contains("bad_data")) << answer.error().detail;
  EXPECT_TRUE(answer.error().detail.contains("1:5"));
}

TEST(PrometheusAnswer, WhatIsNotPrometheusIsUnreachable) {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {200, ""},
           {502, "<html>Bad Gateway</html>"},
           {401, R"({"message":"unauthorized"})"},
           {200, R"({"status":"success"})"},
           {200, R"({"status":"success","data":{"resultType":"scalar","result":"x"}})"},
           {200, success("scalar", R"([1,"12x"])")},
           {200, success("scalar", R"([1,""])")},
           {200, success("vector", R"([{"metric":{}}])")},
           {200, "[]"}}) {
    const auto answer = read_answer(status, body);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().reason, "metrics.unreachable") << body;
  }
}

}  // namespace
}  // namespace hotswap::prometheus
