#include "domain/rollout/spans.hpp"

#include <algorithm>

#include "domain/base/overloaded.hpp"

namespace hotswap {
namespace {

using tracing::Attributes;
using tracing::Context;
using tracing::Instant;
using tracing::Span;
using tracing::SpanId;

constexpr std::string_view kTrace = "trace";

std::optional<Context> starter(const Deployment& deployment) {
  const auto* text = deployment.request.find(kTrace);
  const auto* parent = text == nullptr ? nullptr : text->as_string();
  return parent == nullptr ? std::nullopt : tracing::parse_context(parent->str());
}

bool has_failed(const DeploymentState& state) {
  return std::holds_alternative<RollingBack>(state) || std::holds_alternative<RolledBack>(state) ||
         std::holds_alternative<Failed>(state);
}

Attributes attributes_of(const Deployment& deployment) {
  return {{"hotswap.deployment", deployment.id.value},
          {"hotswap.profile", deployment.profile.value},
          {"hotswap.version", deployment.version.str()},
          {"hotswap.service", deployment.service.value},
          {"hotswap.environment", deployment.environment},
          {"hotswap.strategy", kind_name(deployment.strategy)}};
}

std::string reason_of(const DeploymentState& state) {
  return std::visit(Overloaded{[](const Planned&) { return std::string(); },
                               [](const Running&) { return std::string(); },
                               [](const Paused& s) { return s.reason; },
                               [](const RollingBack& s) { return s.reason; },
                               [](const Succeeded&) { return std::string(); },
                               [](const RolledBack& s) { return s.reason; },
                               [](const Failed& s) { return s.reason; },
                               [](const Cancelled& s) { return s.reason; }},
                    state);
}

/// An instance's own words may quote its configuration: they stay on the timeline.
std::string without_words(std::string text, const Deployment& deployment) {
  constexpr std::string_view kThen = "; the rollback could not be verified: ";
  for (const Target& target : deployment.targets) {
    const std::string whose = "; instance " + target.instance.value + ": ";
    const auto at = text.find(whose);
    if (at == std::string::npos) continue;
    const bool failed = std::holds_alternative<Failed>(deployment.state);
    const auto then = failed ? text.rfind(kThen) : std::string::npos;
    std::string after = then == std::string::npos ? std::string() : text.substr(then);
    text.resize(at + whose.size() - 2);
    return text + after;
  }
  return text;
}

/// Names the stretch of time that a state is, and where that began.
struct Stretch {
  std::string_view name;
  std::string words;  ///< of the id
  WallTime since{};
};

Stretch stretch_of(const Running& at) {
  const bool watches = at.phase == Phase::Judging || at.phase == Phase::Baking;
  return {watches ? "config.health.check" : "config.deploy.step",
          std::to_string(at.step) + ' ' + std::string(to_string(at.phase)) + ' ' +
              format_time(at.since),
          at.since};
}

/// Nothing: a state that is told of as a whole, or in other words.
std::optional<Stretch> stretch_of(const Deployment& deployment) {
  if (const auto* running = std::get_if<Running>(&deployment.state)) return stretch_of(*running);
  if (const auto* paused = std::get_if<Paused>(&deployment.state))
    return Stretch{"config.deploy.paused", format_time(paused->since), paused->since};
  const bool waits = deployment.start_at || deployment.approval;
  if (std::holds_alternative<Planned>(deployment.state) && waits)
    return Stretch{"config.deploy.planned", {}, deployment.created_at};
  if (const auto* back = std::get_if<RollingBack>(&deployment.state))
    return Stretch{"config.rollback", {}, back->since};
  return std::nullopt;
}

SpanId id_of(const Context& root, const Stretch& stretch) {
  return tracing::derived(root.span, {stretch.name, stretch.words});
}

Span below_root(const Deployment& deployment, SpanId id, std::string_view name, WallTime from,
                Instant to) {
  const Context root = root_context(deployment);
  return {.context = tracing::child(root, id),
          .parent = root.span,
          .name = std::string(name),
          .start = from,
          .end = std::max<Instant>(from, to),
          .attributes = attributes_of(deployment)};
}

void say_position(Span& span, const Running& at) {
  span.attributes.push_back({"hotswap.step", at.step});
  span.attributes.push_back({"hotswap.phase", to_string(at.phase)});
}

void say_verdict(Span& span, const Deployment& after) {
  if (!after.judgement) return;
  const auto& judgement = *after.judgement;
  span.attributes.push_back({"hotswap.verdict", to_string(judgement.overall)});
  span.failed = judgement.overall == Outcome::Fail;
  for (const auto& verdict : judgement.verdicts)
    if (verdict.outcome == Outcome::Fail && !verdict.dry_run && span.failure.empty())
      span.failure = verdict.criterion + ": " + verdict.explanation;
}

class Teller {
 public:
  explicit Teller(const TracedStep& step) : step_(step) {}

  void targets() {
    const auto& before = step_.before.targets;
    const auto& after = step_.after.targets;
    for (const std::size_t index : step_.changed_targets)
      if (index < before.size() && index < after.size() &&
          before[index].instance == after[index].instance)
        target(before[index], after[index]);
  }

  void stretch() {
    const auto was = stretch_of(step_.before);
    const auto is = stretch_of(step_.after);
    if (!was || (is && is->name == was->name && is->words == was->words)) return;
    if (was->name == "config.rollback") return;  // told of with the end
    const SpanId id = id_of(root_context(step_.after), *was);
    Span span = below_root(step_.after, id, was->name, was->since, step_.now);
    if (const auto* at = std::get_if<Running>(&step_.before.state)) {
      say_position(span, *at);
      if (was->name == "config.health.check") say_verdict(span, step_.after);
      soak_that_failed(*at, *was);
    } else if (const auto* paused = std::get_if<Paused>(&step_.before.state)) {
      say_position(span, paused->at);
      span.attributes.push_back({"hotswap.reason", without_words(paused->reason, step_.after)});
    }
    tell(std::move(span));
  }

  void end() {
    if (is_terminal(step_.before.state) || !is_terminal(step_.after.state)) return;
    const auto& state = step_.after.state;
    if (std::holds_alternative<Succeeded>(state)) complete();
    const bool was_back = std::holds_alternative<RollingBack>(step_.before.state);
    if (was_back || std::holds_alternative<RolledBack>(state)) rollback();
    if (!step_.reverts) root();
  }

  [[nodiscard]] std::vector<Span> take() { return std::move(spans_); }

 private:
  void tell(Span span) { spans_.push_back(std::move(span)); }

  /// Judged while it soaked, and not good enough: no judging phase came of it.
  void soak_that_failed(const Running& at, const Stretch& was) {
    const bool failed = step_.after.judgement && step_.after.judgement->overall == Outcome::Fail &&
                        std::holds_alternative<RollingBack>(step_.after.state);
    if (was.name == "config.health.check" || !failed) return;
    const SpanId id =
        tracing::derived(root_context(step_.after).span, {"config.health.check", was.words});
    Span span = below_root(step_.after, id, "config.health.check", at.since, step_.now);
    say_position(span, at);
    say_verdict(span, step_.after);
    tell(std::move(span));
  }

  void target(const Target& was, const Target& is) {
    const auto pending = [](const Target& target) {
      return target.state == TargetState::Assigned || target.state == TargetState::Received;
    };
    if (!pending(was) || was.generation == 0) return;
    const bool again = is.generation != was.generation;
    const bool answered =
        !again && (is.state == TargetState::Received || is.state == TargetState::Staged ||
                   is.state == TargetState::Applied || is.state == TargetState::Rejected ||
                   is.state == TargetState::Restored);
    if (answered && was.state == TargetState::Assigned) push(was);
    if (again || !pending(is)) instance(was, is, again);
  }

  Span of_target(const Target& target, std::string_view name, SpanId id) {
    Span span = below_root(step_.after, id, name, target.since, step_.now);
    span.attributes.push_back({"hotswap.instance", target.instance.value});
    span.attributes.push_back({"hotswap.generation", target.generation});
    if (!target.zone.empty()) span.attributes.push_back({"hotswap.zone", target.zone});
    return span;
  }

  SpanId id_for(const Target& target) const {
    return instance_context(step_.after, target.instance, target.generation).span;
  }

  void push(const Target& was) {
    const SpanId parent = id_for(was);
    Span span = of_target(was, "config.push", tracing::derived(parent, {"push"}));
    span.parent = parent;
    span.kind = tracing::SpanKind::Producer;
    tell(std::move(span));
  }

  static std::optional<TargetState> lost_for_good(const Target& is) {
    const bool lost = is.state == TargetState::Rejected || is.state == TargetState::Failed ||
                      is.state == TargetState::Unreachable;
    return lost ? std::optional(is.state) : std::nullopt;
  }

  /// Of one that was sent back by the very decision that heard of it: only what was recorded tells.
  std::optional<TargetState> lost_in_between(const InstanceId& instance) const {
    for (const Effect& effect : step_.effects) {
      const auto* record = std::get_if<Record>(&effect);
      const auto* data = record == nullptr ? nullptr : record->data.as_object();
      const auto* who = data == nullptr ? nullptr : data->find("instance");
      const auto* state = data == nullptr ? nullptr : data->find("state");
      if (who == nullptr || state == nullptr || *who != json::Value(instance.value)) continue;
      if (const auto* word = state->as_string()) return target_state_from_string(word->str());
    }
    return std::nullopt;
  }

  void instance(const Target& was, const Target& is, bool again) {
    Span span = of_target(was, "config.deploy.instance", id_for(was));
    const auto* at = rollout_position(step_.before.state);
    if (at != nullptr) span.attributes.push_back({"hotswap.step", at->step});
    if (const auto* back = std::get_if<RollingBack>(&step_.before.state))
      span.parent = id_of(root_context(step_.after), *stretch_of(step_.before)),
      span.attributes.push_back({"hotswap.restores", back->step});
    span.attributes.push_back({"hotswap.attempts", was.attempts});
    const auto lost = again ? lost_in_between(is.instance) : lost_for_good(is);
    span.failed = lost.has_value();
    const auto state = lost ? *lost : is.state;
    span.attributes.push_back(
        {"hotswap.outcome", again && !lost ? std::string_view("Superseded") : to_string(state)});
    if (span.failed)
      span.failure = state == TargetState::Rejected ? "the instance refused it"
                     : again                        ? std::string(to_string(state))
                                                    : is.reason;
    tell(std::move(span));
  }

  static const Running* rollout_position(const DeploymentState& state) {
    if (const auto* running = std::get_if<Running>(&state)) return running;
    const auto* paused = std::get_if<Paused>(&state);
    return paused == nullptr ? nullptr : &paused->at;
  }

  void complete() {
    const SpanId id = tracing::derived(root_context(step_.after).span, {"config.complete"});
    tell(below_root(step_.after, id, "config.complete", step_.now, step_.saved));
  }

  void rollback() {
    const auto* back = std::get_if<RollingBack>(&step_.before.state);
    const Stretch stretch{"config.rollback", {}, back == nullptr ? step_.now : back->since};
    const SpanId id = id_of(root_context(step_.after), stretch);
    Span span = below_root(step_.after, id, stretch.name, stretch.since, step_.saved);
    const std::string why = back == nullptr ? reason_of(step_.after.state) : back->reason;
    span.attributes.push_back({"hotswap.reason", without_words(why, step_.after)});
    span.failed = !std::holds_alternative<RolledBack>(step_.after.state);
    if (span.failed) span.failure = without_words(reason_of(step_.after.state), step_.after);
    tell(std::move(span));
  }

  void root() {
    const Deployment& after = step_.after;
    Span span{.context = root_context(after),
              .name = "config.deploy",
              .start = after.created_at,
              .end = std::max<Instant>(after.created_at, step_.saved),
              .attributes = attributes_of(after)};
    if (const auto parent = starter(after)) span.parent = parent->span;
    span.attributes.push_back({"hotswap.state", state_name(after.state)});
    span.attributes.push_back({"hotswap.targets", after.targets.size()});
    span.failed = has_failed(after.state);
    if (span.failed) span.failure = without_words(reason_of(after.state), after);
    tell(std::move(span));
  }

  const TracedStep& step_;
  std::vector<Span> spans_;
};

}  // namespace

void remember_trace(json::Object& request, const Context& caller) {
  if (caller.sampled && caller.valid()) request.set(std::string(kTrace), traceparent(caller));
}

Context root_context(const Deployment& deployment) {
  Context root;
  root.trace = tracing::trace_id_from_hex(deployment.trace_id).value_or(tracing::TraceId{});
  root.span = tracing::derived({}, {"config.deploy", deployment.id.value});
  root.sampled = starter(deployment).has_value() || has_failed(deployment.state);
  return root;
}

Context instance_context(const Deployment& deployment, const InstanceId& instance,
                         std::uint64_t generation) {
  const Context root = root_context(deployment);
  return tracing::child(root, tracing::instance_span(root.span, instance.value, generation));
}

bool has_assigned(const Deployment& deployment, std::uint64_t generation) {
  return std::ranges::any_of(deployment.targets,
                             [&](const Target& target) { return target.generation == generation; });
}

std::vector<Span> ended_spans(const TracedStep& step) {
  const Context root = root_context(step.after);
  if (!root.sampled || !root.trace.valid()) return {};
  Teller teller(step);
  teller.targets();
  teller.stretch();
  teller.end();
  return teller.take();
}

std::optional<Span> takeover_span(const Deployment& deployment, SpanId id, Instant now) {
  const Context root = root_context(deployment);
  if (!root.sampled || !root.trace.valid()) return std::nullopt;
  Span span{.context = tracing::child(root, id),
            .parent = root.span,
            .name = "config.deploy.takeover",
            .start = now,
            .end = now,
            .attributes = attributes_of(deployment)};
  span.attributes.push_back({"hotswap.state", state_name(deployment.state)});
  span.attributes.push_back({"hotswap.fence", deployment.fence});
  if (const auto stretch = stretch_of(deployment))
    span.links.push_back(tracing::child(root, id_of(root, *stretch)));
  return span;
}

Span unstarted_span(const Deployment& deployment, const Error* refused, Instant now) {
  Span span{.context = root_context(deployment),
            .name = "config.deploy",
            .start = deployment.created_at,
            .end = std::max<Instant>(deployment.created_at, now),
            .attributes = attributes_of(deployment)};
  if (const auto parent = starter(deployment)) span.parent = parent->span;
  if (refused == nullptr) span.attributes.push_back({"hotswap.dry_run", true});
  span.failed = refused != nullptr;
  if (refused != nullptr) span.failure = refused->reason;
  return span;
}

}  // namespace hotswap
