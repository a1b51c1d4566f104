#pragma once
// Hands a configuration on to a program as files, in an order that leaves the old state or the new
// one at every point:
//
//   render all → write all beside their targets → check each → rename all → reload → forget the old
//
// Whatever fails before the renames leaves everything as it was. A reload that fails puts the old
// files back and reloads again.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/files/candidate.hpp"
#include "agent/render/format.hpp"
#include "agent/run/command.hpp"
#include "domain/base/time.hpp"

namespace hotswap::agent {

struct Target {
  std::filesystem::path file;             ///< absolute
  std::optional<Format> format{};         ///< or
  std::filesystem::path template_file{};  ///< read anew at every rendering
  Rights rights{};
  std::string check{};  ///< line of the shell; `{}` and $HOTSWAP_FILE are the candidate's path
};

struct FileSwapOptions {
  std::vector<Target> targets;
  Duration check_timeout = std::chrono::seconds(10);
  const CommandStop* stop = nullptr;       ///< of checks
  std::function<Result<void>()> reload{};  ///< empty: none
  /// The program also gets the configuration by other ways than files: it is reloaded at every new
  /// document, whether a file changes or not.
  bool reload_always = false;
  std::function<void(const std::string&)> log{};  ///< one line per thing worth knowing
  StepTold told{};
};

/// What a target is made from.
struct SwapVersion {
  const json::Value& document;
  const json::Value& facts;  ///< what stands behind @ in templates
  /// The old files are back, and the program is about to hear of it.
  std::function<void()> undone{};
  std::string traceparent{};  ///< of what is done for it; empty: none
};

/// Not thread-safe.
class FileSwap {
 public:
  explicit FileSwap(FileSwapOptions options) : options_(std::move(options)) {}

  /// Takes away what a crash left; first of all. What cannot be looked at is logged: the first swap
  /// will be refused for it.
  void recover();
  /// Renders and checks, and replaces nothing. Errors: Invalid `template.invalid`,
  /// `render.impossible`, `file.unsafe`; Unavailable `file.unwritable`; those of run_command.
  [[nodiscard]] Result<void> try_out(const SwapVersion& version) const;
  /// The whole order; false: everything stood there already. Errors: as above, and the reload's.
  [[nodiscard]] Result<bool> apply(const SwapVersion& version);
  /// For a version that ran before: neither is it checked, nor does a reload that fails undo it,
  /// since the program may not run.
  [[nodiscard]] Result<bool> restore(const SwapVersion& version);
  /// Whether each target holds what the last swap left there, and the program was told.
  [[nodiscard]] bool stands() const;

 private:
  struct Rendered;
  [[nodiscard]] Result<std::vector<Rendered>> render(const SwapVersion& version) const;
  [[nodiscard]] Result<std::vector<Candidate>> write(const std::vector<Rendered>& all) const;
  [[nodiscard]] Result<void> check(const std::vector<Rendered>& all,
                                   const std::vector<Candidate>& candidates,
                                   const std::string& traceparent) const;
  [[nodiscard]] Result<void> install(std::vector<Candidate>& candidates) const;
  void undo(std::vector<Candidate>& installed, std::size_t count) const;
  [[nodiscard]] Result<void> reload();
  void say(const std::string& line) const;
  void tell(std::string_view step) const;

  [[nodiscard]] bool is_taken_over(const SwapVersion& version) const;
  void taken_over(const SwapVersion& version);

  const FileSwapOptions options_;
  /// Nobody knows with which files the program runs.
  bool reload_due_ = false;
  std::string hash_;               ///< of the document that was taken over last
  std::vector<std::string> left_;  ///< hashes of what it left in the targets
};

}  // namespace hotswap::agent
