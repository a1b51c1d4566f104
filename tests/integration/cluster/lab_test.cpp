#include <gtest/gtest.h>

#include "integration/cluster/lab/lab.hpp"

namespace hotswap::lab {
namespace {

TEST(Lab, starts) {
  Lab lab(false);
  const auto made = lab.api().post(
      "/api/v1/configs",
      json::Object{{"name", "a.production"}, {"serviceName", "a"}, {"environment", "Production"}});
  EXPECT_TRUE(made) << made.error().detail;
}

}  // namespace
}  // namespace hotswap::lab
