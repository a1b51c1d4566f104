#pragma once
// Between the SDK and the program: a staged version is tried out, one that is to run is put in
// place, and only then does the SDK acknowledge it. Keeps what is in place for whoever reads it.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/swap/file_swap.hpp"
#include "hotswap/client.hpp"

namespace hotswap::agent {

struct HandoffOptions {
  std::string profile{};  ///< empty: the first that is delivered; others are not handed on
  std::string service{};
  std::string environment{};
  std::string hostname{};
};

class Handoff {
 public:
  using Version = std::shared_ptr<const sdk::Snapshot>;
  /// After a version was put in place, on the thread that did it.
  using InPlace = std::function<void(const Version&, sdk::Application::Cause)>;

  /// `files` outlives this.
  Handoff(HandoffOptions options, FileSwap& files) : options_(std::move(options)), files_(files) {}

  void on_in_place(InPlace called) { in_place_ = std::move(called); }
  /// For the SDK: one call at a time.
  [[nodiscard]] std::optional<std::string> validate(const sdk::Candidate& candidate);
  [[nodiscard]] std::optional<std::string> apply(const sdk::Application& application);
  /// What the program has; nothing before the first. From any thread.
  [[nodiscard]] Version current() const;

 private:
  [[nodiscard]] bool concerns(const sdk::Snapshot& snapshot);
  [[nodiscard]] json::Value facts_of(const sdk::Snapshot& snapshot) const;

  const HandoffOptions options_;
  FileSwap& files_;
  InPlace in_place_;
  std::string profile_;  ///< once it is known
  mutable std::mutex mutex_;
  Version current_;
};

}  // namespace hotswap::agent
