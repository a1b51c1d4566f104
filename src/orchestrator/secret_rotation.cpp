#include "orchestrator/secret_rotation.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/sealed.hpp"
#include "orchestrator/secret_sealer.hpp"

namespace hotswap {
namespace {

/// Among the store's keys: its id is that of the key-encryption key which all shall be under, its
/// bytes are a record. key_use() leaves it out.
constexpr std::string_view kRotation = "rotation";
constexpr Duration kRetry = std::chrono::seconds(10);

std::string text_of(const SecretRotationRecord& record) {
  json::Object body{
      {"to", record.to}, {"keys", record.keys}, {"startedAt", format_time(record.started_at)}};
  if (record.finished_at) body.append("finishedAt", format_time(*record.finished_at));
  return json::write(body);
}

Result<SecretRotationRecord> record_of(const std::string& text) {
  const auto body = json::parse(text);
  if (!body) return std::unexpected(body.error());
  json::ObjectReader in(*body, "$");
  SecretRotationRecord record;
  record.to = in.required_string("to");
  record.keys = static_cast<std::uint64_t>(in.optional_int("keys", 0, INT64_MAX).value_or(0));
  record.started_at = in.optional_time("startedAt").value_or(WallTime{});
  record.finished_at = in.optional_time("finishedAt");
  if (auto bad = in.finish("secret.rotation")) return std::unexpected(*bad);
  return record;
}

std::uint64_t not_under(const std::map<std::string, std::uint64_t>& use, const std::string& key) {
  std::uint64_t count = 0;
  for (const auto& [id, rows] : use) count += id == key ? 0 : rows;
  return count;
}

TimelineEvent event_of(const std::string& actor, std::string kind, std::string message,
                       WallTime at) {
  TimelineEvent event;
  event.at = at;
  event.kind = std::move(kind);
  event.actor = actor;
  event.message = std::move(message);
  return event;
}

}  // namespace

SecretRotation::SecretRotation(Parts parts)
    : parts_(std::move(parts)),
      rewrapped_(parts_.metrics.counter("hotswap_secret_keys_rewrapped_total",
                                        "Data keys that a rotation wrapped anew")) {}

Result<std::optional<SecretRotation::Stored>> SecretRotation::stored() {
  auto row = parts_.store.secret_key(std::string(kRotation));
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<Stored>();
  auto record = record_of((*row)->bytes);
  if (!record) return std::unexpected(record.error());
  return std::optional(Stored{std::move(**row), std::move(*record)});
}

Result<SecretKeyStatus> SecretRotation::look() {
  SecretKeyStatus status;
  status.current = parts_.wrapper.current();
  auto use = parts_.store.key_use();
  if (!use) return std::unexpected(use.error());
  status.use = std::move(*use);
  const auto wish = stored();
  if (!wish) return std::unexpected(wish.error());
  if (!*wish) return status;
  status.last = (*wish)->record;
  if (!status.running()) return status;
  status.remaining = not_under(status.use, status.last->to);
  const std::lock_guard lock(mutex_);
  status.error = error_;
  return status;
}

Result<SecretKeyStatus> SecretRotation::status(const Caller& caller) {
  if (auto ok = authorize(caller.principal, Action::SecretRotate); !ok)
    return std::unexpected(ok.error());
  return look();
}

Result<SecretKeyStatus> SecretRotation::start(const Caller& caller) {
  if (auto ok = authorize(caller.principal, Action::SecretRotate); !ok)
    return std::unexpected(ok.error());
  const auto before = stored();
  if (!before) return std::unexpected(before.error());
  const bool running = *before && !(*before)->record.finished_at;
  // One that goes on to the current key is asked for again by whoever lost the answer.
  if (running && (*before)->record.to == parts_.wrapper.current()) return look();
  if (running)
    return fail(ErrorCode::Conflict, "secret.rotating",
                "The keys are still being wrapped by " + (*before)->record.to +
                    ": wait until that is done; hotswap secrets rotation shows how far it is.");
  if (parts_.renew)
    if (auto done = parts_.renew(); !done) return std::unexpected(done.error());
  SecretRotationRecord record;
  record.to = parts_.wrapper.current();
  if (record.to.empty())
    return fail(ErrorCode::Unavailable, "secret.no_key",
                "This server has no key-encryption key: give it one with --secret-keys-file or "
                "HOTSWAP_SECRET_KEYS.");
  const auto use = parts_.store.key_use();
  if (!use) return std::unexpected(use.error());
  record.keys = not_under(*use, record.to);
  record.started_at = parts_.clock.wall();
  ChangeSet changes{change::PutSecretKey{std::string(kRotation),
                                         {record.to, text_of(record)},
                                         *before ? (*before)->row : WrappedKey{}}};
  changes.push_back(change::AppendEvent{event_of(
      caller.principal.subject, "secret.rotation_started",
      std::to_string(record.keys) + " data keys go under " + record.to, record.started_at)});
  changes.push_back(change::AppendAudit{
      audit_entry(caller, "secret.rotate", "secrets", "to " + record.to, record.started_at)});
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return look();
}

Result<WrappedKey> SecretRotation::wrapped_anew(const WrappedKey& old, std::string_view context,
                                                const std::string& to) {
  const auto key = parts_.wrapper.unwrap(old, context);
  if (!key) return std::unexpected(key.error());
  auto wrapped = parts_.wrapper.wrap(*key, context);
  if (wrapped && wrapped->key_id != to)
    return fail(ErrorCode::Unavailable, "secret.key_missing",
                "The keys are to be wrapped by " + to + ", but this server wraps with " +
                    wrapped->key_id + ": give every server the same keys in the same order.");
  return wrapped;
}

Result<bool> SecretRotation::rewrap_versions(const std::string& to) {
  const auto versions = parts_.store.versions_not_under(to, kBatch);
  if (!versions) return std::unexpected(versions.error());
  if (versions->empty()) return false;
  change::RewrapVersions change;
  for (const KeyedVersion& each : *versions) {
    const auto& [profile, number] = each.version;
    auto now = wrapped_anew(each.key, key_context(profile, number), to);
    if (!now) {
      now.error().detail =
          "Version " + number.str() + " of " + profile.str() + ": " + now.error().detail;
      return std::unexpected(now.error());
    }
    change.items.push_back({each.version, each.key, std::move(*now)});
  }
  if (auto done = parts_.committer.commit({std::move(change)}); !done)
    return std::unexpected(done.error());
  rewrapped_.add(static_cast<double>(versions->size()));
  return true;
}

Result<void> SecretRotation::rewrap_own(const std::string& to) {
  const std::string name(SecretSealer::kFingerprintKey);
  const auto old = parts_.store.secret_key(name);
  if (!old) return std::unexpected(old.error());
  if (!*old || (*old)->key_id == to) return {};
  auto now = wrapped_anew(**old, SecretSealer::kFingerprintContext, to);
  if (!now) return std::unexpected(now.error());
  auto done = parts_.committer.commit({change::PutSecretKey{name, std::move(*now), **old}});
  if (!done) return std::unexpected(done.error());
  rewrapped_.add();
  return {};
}

Result<void> SecretRotation::finish(const Stored& wish) {
  SecretRotationRecord record = wish.record;
  record.finished_at = parts_.clock.wall();
  ChangeSet changes{
      change::PutSecretKey{std::string(kRotation), {record.to, text_of(record)}, wish.row}};
  changes.push_back(change::AppendEvent{
      event_of("system", "secret.rotation_done",
               "All data keys are under " + record.to + "; older keys may be retired",
               *record.finished_at)});
  auto done = parts_.committer.commit(std::move(changes));
  if (!done) return std::unexpected(done.error());
  parts_.logger.info("secrets", "the rotation of the key-encryption key is done",
                     {{"key", record.to}, {"keys", record.keys}});
  return {};
}

Result<bool> SecretRotation::work(const Stored& wish) {
  const auto more = rewrap_versions(wish.record.to);
  if (!more || *more) return more;
  if (auto done = rewrap_own(wish.record.to); !done) return std::unexpected(done.error());
  if (auto done = finish(wish); !done) return std::unexpected(done.error());
  return false;
}

void SecretRotation::failed(const Error& error) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = error_ != error.detail;
    error_ = error.detail;
    not_before_ = parts_.clock.mono() + kRetry;
  }
  if (news)
    parts_.logger.warning(
        "secrets", "the rotation does not get further, will retry",
        {{"reason", error.reason}, {"detail", error.detail}, {"internal", error.internal}});
}

bool SecretRotation::tick() {
  if (parts_.leads && !parts_.leads()) return false;
  {
    const std::lock_guard lock(mutex_);
    if (parts_.clock.mono() < not_before_) return false;
  }
  const auto wish = stored();
  if (!wish || !*wish || (*wish)->record.finished_at) return false;
  const auto more = work(**wish);
  if (!more) {
    failed(more.error());
    return false;
  }
  const std::lock_guard lock(mutex_);
  error_.clear();
  return *more;
}

json::Value to_json(const SecretKeyStatus& status) {
  json::Array keys;
  for (const auto& [id, rows] : status.use)
    keys.emplace_back(
        json::Object{{"id", id}, {"current", id == status.current}, {"dataKeys", rows}});
  json::Object out{{"state", status.running() ? "Running"
                             : status.last    ? "Done"
                                              : "Never"},
                   {"currentKey", status.current.empty() ? json::Value() : status.current},
                   {"keys", std::move(keys)}};
  if (!status.last) return out;
  const SecretRotationRecord& last = *status.last;
  out.append("to", last.to);
  out.append("startedAt", format_time(last.started_at));
  out.append("finishedAt",
             last.finished_at ? json::Value(format_time(*last.finished_at)) : json::Value());
  out.append("total", last.keys);
  out.append("remaining", status.remaining);
  if (!status.error.empty()) out.append("error", status.error);
  return out;
}

}  // namespace hotswap
