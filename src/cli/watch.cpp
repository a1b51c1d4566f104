#include "cli/watch.hpp"

#include <cstdio>

#include "cli/answer.hpp"
#include "cli/deployment_view.hpp"
#include "cli/event_follower.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_area.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(250);
constexpr auto kSettle = std::chrono::milliseconds(1000);  ///< for the last events of the timeline

class Watch {
 public:
  Watch(Session& session, Api& api, std::string id)
      : session_(session),
        api_(api),
        id_(std::move(id)),
        events_(api.options(), deployment_path(id_, "events")),
        area_(session.terminal()) {}

  Outcome run() {
    const Interrupt interrupt;
    while (!Interrupt::requested()) {
      show(events_.take(kRedraw));
      if (auto polled = poll(); !polled) return std::unexpected(polled.error());
      if (view_.terminal()) return finish();
    }
    leave();
    return ExitCode::Interrupted;
  }

 private:
  /// Whoever presses Ctrl-C may believe that this stops the deployment. On standard error, where it
  /// is in nobody's way.
  void leave() {
    const auto id = short_id(id_);
    std::fputs(("\nstopped watching; the deployment goes on: hotswap deployment watch " + id +
                "\nto hold or undo it: hotswap deployment pause " + id + ", cancel or rollback\n")
                   .c_str(),
               stderr);
  }

  void show(const std::vector<ServerEvent>& events) {
    for (const auto& event : events) {
      if (session_.structured()) {
        session_.print(session_.stream_text(event.data));
      } else {
        area_.line(event_line(event.data, session_.terminal()));
      }
    }
  }

  /// A server that is away for a moment (restart) is waited for; a refusal ends the watching.
  Result<void> poll() {
    auto answer = api_.get(deployment_path(id_));
    if (!answer && answer.error().code != ErrorCode::Unavailable) {
      return std::unexpected(answer.error());
    }
    if (!answer) {
      if (!session_.structured())
        area_.draw({session_.terminal().paint(Paint::Yellow, answer.error().detail)});
      return {};
    }
    view_ = deployment_view(*answer);
    if (!session_.structured()) area_.draw(live_block(view_, session_.now(), session_.terminal()));
    return {};
  }

  Outcome finish() {
    const auto until = std::chrono::steady_clock::now() + kSettle;
    for (auto events = events_.take(kRedraw);
         !events.empty() && std::chrono::steady_clock::now() < until;
         events = events_.take(kRedraw)) {
      show(events);
    }
    if (!session_.structured() && !session_.terminal().live()) {
      area_.line(headline(view_, session_.terminal()));
    }
    if (view_.succeeded()) return ExitCode::Ok;
    if (!session_.structured()) area_.line("why: hotswap deployment report " + short_id(id_));
    return ExitCode::RolloutFailed;
  }

  Session& session_;
  Api& api_;
  const std::string id_;
  EventFollower events_;
  LiveArea area_;
  DeploymentView view_;
};

}  // namespace

Outcome watch_deployment(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  if (auto known = (*api)->get(deployment_path(id)); !known) {
    return std::unexpected(known.error());
  }
  return Watch(session, **api, id).run();
}

}  // namespace hotswap::cli
