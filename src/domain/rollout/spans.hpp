#pragma once
// A deployment as a trace. Every id is derived from the deployment's own, so that whatever node
// drives it tells of the same spans, and instances find theirs, with nothing stored:
//
//   config.deploy                       from its creation to its end
//     config.deploy.step                a phase of a step
//     config.deploy.instance            from a target's assignment to its answer
//       config.push                     until the instance was first heard of it
//     config.health.check               while its health was judged
//     config.complete | config.rollback
//       config.deploy.instance          sent back to what it ran before

#include "domain/rollout/decide.hpp"
#include "domain/trace/span.hpp"

namespace hotswap {

/// What Deployment::request keeps under `trace`: the request that started it, if it was sampled.
void remember_trace(json::Object& request, const tracing::Context& caller);

/// The root span. Sampled if its start was, and from its failure on in any case.
[[nodiscard]] tracing::Context root_context(const Deployment& deployment);
/// Of the span that an instance's answers to this generation are part of.
[[nodiscard]] tracing::Context instance_context(const Deployment& deployment,
                                                const InstanceId& instance,
                                                std::uint64_t generation);
/// Whether this deployment told anybody to take this generation.
[[nodiscard]] bool has_assigned(const Deployment& deployment, std::uint64_t generation);

/// One saved decision.
struct TracedStep {
  const Deployment& before;
  const Deployment& after;
  const std::vector<std::size_t>& changed_targets;
  const std::vector<Effect>& effects;
  WallTime now{};            ///< of the decision
  tracing::Instant saved{};  ///< when it was in the store
  bool reverts = false;      ///< it had ended before: its root has been told of
};
/// The spans that end with it; none of an unsampled deployment that has not failed.
[[nodiscard]] std::vector<tracing::Span> ended_spans(const TracedStep& step);

/// Another node goes on with it, or the same one after a restart: at `now`, linked to the span that
/// it was in.
[[nodiscard]] std::optional<tracing::Span> takeover_span(const Deployment& deployment,
                                                         tracing::SpanId id, tracing::Instant now);

/// The root of one that never ran: refused, or a dry run.
[[nodiscard]] tracing::Span unstarted_span(const Deployment& deployment, const Error* refused,
                                           tracing::Instant now);

}  // namespace hotswap
