#include "hotswap/snapshot.hpp"

#include "document.hpp"
#include "domain/json/write.hpp"

namespace hotswap::sdk {

Snapshot::Snapshot(std::shared_ptr<const detail::Document> document, Identity identity)
    : table_(document->table()), identity_(std::move(identity)), document_(std::move(document)) {}

std::string Snapshot::json(std::string_view path) const {
  const auto* value = document_->at(path);
  return value == nullptr ? std::string() : json::write(*value);
}

bool Snapshot::same_at(std::string_view path, const Snapshot& other) const {
  if (document_ == other.document_) return true;
  const auto& hash = identity_.hash;
  if (path.empty() && !hash.empty() && !other.identity_.hash.empty())
    return identity_.same_content(other.identity_);
  const auto* mine = document_->at(path);
  const auto* theirs = other.document_->at(path);
  if (mine == nullptr || theirs == nullptr) return mine == theirs;
  return *mine == *theirs;
}

std::string Snapshot::explain(std::string_view path, ReadError error) const {
  std::string out(path.empty() ? "the document" : path);
  const auto* node = find(path, detail::hash_path(path));
  if (node == nullptr) return out + " is missing";
  if (error == ReadError::OutOfRange) return out + " does not fit the type it is read as";
  out += " holds ";
  return out += detail::kind_words(*node);
}

}  // namespace hotswap::sdk
