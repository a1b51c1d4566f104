#include "api/resources/denials.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kResourceBytes = 256;

}  // namespace

Denials::~Denials() {
  std::vector<GatheredRefusals> rest;
  {
    const MutexLock lock(mutex_);
    rest = book_.rest();
  }
  write(rest);
}

void Denials::note(const Caller& caller, const std::string& action, const std::string& resource,
                   const Error& error) {
  const Refusal refusal{caller.address, caller.principal.subject, action,
                        resource.substr(0, kResourceBytes), error.reason};
  bool alone = false;
  {
    const MutexLock lock(mutex_);
    alone = book_.note(refusal, clock_.mono());
  }
  if (alone)
    write(caller, refusal,
          error.internal.empty() ? error.reason : error.reason + ": " + error.internal);
  flush();
}

void Denials::flush() {
  std::vector<GatheredRefusals> due;
  {
    const MutexLock lock(mutex_);
    due = book_.due(clock_.mono());
  }
  write(due);
}

void Denials::write(const std::vector<GatheredRefusals>& gathered) {
  for (const auto& each : gathered) {
    Caller caller;
    caller.principal.subject = each.last.subject;
    caller.address = each.last.address;
    write(caller, each.last, each.detail);
  }
}

void Denials::write(const Caller& caller, const Refusal& refusal, const std::string& detail) {
  const auto kept = audit_.denied(caller, refusal.action, refusal.resource, detail, clock_.wall());
  if (kept) return;
  logger_.warning("api", "A refusal could not be put on record",
                  {{"action", refusal.action}, {"reason", kept.error().reason}});
}

}  // namespace hotswap::api
