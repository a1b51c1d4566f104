#include "unit/schema_compat/comparing.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::schema::testing {
namespace {

std::string example_of(const std::optional<json::Value>& example) {
  return example ? " " + json::write(*example) : std::string();
}

class Confirming {
 public:
  Confirming(const Schema& accepting, const Schema& refusing)
      : accepting_(accepting), refusing_(refusing) {}

  void operator()(Effect effect, const std::optional<json::Value>& example) const {
    ASSERT_EQ(effect == Effect::Breaking, example.has_value());
    if (!example) return;
    EXPECT_TRUE(accepting_.accepts(*example)) << json::write(*example);
    EXPECT_FALSE(refusing_.accepts(*example)) << json::write(*example);
  }

 private:
  const Schema& accepting_;
  const Schema& refusing_;
};

}  // namespace

json::Value parsed(std::string_view text) {
  auto value = json::parse(text, {.bytes = 64 << 20});
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : json::Value();
}

Comparison compared(std::string_view before, std::string_view after, Policy policy,
                    CompileOptions options) {
  const auto old_schema = parsed(before);
  const auto new_schema = parsed(after);
  auto comparison = compare({old_schema, options}, {new_schema, options}, policy);
  EXPECT_TRUE(comparison) << (comparison ? "" : comparison.error().detail);
  return comparison ? std::move(*comparison) : Comparison();
}

void expect_examples_to_confirm(std::string_view before, std::string_view after,
                                const Comparison& comparison, const CompileOptions& options) {
  const auto old_schema = Schema::compile(parsed(before), options);
  const auto new_schema = Schema::compile(parsed(after), options);
  ASSERT_TRUE(old_schema);
  ASSERT_TRUE(new_schema);
  const Confirming backward(**old_schema, **new_schema);
  const Confirming forward(**new_schema, **old_schema);
  backward(comparison.backward, comparison.backward_example);
  forward(comparison.forward, comparison.forward_example);
  for (const auto& change : comparison.changes) {
    backward(change.backward, change.backward_example);
    forward(change.forward, change.forward_example);
  }
}

std::string transcript(const Comparison& comparison) {
  std::string text;
  for (const auto& change : comparison.changes) {
    text += change.kind + " " + change.path + " " + change.where + "\n  " + change.reason + "\n";
    text += "  backward " + std::string(to_string(change.backward)) +
            example_of(change.backward_example) + "\n";
    text += "  forward " + std::string(to_string(change.forward)) +
            example_of(change.forward_example) + "\n";
  }
  text += "backward " + std::string(to_string(comparison.backward)) +
          example_of(comparison.backward_example) + "\n";
  text += "forward " + std::string(to_string(comparison.forward)) +
          example_of(comparison.forward_example) + "\n";
  return text;
}

}  // namespace hotswap::schema::testing
