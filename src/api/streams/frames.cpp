#include "api/streams/frames.hpp"

#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"
#include "domain/ports/trace_scope.hpp"
#include "domain/secret/mask.hpp"
#include "domain/secret/plain_view.hpp"

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

std::unexpected<Error> unknown_secret(const ProfileName& profile, const Assignment::Slot& slot) {
  return fail(ErrorCode::Unavailable, "secret.unavailable",
              "A secret of version " + slot.version.str() + " of " + profile.str() +
                  " is not known, so that the version cannot be delivered.");
}

/// Compact JSON with a marker of any form in it, or something that looks like one.
bool may_hold_secrets(std::string_view text) {
  return text.find(R"("type":"secret")") != std::string_view::npos;
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

std::uint64_t FrameCache::forgotten() {
  const MutexLock lock(mutex_);
  return forgotten_;
}

void FrameCache::keep(Entry entry, std::uint64_t forgotten) {
  const MutexLock lock(mutex_);
  if (forgotten_ != forgotten || entries_.contains(entry.key)) return;
  bytes_ += entry.text->size();
  order_.push_front(std::move(entry));
  entries_.emplace(order_.front().key, order_.begin());
  while (bytes_ > kBytes && order_.size() > 1) {
    bytes_ -= order_.back().text->size();
    entries_.erase(order_.back().key);
    order_.pop_back();
  }
}

void FrameCache::forget(const VersionName& version) {
  const MutexLock lock(mutex_);
  ++forgotten_;
  last_ = {};
  ++changes_[version.first];
  texts_.erase(version);
  for (auto it = order_.begin(); it != order_.end();) {
    if (it->version != version) {
      ++it;
      continue;
    }
    bytes_ -= it->text->size();
    entries_.erase(it->key);
    it = order_.erase(it);
  }
}

std::uint64_t FrameCache::changes(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  const auto found = changes_.find(profile);
  return found == changes_.end() ? 0 : found->second;
}

void FrameCache::share(ContentCache& contents, Metrics& metrics) {
  const auto counter = [&metrics](const char* from) -> Counter& {
    return metrics.counter("hotswap_content_reads_total",
                           "Contents that were not in this node's memory, by where they came from",
                           {{"from", from}});
  };
  shared_.emplace(contents, counter("redis"), counter("store"));
}

Result<FrameCache::Content> FrameCache::canonical(const ProfileName& profile,
                                                  const Assignment::Slot& slot) {
  if (shared_)
    if (auto found = shared_->contents.get(slot.hash); found && !may_hold_secrets(*found)) {
      shared_->found.add();
      return Content{std::make_shared<const std::string>(std::move(*found)), {}};
    }
  if (shared_) shared_->read.add();
  return stored(profile, slot);
}

Result<SecretResolver::Resolved> FrameCache::opened(const Version& version) {
  auto document = versions_.document(version);
  if (!document) return std::unexpected(std::move(document.error()));
  if (!resolve_) return SecretResolver::Resolved{std::move(*document), 0};
  return resolve_({version.profile, version.number}, std::move(*document));
}

FrameCache::Texts FrameCache::secrets_of(const VersionName& version) {
  static const Texts kNone = std::make_shared<const std::vector<std::string>>();
  {
    const MutexLock lock(mutex_);
    if (const auto known = texts_.find(version); known != texts_.end()) return known->second;
  }
  const auto before = forgotten();
  const auto stored = versions_.get(version.first, version.second);
  if (!stored || !may_hold_secrets((*stored)->content)) return kNone;
  const auto document = opened(**stored);
  if (!document) return kNone;
  auto texts = std::make_shared<const std::vector<std::string>>(secret_texts(document->document));
  const MutexLock lock(mutex_);
  if (forgotten_ != before) return texts;
  if (texts_.size() >= kTexts) texts_.erase(texts_.begin());
  texts_.insert_or_assign(version, texts);
  return texts;
}

Result<FrameCache::Content> FrameCache::stored(const ProfileName& profile,
                                               const Assignment::Slot& slot) {
  const auto trace = traced_ ? tracing::parse_context(traced_(profile, slot.generation))
                             : std::optional<tracing::Context>();
  const TraceScope scope(tracer_, trace.value_or(tracing::Context{}));
  const auto version = versions_.get(profile, slot.version);
  if (!version) return std::unexpected(version.error());
  if ((*version)->hash != slot.hash) {
    return fail(ErrorCode::Conflict, "version.content_changed",
                "Version " + slot.version.str() + " of " + profile.str() +
                    " is no longer what was assigned: the profile was deleted and made anew.");
  }
  const auto opened = this->opened(**version);
  if (!opened) return std::unexpected(opened.error());
  if (const auto plain = plain_view(opened->document)) {
    if (!plain->unknown.empty()) return unknown_secret(profile, slot);
    // Secrets are the store's and the instance's: nowhere else. The hash does not cover them.
    auto text = std::make_shared<const std::string>(json::canonical(plain->document));
    auto hash = sha256_hex(*text);
    return Content{std::move(text), std::move(hash), opened->secrets};
  }
  // The hash covers the canonical form, so these very bytes are sent.
  auto text = std::make_shared<const std::string>(json::canonical(opened->document));
  if (shared_) shared_->contents.put(slot.hash, *text);
  return Content{std::move(text), {}};
}

Result<std::string> FrameCache::members_of(const ProfileName& profile, const Assignment::Slot& slot,
                                           bool with_data) {
  auto text = named(profile, slot);
  const auto document = canonical(profile, slot);
  if (!document) return std::unexpected(document.error());
  if (!document->hash.empty()) {
    text += ',';
    append_text(text, "dataHash", document->hash);
  }
  if (document->secrets != 0) text += ",\"secrets\":" + std::to_string(document->secrets);
  if (with_data) {
    text += ",\"data\":";
    text += *document->text;
  }
  return text;
}

/// The slot's members, and the trace that instances may tell of it in.
std::string FrameCache::named(const ProfileName& profile, const Assignment::Slot& slot) const {
  std::string out = slot_members(slot);
  const std::string trace = traced_ ? traced_(profile, slot.generation) : std::string();
  if (trace.empty()) return out;
  out += ',';
  append_text(out, "traceparent", trace);
  return out;
}

/// Names the content that is meant, as far as it is known: to go back must be possible also while
/// an archive or a store of secrets is away.
std::string FrameCache::activation(const ProfileName& profile, const Assignment::Slot& slot) {
  const auto version = versions_.get(profile, slot.version);
  if (!version || !may_hold_secrets((*version)->content)) return this->named(profile, slot);
  auto named = members_of(profile, slot, false);
  return named ? std::move(*named) : this->named(profile, slot);
}

Result<FrameCache::Text> FrameCache::members(const ProfileName& profile,
                                             const Assignment::Slot& slot) {
  const auto key = key_of("members", profile, slot);
  if (auto known = find(key)) return known;
  const auto before = forgotten();
  auto text = members_of(profile, slot, true);
  if (!text) return std::unexpected(text.error());
  auto shared = counted(std::move(*text));
  keep({key, {profile, slot.version}, shared}, before);
  return shared;
}

FrameCache::Text FrameCache::repeated(FrameKind kind, const ProfileName& profile,
                                      const Assignment::Slot& slot) {
  const MutexLock lock(mutex_);
  const bool same = last_.kind == kind && last_.slot == slot && last_.profile == profile;
  return same ? last_.text : nullptr;
}

Result<FrameCache::Text> FrameCache::frame(FrameKind kind, const ProfileName& profile,
                                           const Assignment::Slot& slot) {
  if (auto known = repeated(kind, profile, slot)) return known;
  const auto before = forgotten();
  auto text = sought(kind, profile, slot);
  const MutexLock lock(mutex_);
  if (text && forgotten_ == before) last_ = {kind, profile, slot, *text};
  return text;
}

Result<FrameCache::Text> FrameCache::sought(FrameKind kind, const ProfileName& profile,
                                            const Assignment::Slot& slot) {
  const auto key = key_of(event_name(kind), profile, slot);
  if (auto known = find(key)) return known;
  const auto before = forgotten();
  std::string data = "{";
  append_text(data, "profile", profile.str());
  data += ',';
  if (kind == FrameKind::Activate) {
    data += activation(profile, slot);
  } else {
    const auto content = members(profile, slot);
    if (!content) return content;
    data += **content;
  }
  data += '}';
  auto shared = counted(sse_frame(event_name(kind), slot.generation, data));
  keep({key, {profile, slot.version}, shared}, before);
  return shared;
}

}  // namespace hotswap::api
