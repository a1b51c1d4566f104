#include "api/resources/denials.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kResourceBytes = 256;

}  // namespace

std::optional<std::uint64_t> Denials::admit() {
  const MutexLock lock(mutex_);
  const auto now = clock_.mono();
  if (noted_ == 0 || now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    noted_ = 0;
  }
  if (noted_ >= kPerSecond) {
    ++passed_over_;
    return std::nullopt;
  }
  ++noted_;
  return std::exchange(passed_over_, 0);
}

void Denials::note(const Caller& caller, const std::string& action, const std::string& resource,
                   const Error& error) {
  const auto passed_over = admit();
  if (!passed_over) return;
  auto why = error.internal.empty() ? error.reason : error.reason + ": " + error.internal;
  if (*passed_over > 0) {
    why += " (" + std::to_string(*passed_over) + " more refusals before this one are not listed)";
  }
  const auto kept =
      audit_.denied(caller, action, resource.substr(0, kResourceBytes), why, clock_.wall());
  if (!kept) {
    logger_.warning("api", "A refusal could not be put on record",
                    {{"action", action}, {"reason", kept.error().reason}});
  }
}

}  // namespace hotswap::api
