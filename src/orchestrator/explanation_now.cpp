#include "orchestrator/explanation_now.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/base/overloaded.hpp"
#include "domain/rollout/course.hpp"
#include "domain/rollout/decide.hpp"
#include "orchestrator/explanation_running.hpp"

namespace hotswap::explain {
namespace {

class Present {
 public:
  Present(const Deployment& deployment, const Surroundings& around, WallTime now)
      : deployment_(deployment), around_(around), now_(now) {}

  Standing tell() {
    tell_takeovers();
    std::visit(Overloaded{[&](const Planned&) { tell_planned(); },
                          [&](const Running& at) { tell_running(at); },
                          [&](const Paused& at) { tell_paused(at); },
                          [&](const RollingBack& at) { tell_rolling_back(at); },
                          [&](const Succeeded& at) { tell_succeeded(at); },
                          [&](const RolledBack& at) { tell_rolled_back(at); },
                          [&](const Failed& at) { tell_failed(at); },
                          [&](const Cancelled& at) { tell_cancelled(at); }},
               deployment_.state);
    finish();
    return std::move(out_);
  }

 private:
  void say(std::string text) { out_.sentences.push_back(sentence(std::move(text))); }
  void waits(std::string what, WallTime since) {
    out_.waits_for = std::move(what);
    out_.since = since;
  }

  /// The wait, the time of it, and what comes then: the last sentences.
  void finish() {
    if (!out_.waits_for.empty()) {
      out_.next_at = next_deadline(deployment_);
      if (out_.next_at && *out_.next_at <= now_) out_.next_at.reset();
      std::string text = "It waits for " + out_.waits_for;
      if (out_.since)
        text += fmt::format(", since {} ({})", clock_of(*out_.since),
                            length(std::max(now_ - *out_.since, Duration::zero())));
      if (out_.next_at)
        text += fmt::format("; it looks again by itself at {}, in {}", clock_of(*out_.next_at),
                            length(*out_.next_at - now_));
      say(std::move(text));
    }
    say("Next: " + out_.next);
  }

  /// Nodes raise the fence when they take a deployment; one that is alone does not.
  void tell_takeovers() {
    if (deployment_.fence > 1)
      say(fmt::format(
          "Its driver has changed {} so far: whoever took it went on where the stored "
          "state is, nothing was done twice",
          deployment_.fence == 2 ? "once" : fmt::format("{} times", deployment_.fence - 1)));
  }

  /// Whether a start now would be refused.
  [[nodiscard]] bool is_shut() const { return around_.calendar && !around_.calendar->allowed; }
  void tell_calendar() {
    if (!is_shut()) return;
    const Permission& calendar = *around_.calendar;
    say(fmt::format("The calendar lets nothing start now: {}{}", calendar.reason,
                    calendar.next ? "; open again at " + format_time(*calendar.next) : ""));
  }

  void tell_planned() {
    const auto& start = deployment_.start_at;
    if (awaits_approval(deployment_)) {
      waits("somebody else than " + deployment_.created_by +
                " among its operators to approve it (hotswap approve " + deployment_.id.value + ")",
            deployment_.created_at);
      out_.next = fmt::format("once approved it starts{}; if nobody approves by {} it is cancelled",
                              start ? " at " + format_time(*start) : std::string(),
                              format_time(deployment_.approval->expires));
      return tell_calendar();
    }
    if (start && *start > now_) {
      waits("its start at " + format_time(*start), deployment_.created_at);
      out_.next = "then its instances are chosen anew and " + first_step(deployment_) +
                  "; a freeze or a shut window at that time cancels it (hotswap deployment "
                  "promote " +
                  deployment_.id.value + " starts it now)";
      return tell_calendar();
    }
    waits("its first step", deployment_.created_at);
    out_.next = first_step(deployment_);
  }

  void tell_running(const Running& at) {
    Wait wait = wait_of(deployment_, at, now_);
    if (!around_.health_told)
      for (auto& figure : wait.figures) say(std::move(figure));
    for (auto& more : wait.details) say(std::move(more));
    waits(std::move(wait.what), at.since);
    out_.next = std::move(wait.next);
  }

  void tell_paused(const Paused& at) {
    say(fmt::format("It is paused since {}{}", clock_of(at.since), because(at.reason)));
    say("Health is still watched: a clear failure rolls back even now");
    tell_calendar();
    waits("somebody to resume or roll it back (hotswap deployment resume " + deployment_.id.value +
              ")",
          at.since);
    out_.next = after_resume(deployment_, at) + "; rolled back, " + restored_text(deployment_) +
                "; by itself nothing happens";
  }

  void tell_rolling_back(const RollingBack& at) {
    say(fmt::format("It has been rolling back since {}{}", clock_of(at.since), because(at.reason)));
    const auto open =
        count(deployment_, TargetState::Assigned) + count(deployment_, TargetState::Received);
    if (open > 0) {
      waits(counted(open, "instance") + " to confirm the old version", at.since);
      out_.next =
          "when all have confirmed, health and the traffic are looked at; who stays silent "
          "is told again, then given up";
      return;
    }
    if (!rollout::traffic_is_home(deployment_)) {
      waits("the traffic router to switch back to pool " + deployment_.pools->from +
                because(deployment_.pools->error),
            at.verifying.value_or(at.since));
    } else {
      waits("health to be within its thresholds of the baseline again" + because(at.unhealthy),
            at.verifying.value_or(at.since));
    }
    out_.next = fmt::format(
        "verified, it is rolled back; if that cannot be verified within {} it "
        "has failed, and somebody has to look",
        length(deployment_.plan.safeguards.verify_timeout));
  }

  void tell_succeeded(const Succeeded& at) {
    out_.since = at.at;
    const bool judged =
        std::ranges::any_of(deployment_.plan.steps, [](const Step& step) { return step.judged; });
    say(fmt::format(
        "It succeeded at {}, {} after its start: {}", clock_of(at.at),
        length(at.at - deployment_.created_at),
        judged ? "every judged step passed" : "every instance that was there confirmed"));
    const WallTime until = at.at + deployment_.plan.revert_window;
    out_.next = now_ < until
                    ? fmt::format(
                          "nothing; until {} it can be undone (hotswap deployment rollback "
                          "{})",
                          format_time(until), deployment_.id.value)
                    : "nothing; to go back, deploy the version of before (hotswap rollback " +
                          deployment_.profile.value + ")";
  }

  void tell_rolled_back(const RolledBack& at) {
    out_.since = at.at;
    out_.next = "nothing by itself; version " + deployment_.version.str() +
                " is marked as failed: upload a better one, then deploy that";
  }

  void tell_failed(const Failed& at) {
    out_.since = at.at;
    say("It failed at " + clock_of(at.at) + because(at.reason));
    out_.next =
        "nothing by itself: some instances may not run what they should. Look at them "
        "(hotswap instances), then deploy a version that is known to be good";
  }

  void tell_cancelled(const Cancelled& at) {
    out_.since = at.at;
    say("It was cancelled at " + clock_of(at.at) + because(at.reason) +
        ". Everything stays as it was then");
    const auto told = std::ranges::count_if(
        deployment_.targets, [](const Target& target) { return target.generation > 0; });
    out_.next = told == 0 ? "nothing; no instance was told of the version"
                          : fmt::format(
                                "nothing by itself: {} keep what they were given; roll "
                                "back or deploy again",
                                counted(static_cast<std::size_t>(told), "instance"));
  }

  const Deployment& deployment_;
  const Surroundings& around_;
  const WallTime now_;
  Standing out_;
};

}  // namespace

Standing standing_of(const Deployment& deployment, const Surroundings& around, WallTime now) {
  return Present(deployment, around, now).tell();
}

}  // namespace hotswap::explain
