#include "api/streams/frames.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/mask.hpp"

namespace hotswap::api {
namespace {

std::string_view event_name(FrameKind kind) {
  switch (kind) {
    case FrameKind::Config:
      return "config";
    case FrameKind::Stage:
      return "stage";
    case FrameKind::Activate:
      return "activate";
  }
  return "config";
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  json::write_string_to(out, text);
}

/// `"version":…,"generation":…,"hash":…`
std::string slot_members(const Assignment::Slot& slot) {
  std::string out;
  append_text(out, "version", slot.version.str());
  out += ",\"generation\":" + std::to_string(slot.generation) + ',';
  append_text(out, "hash", slot.hash);
  return out;
}

std::string key_of(std::string_view kind, const ProfileName& profile,
                   const Assignment::Slot& slot) {
  std::string key(kind);
  key += ' ' + profile.str() + ' ' + slot.version.str() + ' ' + slot.hash + ' ' +
         std::to_string(slot.generation);
  return key;
}

}  // namespace

std::string sse_frame(std::string_view event, std::uint64_t id, std::string_view data) {
  std::string out;
  out.reserve(event.size() + data.size() + 48);
  if (!event.empty()) {
    out += "event: ";
    out += event;
    out += '\n';
  }
  if (id != 0) out += "id: " + std::to_string(id) + '\n';
  out += "data: ";
  out += data;
  out += "\n\n";
  return out;
}

std::string unassign_frame(const ProfileName& profile, std::uint64_t generation) {
  std::string data = "{";
  append_text(data, "profile", profile.str());
  data += ",\"generation\":" + std::to_string(generation) + '}';
  return sse_frame("unassign", generation, data);
}

FrameCache::Text FrameCache::counted(std::string text) const {
  const auto size = text.size();
  alive_->fetch_add(size, std::memory_order_relaxed);
  auto owned = std::make_unique<const std::string>(std::move(text));
  return {owned.release(), [alive = alive_, size](const std::string* gone) {
            alive->fetch_sub(size, std::memory_order_relaxed);
            const std::unique_ptr<const std::string> last(gone);
          }};
}

FrameCache::Text FrameCache::find(const std::string& key) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->text;
}

void FrameCache::keep(const std::string& key, const Text& text) {
  const MutexLock lock(mutex_);
  if (entries_.contains(key)) return;
  order_.push_front({key, text});
  entries_.emplace(key, order_.begin());
  bytes_ += text->size();
  while (bytes_ > kBytes && order_.size() > 1) {
    bytes_ -= order_.back().text->size();
    entries_.erase(order_.back().key);
    order_.pop_back();
  }
}

void FrameCache::share(ContentCache& contents, Metrics& metrics) {
  const auto counter = [&metrics](const char* from) -> Counter& {
    return metrics.counter("hotswap_content_reads_total",
                           "Contents that were not in this node's memory, by where they came from",
                           {{"from", from}});
  };
  shared_.emplace(contents, counter("redis"), counter("store"));
}

Result<FrameCache::Text> FrameCache::canonical(const ProfileName& profile,
                                               const Assignment::Slot& slot) {
  if (shared_)
    if (auto found = shared_->contents.get(slot.hash)) {
      shared_->found.add();
      return std::make_shared<const std::string>(std::move(*found));
    }
  if (shared_) shared_->read.add();
  return stored(profile, slot);
}

Result<FrameCache::Text> FrameCache::stored(const ProfileName& profile,
                                            const Assignment::Slot& slot) {
  const auto version = versions_.get(profile, slot.version);
  if (!version) return std::unexpected(version.error());
  if ((*version)->hash != slot.hash) {
    return fail(ErrorCode::Conflict, "version.content_changed",
                "Version " + slot.version.str() + " of " + profile.str() +
                    " is no longer what was assigned: the profile was deleted and made anew.");
  }
  const auto document = json::parse((*version)->content);
  if (!document) return std::unexpected(document.error());
  // The hash covers the canonical form, so these very bytes are sent.
  auto text = std::make_shared<const std::string>(json::canonical(*document));
  // Secrets are the store's and the instance's: nowhere else.
  if (shared_ && secret_texts(*document).empty()) shared_->contents.put(slot.hash, *text);
  return text;
}

Result<FrameCache::Text> FrameCache::members(const ProfileName& profile,
                                             const Assignment::Slot& slot) {
  const auto key = key_of("members", profile, slot);
  if (auto known = find(key)) return known;
  const auto document = canonical(profile, slot);
  if (!document) return document;
  auto text = slot_members(slot);
  text += ",\"data\":";
  text += **document;
  auto shared = counted(std::move(text));
  keep(key, shared);
  return shared;
}

Result<FrameCache::Text> FrameCache::frame(FrameKind kind, const ProfileName& profile,
                                           const Assignment::Slot& slot) {
  const auto key = key_of(event_name(kind), profile, slot);
  if (auto known = find(key)) return known;
  std::string data = "{";
  append_text(data, "profile", profile.str());
  data += ',';
  if (kind == FrameKind::Activate) {
    data += slot_members(slot);
  } else {
    const auto content = members(profile, slot);
    if (!content) return content;
    data += **content;
  }
  data += '}';
  auto shared = counted(sse_frame(event_name(kind), slot.generation, data));
  keep(key, shared);
  return shared;
}

}  // namespace hotswap::api
