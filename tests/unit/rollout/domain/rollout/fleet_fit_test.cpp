#include "domain/rollout/fleet_fit.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

FleetFit some_fit() {
  FleetFit fit;
  fit.schema = "payments@1.2.0";
  fit.mismatch = "$.x: is not described";
  fit.accepting = 5;
  fit.unfit = 2;
  fit.unspoken = 1;
  fit.left_out = 2;
  fit.examples.push_back({InstanceId("i-1"), "payments@1.0.0", "$.pool: must not be above 10"});
  fit.rollback_safe = false;
  fit.rollback_risk = "1 target refuses 1.0.0";
  return fit;
}

TEST(FleetFit, ReadsBackAsItWasWritten) {
  for (const FleetFit& fit : {FleetFit{}, some_fit()})
    EXPECT_EQ(fleet_fit_from_json(to_json(fit)).value(), fit);
}

TEST(FleetFit, NamesEveryBadPlace) {
  auto value = to_json(some_fit());
  value.as_object()->set("unfit", -1);
  value.as_object()->erase("accepting");
  (*value.as_object()->find("examples")->as_array())[0].as_object()->erase("message");
  const auto read = fleet_fit_from_json(value);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "deployment.invalid");
  std::vector<std::string> paths;
  for (const FieldError& field : read.error().fields) paths.push_back(field.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"$.accepting", "$.unfit", "$.examples[0].message"}));
}

TEST(FleetFit, TheChoiceHasTwoWords) {
  for (const auto choice : {OnUnfit::Refuse, OnUnfit::Skip})
    EXPECT_EQ(on_unfit_from_string(to_string(choice)), choice);
  EXPECT_FALSE(on_unfit_from_string("ignore"));
}

}  // namespace
}  // namespace hotswap
