#pragma once
// A file on its way to replace another: written whole beside it, with the rights it will have, and
// on the disk before it gets its name. Whoever reads the target reads the old content or the new
// one, never a part; a crash at any point leaves one of both, and at most files with names of our
// own (`.hotswap-new.NAME`, `.hotswap-old.NAME`, `.hotswap-copy.NAME`), which the next start takes
// away.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/files/folder.hpp"
#include "agent/files/rights.hpp"

namespace hotswap::agent {

/// Told after each step that changed something on disk; tests end the process there.
using StepTold = std::function<void(std::string_view step)>;

/// The file that a target names: a symbolic link is followed, so that it stays one, if root or we
/// made it. Errors: Invalid `file.unsafe` (another's link, no regular file), Unavailable
/// `file.unwritable`.
[[nodiscard]] Result<std::filesystem::path> resolve_target(const std::filesystem::path& target);

/// Of a regular file that is no link. Nothing: there is none. Error: Unavailable `file.unreadable`.
[[nodiscard]] Result<std::optional<std::string>> content_of(const std::filesystem::path& file);
/// Of one that is only read (templates, pid files): links are followed, as Kubernetes mounts them.
[[nodiscard]] Result<std::optional<std::string>> content_read(const std::filesystem::path& file);

/// As link(2), which file systems and fs.protected_hardlinks may refuse.
using Linker = std::function<int(const char* from, const char* to)>;
[[nodiscard]] Linker system_link();

class Candidate {
 public:
  /// `target` as resolve_target gave it. Errors: Unavailable `file.unwritable`, Invalid
  /// `file.unsafe` (another's link on the way), nothing changed.
  [[nodiscard]] static Result<Candidate> write(const std::filesystem::path& target,
                                               std::string_view content, const Rights& rights,
                                               const StepTold& told = {});
  Candidate(Candidate&& other) noexcept;
  Candidate& operator=(Candidate&&) = delete;
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;
  ~Candidate();  ///< takes the file away if it was not installed

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Keeps the old file under a name of its own and takes its place. Error: Unavailable
  /// `file.unwritable`, the old file stands.
  [[nodiscard]] Result<void> install(const StepTold& told = {}, const Linker& link = system_link());
  /// The file that stood there before, or none, again. After install().
  [[nodiscard]] Result<void> put_back();
  /// It was good: the old file goes.
  void keep();

 private:
  Candidate(std::filesystem::path target, std::filesystem::path path, Folder folder);

  std::filesystem::path target_, path_;
  Folder folder_;
  bool had_old_ = false;
  bool pending_ = true;  ///< path_ is to be taken away
};

/// What a crash left beside `target`: a half-written candidate goes; a swap that nobody said was
/// good is undone. True: it was undone, so the program may run with either. Invalid `file.unsafe`:
/// somebody else made the file that would be put back; it was removed.
[[nodiscard]] Result<bool> recover(const std::filesystem::path& target);

}  // namespace hotswap::agent
