#pragma once
// The file of another program that says where traffic goes: written from a template, checked by
// that program, and taken over by its reload.

#include <cstdint>
#include <filesystem>
#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap::agent {

/// What a template may name.
struct TrafficState {
  std::string service;
  std::string environment;
  std::string live;
  std::string idle;
  std::uint64_t generation = 0;
  bool operator==(const TrafficState&) const = default;
};

struct TrafficFileOptions {
  std::filesystem::path template_file;  ///< read anew at every change
  std::filesystem::path output;
  std::string check;   ///< line of the shell, e.g. `nginx -t`; empty: none
  std::string reload;  ///< e.g. `nginx -s reload`; empty: none
  Duration command_timeout = std::chrono::seconds(10);
};

/// Not thread-safe.
class TrafficFile {
 public:
  explicit TrafficFile(TrafficFileOptions options) : options_(std::move(options)) {}

  /// Writes the output atomically (with the old one's rights), checks it, reloads. When the check
  /// or the reload fails, the old content is put back, and the program goes on with it. Content
  /// that was taken over already is not written or reloaded again (false). Errors: Invalid
  /// `template.invalid`, `file.unreadable`, `file.unwritable`; those of run_command.
  [[nodiscard]] Result<bool> apply(const TrafficState& state);

 private:
  [[nodiscard]] Result<void> check_and_reload() const;

  const TrafficFileOptions options_;
  std::string taken_over_;  ///< content that the program runs with, as far as we know
  bool any_ = false;
};

}  // namespace hotswap::agent
