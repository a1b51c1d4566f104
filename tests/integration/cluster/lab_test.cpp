#include <gtest/gtest.h>

#include "e2e/support/wait.hpp"
#include "integration/cluster/fleet/fleet.hpp"
#include "integration/cluster/lab/lab.hpp"
#include "cli/answer.hpp"
#include "domain/json/write.hpp"
#include <fstream>

namespace hotswap::lab {
namespace {
using namespace std::chrono_literals;

TEST(Lab, starts) {
  Lab lab(false);
  const auto made = lab.api().post(
      "/api/v1/configs",
      json::Object{{"name", "a.production"}, {"serviceName", "a"}, {"environment", "Production"}});
  EXPECT_TRUE(made) << made.error().detail;
  fleet::Fleet fleet({lab.urls(), lab.token(), "a", 300});
  EXPECT_TRUE(e2e::eventually([&]{return fleet.connected()==300;}, 30s)) << fleet.connected();
  const auto v = lab.api().post("/api/v1/configs/a.production/versions", json::Object{{"version","1.0.0"},{"data",json::Object{{"a",1}}}});
  EXPECT_TRUE(v) << v.error().detail;
  const auto d = lab.api().post("/api/v1/deployments", json::Object{{"configName","a.production"},{"configVersion","1.0.0"},{"strategy",json::Object{{"type","Canary"},{"phases",json::Array{10,50,100}},{"phaseInterval","PT1S"},{"healthCheckEnabled",false}}}});
  ASSERT_TRUE(d) << d.error().detail;
  EXPECT_TRUE(e2e::eventually([&]{return fleet.running("a.production","1.0.0")==300;}, 60s)) << fleet.running("a.production","1.0.0");
  for (auto& b : fleet.breaches()) ADD_FAILURE() << b;
  e2e::eventually([&]{ auto s= lab.api().get("/api/v1/deployments/"+cli::text_at(*d,"id")); return s && cli::text_at(*s,"state")=="Succeeded";});
  auto ev=lab.api().list("/api/v1/deployments/"+cli::text_at(*d,"id")+"/events",1000);
  std::ofstream o("/tmp/lab_events.txt"); for(auto&e:*ev) o<<json::write(e)<<"\n";
  o << lab.owner().has_value() << "\n" << lab.node(0).log();
}

}  // namespace
}  // namespace hotswap::lab
