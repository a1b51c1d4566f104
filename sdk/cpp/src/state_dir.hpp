#pragma once
// What an instance keeps on disk: its id, and per profile the last-known-good document and the one
// before, the version to fall back to, and one that is staged. A file is replaced whole (temporary
// file, fsync, rename, fsync of the folder) and carries its own checksum: what is torn, cut or
// flipped is never loaded.

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap::sdk {

class StateDir {
 public:
  /// An empty path: nothing is kept and nothing is found.
  explicit StateDir(std::filesystem::path dir) : dir_(std::move(dir)) {}

  ~StateDir() { unlock(); }
  StateDir(const StateDir&) = delete;
  StateDir& operator=(const StateDir&) = delete;

  [[nodiscard]] bool keeps() const { return !dir_.empty(); }
  /// Whether something can be kept; the folder is made if it is missing.
  [[nodiscard]] std::expected<void, std::string> probe() const;

  /// Two instances in one folder would take each other's id and copies. Until unlock() or the end
  /// of the process. Error: who holds it. A folder where nothing can be written is locked by
  /// nobody.
  std::expected<void, std::string> lock();
  void unlock();

  [[nodiscard]] std::optional<std::string> load_id() const;
  std::expected<void, std::string> save_id(std::string_view id) const;

  /// Profiles that have a copy.
  [[nodiscard]] std::vector<std::string> profiles() const;
  /// The copies of a profile that pass their checksum, newest first.
  [[nodiscard]] std::vector<std::string> load(const std::string& profile) const;
  /// Makes `content` the newest copy. On an error the old copies stand.
  std::expected<void, std::string> save(const std::string& profile, std::string_view content) const;

  /// Removes all copies of a profile.
  std::expected<void, std::string> drop(const std::string& profile) const;
  [[nodiscard]] std::filesystem::path key_file() const { return dir_ / "instance.key"; }

  /// Copies beside the running one.
  enum class Beside { Pinned, Staged };
  [[nodiscard]] std::optional<std::string> load(const std::string& profile, Beside which) const;
  /// Empty content: there is none any more.
  std::expected<void, std::string> save(const std::string& profile, Beside which,
                                        std::string_view content) const;

 private:
  [[nodiscard]] std::optional<std::string> read_checked(const std::filesystem::path& file) const;
  [[nodiscard]] std::expected<std::filesystem::path, std::string> write_temporary(
      const std::filesystem::path& file, std::string_view content) const;
  std::expected<void, std::string> replace(const std::filesystem::path& temporary,
                                           const std::filesystem::path& file) const;
  [[nodiscard]] std::filesystem::path file_of(const std::string& profile) const;
  [[nodiscard]] std::filesystem::path file_of(const std::string& profile, Beside which) const;

  std::filesystem::path dir_;
  int lock_ = -1;
};

}  // namespace hotswap::sdk
