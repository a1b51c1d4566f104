#pragma once
// Between the SDK and the program: a staged version is tried out, one that is to run is put in
// place, and only then does the SDK acknowledge it. Keeps what is in place for whoever reads it.

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/swap/file_swap.hpp"
#include "hotswap/client.hpp"

namespace hotswap::agent {

struct HandoffOptions {
  std::string profile{};  ///< empty: the first that is delivered; others are rejected
  /// Where the first one's name is kept for the next start; empty: nowhere.
  std::filesystem::path chosen_file{};
  bool environment_variables = false;  ///< it must be possible to make some, too
  std::string env_prefix{};
  std::string service{};
  std::string environment{};
  std::string hostname{};
  std::function<void(const std::string&)> log{};
};

class Handoff {
 public:
  using Version = std::shared_ptr<const sdk::Snapshot>;
  /// `files` outlives this.
  Handoff(HandoffOptions options, FileSwap& files);

  /// For the SDK: one call at a time.
  [[nodiscard]] std::optional<std::string> validate(const sdk::Candidate& candidate);
  [[nodiscard]] std::optional<std::string> apply(const sdk::Application& application);
  /// What the program has; nothing before the first. From any thread.
  [[nodiscard]] Version current() const;

 private:
  enum class Whose { Ours, Anothers, Unclaimed };
  /// The first that comes is ours. Unclaimed: of several none was named, so that it must not look
  /// as if this one were in use.
  [[nodiscard]] Whose whose(const sdk::Snapshot& snapshot);
  [[nodiscard]] std::string unclaimed(const sdk::Snapshot& snapshot) const;
  void choose(const std::string& profile);
  /// Why no environment can be made of it.
  [[nodiscard]] std::optional<std::string> no_variables(const sdk::Snapshot& snapshot) const;
  /// Whether what is in place is this document, by whatever version.
  [[nodiscard]] bool is_in_place(const sdk::Snapshot& next) const;
  [[nodiscard]] json::Value facts_of(const sdk::Snapshot& snapshot) const;

  const HandoffOptions options_;
  FileSwap& files_;
  std::string profile_;  ///< once it is known
  mutable std::mutex mutex_;
  Version current_;
};

}  // namespace hotswap::agent
