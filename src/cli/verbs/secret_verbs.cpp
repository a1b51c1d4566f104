#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/answer.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/table.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPath = "/api/v1/secrets/rotation";
constexpr auto kLook = 300ms;
/// Looks that may fail one after the other before the command gives up.
constexpr int kPatience = 100;

std::string progress_text(const json::Value& status) {
  const auto total = int_at(status, "total");
  const auto left = int_at(status, "remaining");
  if (text_at(status, "state") == "Never") return "no rotation yet";
  return fmt::format("{} of {} data keys under {}", std::max<std::int64_t>(0, total - left), total,
                     text_at(status, "to"));
}

void print_status(Session& session, const json::Value& status) {
  if (session.structured()) {
    session.print_value(status);
    return;
  }
  const auto& terminal = session.terminal();
  const auto current = text_at(status, "currentKey");
  session.print(facts(
      {{"seals with", current.empty() ? "no key: give --secret-keys-file to the servers" : current},
       {"rotation", text_at(status, "state") + ", " + progress_text(status)},
       {"started", human_age(text_at(status, "startedAt"), session.now())},
       {"stopped at", text_at(status, "error")}},
      terminal));
  Table table({"KEY", "DATA KEYS", ""});
  for (const auto& key : items_at(status, "keys"))
    table.row({text_at(key, "id"), text_at(key, "dataKeys"),
               bool_at(key, "current") ? "current" : "still needed"});
  if (!table.empty()) session.print("\n" + table.text(terminal));
}

Outcome status(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto status = (*api)->with((*api)->get(kPath), {"state", "keys"});
  if (!status) return std::unexpected(status.error());
  print_status(session, *status);
  return ExitCode::Ok;
}

/// Looks until it is done, or nobody answers for long.
Result<json::Value> wait(Api& api) {
  for (int missed = 0;;) {
    auto status = api.with(api.get(kPath), {"state", "keys"});
    if (status && text_at(*status, "state") != "Running") return status;
    missed = status ? 0 : missed + 1;
    if (!status && (missed > kPatience || status.error().code != ErrorCode::Unavailable))
      return status;
    if (Interrupt::requested())
      return fail(ErrorCode::Conflict, "interrupted",
                  "the rotation goes on: see hotswap secrets rotation");
    std::this_thread::sleep_for(kLook);
  }
}

Outcome rotate(Session& session, bool in_background) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const Interrupt interrupt;
  auto begun = (*api)->with((*api)->post("/api/v1/secrets/rotate", json::Value()), {"state"});
  if (begun && !in_background) begun = wait(**api);
  if (!begun) return std::unexpected(begun.error());
  print_status(session, *begun);
  return ExitCode::Ok;
}

}  // namespace

void add_secret_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("secrets", "the keys that seal secrets");
  group->require_subcommand(1)->fallthrough();
  auto background = std::make_shared<bool>(false);
  auto* now = group->add_subcommand("rotate", "put all secrets under a new key, and wait for it");
  now->add_flag("--no-wait", *background, "only begin");
  verbs.on(now, [background](Session& session) { return rotate(session, *background); });
  verbs.on(group->add_subcommand("rotation", "how far the last rotation is"), status);
  verbs.on(group->add_subcommand("status", "which keys are in use, and which may be retired"),
           status);
}

}  // namespace hotswap::cli
