#include "orchestrator/secret_resolver.hpp"

#include <algorithm>

#include "domain/secret/marker.hpp"

namespace hotswap {
namespace {

constexpr int kTries = 3;

/// Fingerprints of references are kept apart from those of all profiles: no profile has this name.
ProfileName space_of(const std::string& reference) { return ProfileName("\n" + reference); }

std::string scheme_of(const std::string& reference) {
  return reference.substr(0, reference.find(':'));
}

}  // namespace

SecretResolver::SecretResolver(Parts parts)
    : parts_(std::move(parts)),
      reads_(
          parts_.metrics.counter("hotswap_secret_reads_total", "Secrets asked of their providers")),
      failures_(parts_.metrics.counter("hotswap_secret_failures_total",
                                       "Secrets that their providers did not give")) {}

void SecretResolver::on_changed(std::function<void(const VersionName&)> listener) {
  listeners_.push_back(std::move(listener));
}

Result<SecretResolver::Resolved> SecretResolver::resolve(const VersionName& version,
                                                         json::Value document) {
  Resolved resolved;
  if (!holds_secret(document, SecretForm::Reference)) {
    resolved.document = std::move(document);
    return resolved;
  }
  auto replaced = replace_secrets(
      document, [&](const std::string&, const json::Value& marker) -> Result<json::Value> {
        if (secret_form(marker) != SecretForm::Reference) return marker;
        if (auto may = check(version, secret_member(marker, "ref")); !may)
          return std::unexpected(std::move(may.error()));
        const auto known = value_of(secret_member(marker, "ref"), version);
        if (!known) return std::unexpected(known.error());
        resolved.secrets += known->revision;
        return json::Object{{"type", "secret"}, {"value", known->value->view()}};
      });
  if (!replaced) return std::unexpected(std::move(replaced.error()));
  resolved.document = std::move(*replaced);
  return resolved;
}

Result<void> SecretResolver::check(const VersionName& version, const std::string& reference) {
  if (!parts_.may_refer) return {};
  const auto parsed = parse_secret_reference(reference);
  if (!parsed) return std::unexpected(parsed.error());
  auto may = parts_.may_refer(version, *parsed);
  if (may || may.error().code != ErrorCode::Forbidden) return may;
  {
    const std::lock_guard lock(mutex_);
    if (denied_.size() >= kReferences) denied_.clear();
    if (!denied_.emplace(version, reference).second) return may;
  }
  parts_.logger.warning("secrets", "a document refers to a secret that it may not have",
                        {{"reference", reference},
                         {"configName", version.first.value},
                         {"detail", may.error().detail}});
  tell(reference, "secret.denied", may.error().detail, {version});
  return may;
}

std::optional<Result<SecretResolver::Known>> SecretResolver::kept(const std::string& reference,
                                                                  const VersionName& user) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kReferences && !entries_.contains(reference)) make_room();
  Entry& entry = entries_[reference];
  entry.users.insert(user);
  if (parts_.clock.mono() >= entry.due) return std::nullopt;
  if (entry.value) return Known{entry.value, entry.revision};
  // A provider that is away is not asked again for each of thousands of instances.
  return std::unexpected(entry.error);
}

/// With the mutex held: whatever would be asked for soonest goes, it is known least.
void SecretResolver::make_room() {
  const auto first =
      std::ranges::min_element(entries_, {}, [](const auto& each) { return each.second.due; });
  if (first != entries_.end()) entries_.erase(first);
}

Result<SecretResolver::Known> SecretResolver::value_of(const std::string& reference,
                                                       const VersionName& user) {
  if (auto known = kept(reference, user)) return std::move(*known);
  const std::lock_guard turn(gates_[std::hash<std::string>{}(reference) % gates_.size()]);
  // Whoever waited for the turn finds what the one before has fetched.
  if (auto known = kept(reference, user)) return std::move(*known);
  return ask(reference);
}

Result<ProvidedSecret> SecretResolver::read(const std::string& reference) {
  const auto parsed = parse_secret_reference(reference);
  if (!parsed) return std::unexpected(parsed.error());
  const auto provider = parts_.providers.find(parsed->scheme);
  if (provider == parts_.providers.end())
    return fail(ErrorCode::Unavailable, "secret.no_provider",
                "This server knows no store of secrets called " + parsed->scheme +
                    ": set it up, or correct the reference.");
  reads_.add();
  return provider->second->read(*parsed);
}

/// What tells one value from the next. A provider's version tells less: Vault counts for a secret
/// with all its keys, and begins anew where one was deleted and written again. It serves where no
/// key-encryption key is there for fingerprints.
Result<std::string> SecretResolver::mark_of(const std::string& reference,
                                            const ProvidedSecret& found) {
  auto mark = parts_.sealer.fingerprint(space_of(reference), json::Value(found.value.view()));
  if (mark || mark.error().reason != "secret.no_key" || found.version.empty()) return mark;
  return "v:" + found.version;
}

Result<std::uint64_t> SecretResolver::revision_of(const std::string& reference,
                                                  const ProvidedSecret& found) {
  const auto mark = mark_of(reference, found);
  if (!mark) return std::unexpected(mark.error());
  for (int i = 0; i < kTries; ++i) {
    const auto stored = parts_.store.secret_reference(reference);
    if (!stored) return std::unexpected(stored.error());
    const auto revision = *stored ? (*stored)->revision : 0;
    if (*stored && (*stored)->fingerprint == *mark) return revision;
    const auto done =
        parts_.committer.commit({change::PutSecretReference{{reference, *mark, revision}}});
    if (done) return revision + 1;
    if (done.error().reason != "secret.reference_changed") return std::unexpected(done.error());
  }
  return fail(ErrorCode::Unavailable, "secret.unavailable",
              "Servers see different values of " + reference + " at the same time: try again.");
}

Result<SecretResolver::Known> SecretResolver::enter(const std::string& reference,
                                                    ProvidedSecret found, std::uint64_t revision) {
  const auto fresh = std::clamp(found.fresh_for, kFreshMin, kFreshMax);
  std::set<VersionName> changed, recovered;
  Known known{std::make_shared<const SecretText>(std::move(found.value)), revision};
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[reference];
    // Who was refused it is told now; who has an older value as well.
    if (entry.pause != Duration{}) recovered = entry.users;
    if (entry.value && entry.revision != revision) changed = entry.users;
    const MonoTime now = parts_.clock.mono();
    entry.value = known.value;
    entry.revision = revision;
    entry.due = now + fresh;
    entry.usable_until = entry.due + parts_.keep_stale;
    entry.pause = {};
  }
  if (!changed.empty())
    tell(reference, "secret.changed", "The secret " + reference + " has changed", changed);
  else if (!recovered.empty())
    tell(reference, "secret.available", "The secret " + reference + " can be read again",
         recovered);
  changed.merge(recovered);
  for (const VersionName& user : changed)
    for (const auto& listener : listeners_) listener(user);
  return known;
}

/// The value that was known before, if it may still be used.
std::optional<SecretResolver::Known> SecretResolver::fail_over(const std::string& reference,
                                                               const Error& error) {
  failures_.add();
  std::set<VersionName> users;
  std::optional<Known> known;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[reference];
    const MonoTime now = parts_.clock.mono();
    const bool first = entry.pause == Duration{};
    entry.pause = first ? kRetryFirst : std::min(2 * entry.pause, kRetryMax);
    entry.due = now + entry.pause;
    const bool silent = error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout;
    if (!silent || now >= entry.usable_until) entry.value = nullptr;
    entry.error = error;
    if (entry.value) known = Known{entry.value, entry.revision};
    if (first) users = entry.users;
  }
  if (users.empty()) return known;
  parts_.logger.warning("secrets", "a referenced secret cannot be read, will retry",
                        {{"reference", reference},
                         {"reason", error.reason},
                         {"detail", error.detail},
                         {"internal", error.internal}});
  tell(reference, "secret.unavailable",
       "The secret " + reference + " cannot be read: " + error.detail +
           " Instances keep what they have.",
       users);
  return known;
}

Result<SecretResolver::Known> SecretResolver::ask(const std::string& reference) {
  auto found = read(reference);
  if (found) {
    const auto revision = revision_of(reference, *found);
    if (revision) return enter(reference, std::move(*found), *revision);
    found = std::unexpected(revision.error());
  }
  if (auto known = fail_over(reference, found.error())) return std::move(*known);
  return std::unexpected(std::move(found.error()));
}

void SecretResolver::tell(const std::string& reference, std::string kind,
                          const std::string& message, const std::set<VersionName>& users) {
  std::set<ProfileName> profiles;
  for (const VersionName& user : users) profiles.insert(user.first);
  ChangeSet changes;
  for (const ProfileName& profile : profiles) {
    TimelineEvent event;
    event.at = parts_.clock.wall();
    event.kind = kind;
    event.profile = profile;
    event.message = message;
    event.data = json::Object{{"scheme", scheme_of(reference)}};
    changes.push_back(change::AppendEvent{std::move(event)});
  }
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    parts_.logger.warning("secrets", "an event could not be recorded",
                          {{"kind", kind}, {"detail", done.error().detail}});
}

std::vector<std::string> SecretResolver::due() {
  // Who is no longer to hold a version is found out without the lock.
  std::vector<std::pair<std::string, std::set<VersionName>>> candidates;
  {
    const std::lock_guard lock(mutex_);
    const MonoTime now = parts_.clock.mono();
    for (const auto& [reference, entry] : entries_)
      if (now >= entry.due) candidates.emplace_back(reference, entry.users);
  }
  std::vector<std::string> wanted;
  for (auto& [reference, users] : candidates) {
    if (parts_.in_use) std::erase_if(users, [&](const auto& user) { return parts_.in_use(user); });
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(reference);
    if (found == entries_.end()) continue;
    if (parts_.in_use)
      for (const VersionName& unused : users) found->second.users.erase(unused);
    if (found->second.users.empty())
      entries_.erase(found);
    else
      wanted.push_back(reference);
  }
  return wanted;
}

void SecretResolver::refresh() {
  const auto is_due = [this](const std::string& reference) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(reference);
    return found != entries_.end() && parts_.clock.mono() >= found->second.due;
  };
  for (const std::string& reference : due()) {
    const std::lock_guard turn(gates_[std::hash<std::string>{}(reference) % gates_.size()]);
    // Whoever had the turn before may have asked for it. What fails is told, and tried again.
    if (is_due(reference)) static_cast<void>(ask(reference));
  }
}

void SecretResolver::changed_elsewhere(const std::string& reference) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(reference);
  if (found != entries_.end()) found->second.due = parts_.clock.mono();
}

}  // namespace hotswap
