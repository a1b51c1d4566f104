#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "domain/archive/versions.hpp"
#include "domain/ports/archive.hpp"

namespace hotswap {

/// The contents of archived versions, for Store::read_archived_by. Keeps the objects that were read
/// last, because who reads one old version mostly reads its neighbours, too; and lets no more than
/// a few wait for the archive at once, so that one that hangs does not take all of the server's
/// threads. Thread-safe.
class ArchiveReader {
 public:
  /// `archive` must outlive this.
  explicit ArchiveReader(Archive& archive) : archive_(archive) {}

  /// Checked against the version's hash. All errors are Unavailable: the version exists, so that
  /// its content cannot be had is nothing that the caller did wrong. `archive.busy`,
  /// `archive.not_found`, `archive.damaged`, and those of the archive.
  [[nodiscard]] Result<std::string> content_of(const Version& version);

 private:
  using Kept = std::shared_ptr<const archive::Object>;
  [[nodiscard]] Kept kept(const std::string& key);
  void keep(Kept object);
  [[nodiscard]] Result<std::string> read(const Version& version);
  [[nodiscard]] Result<std::string> fetch(const std::string& key);

  Archive& archive_;
  std::mutex mutex_;         ///< guards what follows
  std::deque<Kept> recent_;  ///< the last one read first
  std::size_t bytes_ = 0;    ///< of them
  int fetching_ = 0;
  std::condition_variable fetched_;
};

}  // namespace hotswap
