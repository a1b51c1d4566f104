#include "orchestrator/archive_reader.hpp"

#include <algorithm>

namespace hotswap {
namespace {

constexpr std::size_t kReadCache = 16 << 20;  ///< bytes of the objects that are kept
constexpr int kFetches = 2;                   ///< that go on at once
constexpr auto kWait = std::chrono::seconds(2);

}  // namespace

ArchiveReader::Kept ArchiveReader::kept(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(recent_, [&](const Kept& object) { return object->key == key; });
  if (found == recent_.end()) return nullptr;
  std::rotate(recent_.begin(), found, found + 1);
  return recent_.front();
}

void ArchiveReader::keep(Kept object) {
  if (object->bytes.size() > kReadCache) return;
  const std::lock_guard lock(mutex_);
  bytes_ += object->bytes.size();
  recent_.push_front(std::move(object));
  while (bytes_ > kReadCache) {
    bytes_ -= recent_.back()->bytes.size();
    recent_.pop_back();
  }
}

Result<std::string> ArchiveReader::fetch(const std::string& key) {
  {
    std::unique_lock lock(mutex_);
    if (!fetched_.wait_for(lock, kWait, [this] { return fetching_ < kFetches; }))
      return fail(ErrorCode::Unavailable, "archive.busy",
                  "The archive answers slowly and others wait for it already: try again.");
    ++fetching_;
  }
  auto bytes = archive_.get(key);
  {
    const std::lock_guard lock(mutex_);
    --fetching_;
  }
  fetched_.notify_one();
  return bytes;
}

Result<std::string> ArchiveReader::read(const Version& version) {
  const std::string& key = version.archived->object;
  if (const auto object = kept(key)) return archive::content_of(version, *object);
  auto bytes = fetch(key);
  if (!bytes) return bytes;
  const auto object = std::make_shared<const archive::Object>(key, std::move(*bytes));
  auto content = archive::content_of(version, *object);
  if (content) keep(object);  // what is damaged may have been mended by the next time
  return content;
}

Result<std::string> ArchiveReader::content_of(const Version& version) {
  auto content = read(version);
  if (!content) content.error().code = ErrorCode::Unavailable;
  return content;
}

}  // namespace hotswap
