#pragma once
// Verdicts: on the whole by proof or by counter-example, and on each change by itself.

#include "domain/schema/compat/compare.hpp"
#include "domain/schema/compat/lens.hpp"
#include "domain/schema/compat/prover.hpp"
#include "domain/schema/compat/sampler.hpp"

namespace hotswap::schema::compat {

struct Verdict {
  Effect effect = Effect::Unknown;
  std::optional<json::Value> example;
};

/// One direction of a comparison.
class Judge {
 public:
  /// The engine's view of the two sides, which has the last word on examples.
  struct Engines {
    const Schema& accepts;
    const Schema& refuses;
  };

  Judge(const Lens& lens, Engines engines, Arena& arena);

  /// By proof only: Compatible or Unknown.
  [[nodiscard]] bool proven();
  /// The whole by a search for counter-examples.
  [[nodiscard]] Verdict search();
  /// One change by itself.
  [[nodiscard]] Verdict judge(const Finding& finding);
  /// As judge(), but without the search for an example: whether it is Compatible for sure.
  [[nodiscard]] bool harmless(const Finding& finding);

 private:
  [[nodiscard]] const Node& demand(const Finding& finding);
  [[nodiscard]] Values lifted(const Spot& spot, Values values);
  [[nodiscard]] Values in_parent(const Spot& spot, const Spot& parent, const json::Value& value);
  [[nodiscard]] Values plain_values(const Left& left);
  [[nodiscard]] std::optional<json::Value> confirmed(Values candidates, bool secrets);
  /// `expected`: the comparison's own evaluator is sure that the value is refused.
  [[nodiscard]] bool confirms(const json::Value& value, bool expected) const;
  [[nodiscard]] bool confirms_secret(const json::Value& value) const;

  const Lens& lens_;
  Engines engines_;
  Arena& arena_;
  Budget whole_budget_;
  Budget local_budget_;
  Budget sample_budget_;
  Prover whole_;
  Prover local_;
  Sampler sampler_;
  std::map<std::tuple<const Node*, const Node*, Demand, std::string>, const Node*> demands_;
};

}  // namespace hotswap::schema::compat
