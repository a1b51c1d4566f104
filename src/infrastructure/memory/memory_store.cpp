#include "infrastructure/memory/memory_store.hpp"

#include <limits>

#include "infrastructure/memory/filters.hpp"
#include "infrastructure/memory/page.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap {
namespace {

using memory::StoredVersion;

constexpr std::string_view kProfiles = "profiles";
constexpr std::string_view kVersions = "versions";

bool label_matches(const std::map<std::string, std::string>& labels, const std::string& key,
                   const std::string& value) {
  if (key.empty()) return true;
  const auto found = labels.find(key);
  return found != labels.end() && (value.empty() || found->second == value);
}

bool equal_or_any(const std::string& wanted, const std::string& is) {
  return wanted.empty() || wanted == is;
}

bool matches(const ProfileFilter& filter, const Profile& profile) {
  return equal_or_any(filter.service, profile.service.str()) &&
         equal_or_any(filter.environment, profile.environment) &&
         label_matches(profile.labels, filter.label_key, filter.label_value) &&
         (memory::contains_text(profile.name.str(), filter.text) ||
          memory::contains_text(profile.description, filter.text));
}

bool matches(const InstanceFilter& filter, const Instance& instance) {
  return equal_or_any(filter.service, instance.service.str()) &&
         equal_or_any(filter.environment, instance.environment) &&
         equal_or_any(filter.status, std::string(to_string(instance.status))) &&
         label_matches(instance.labels, filter.label_key, filter.label_value);
}

/// `tags` of one version, sorted.
std::vector<std::string> tags_of(const memory::State& state, const Version& version) {
  std::vector<std::string> tags;
  auto it = state.tags.lower_bound({version.profile, ""});
  for (; it != state.tags.end() && it->first.first == version.profile; ++it) {
    if (it->second.number == version.number) tags.push_back(it->second.tag);
  }
  return tags;
}

/// Newest upload first.
std::vector<const StoredVersion*> versions_of(const memory::State& state,
                                              const ProfileName& profile) {
  std::vector<const StoredVersion*> found;
  auto it = state.versions.lower_bound({profile, ""});
  for (; it != state.versions.end() && it->first.first == profile; ++it) {
    found.push_back(&it->second);
  }
  std::ranges::sort(found, std::greater(), &StoredVersion::uploaded);
  return found;
}

/// `before`: only uploads older than this one.
Page<Version> page_of_versions(const memory::State& state, const ProfileName& profile,
                               std::uint64_t before, std::size_t limit) {
  const auto newest_first = versions_of(state, profile);
  return memory::fill_page<Version>(
      std::ranges::subrange(newest_first.begin(), newest_first.end()), {kVersions, limit},
      [&](const StoredVersion* stored) { return stored->uploaded < before; },
      [&](const StoredVersion* stored) {
        Version version = stored->version;
        version.content.clear();
        version.tags = tags_of(state, version);
        return version;
      },
      [](const StoredVersion* stored) { return std::to_string(stored->uploaded); });
}

}  // namespace

Result<Committed> MemoryStore::commit(ChangeSet changes) {
  const MutexLock lock(mutex_);
  memory::UndoLog log;
  Committed committed;
  for (auto& change : changes) {
    if (auto done = memory::apply(state_, log, change, committed); !done) {
      log.roll_back();
      return std::unexpected(std::move(done.error()));
    }
  }
  return committed;
}

Result<Profile> MemoryStore::profile(const ProfileName& name) {
  const MutexLock lock(mutex_);
  const auto found = state_.profiles.find(name);
  if (found == state_.profiles.end()) return std::unexpected(store::profile_not_found(name));
  return found->second;
}

Result<Page<Profile>> MemoryStore::profiles(const ProfileFilter& filter, const PageRequest& page) {
  const MutexLock lock(mutex_);
  auto first = state_.profiles.begin();
  if (!page.cursor.empty()) {
    const auto key = store::decode_cursor(kProfiles, page.cursor);
    if (!key) return std::unexpected(key.error());
    first = state_.profiles.upper_bound(ProfileName(*key));
  }
  return memory::fill_page<Profile>(
      std::ranges::subrange(first, state_.profiles.end()), {kProfiles, store::page_limit(page)},
      [&](const auto& entry) { return matches(filter, entry.second); },
      [](const auto& entry) { return entry.second; },
      [](const auto& entry) { return entry.first.str(); });
}

Result<std::vector<Profile>> MemoryStore::profiles_of(const ServiceName& service,
                                                      const std::string& environment) {
  const MutexLock lock(mutex_);
  std::vector<Profile> found;
  for (const auto& [name, profile] : state_.profiles) {
    if (profile.service == service && profile.environment == environment) found.push_back(profile);
  }
  return found;
}

Result<Version> MemoryStore::listed_version(const ProfileName& profile, const SemVer& number) {
  auto version = stored_version(profile, number);
  if (version) version->content.clear();
  return version;
}

Result<Version> MemoryStore::version(const ProfileName& profile, const SemVer& number) {
  return with_content(stored_version(profile, number));
}

Result<Version> MemoryStore::stored_version(const ProfileName& profile,
                                            const SemVer& number) const {
  const MutexLock lock(mutex_);
  const auto found = state_.versions.find({profile, number.str()});
  if (found == state_.versions.end()) {
    return std::unexpected(store::version_not_found(profile, number));
  }
  Version version = found->second.version;
  version.tags = tags_of(state_, version);
  return version;
}

Result<Page<Version>> MemoryStore::versions(const ProfileName& profile, const PageRequest& page) {
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
  if (!page.cursor.empty()) {
    const auto key = store::decode_number_cursor(kVersions, page.cursor);
    if (!key) return std::unexpected(key.error());
    before = *key;
  }
  const MutexLock lock(mutex_);
  return page_of_versions(state_, profile, before, store::page_limit(page));
}

Result<std::vector<SemVer>> MemoryStore::version_numbers(const ProfileName& profile) {
  const MutexLock lock(mutex_);
  std::vector<SemVer> numbers;
  for (const auto* stored : versions_of(state_, profile)) {
    numbers.push_back(stored->version.number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

Result<std::optional<SemVer>> MemoryStore::tagged(const ProfileName& profile,
                                                  const std::string& tag) {
  const MutexLock lock(mutex_);
  const auto found = state_.tags.lower_bound({profile, tag});
  if (found == state_.tags.end() || found->first.first != profile || found->second.tag != tag) {
    return std::optional<SemVer>();
  }
  return found->second.number;
}

Result<Instance> MemoryStore::instance(const InstanceId& id) {
  const MutexLock lock(mutex_);
  const auto found = state_.instances.find(id);
  if (found == state_.instances.end()) return std::unexpected(store::instance_not_found(id));
  return found->second;
}

Result<Page<Instance>> MemoryStore::instances(const InstanceFilter& filter,
                                              const PageRequest& page) {
  constexpr std::string_view kInstances = "instances";
  const MutexLock lock(mutex_);
  auto first = state_.instances.begin();
  if (!page.cursor.empty()) {
    const auto key = store::decode_cursor(kInstances, page.cursor);
    if (!key) return std::unexpected(key.error());
    first = state_.instances.upper_bound(InstanceId(*key));
  }
  return memory::fill_page<Instance>(
      std::ranges::subrange(first, state_.instances.end()), {kInstances, store::page_limit(page)},
      [&](const auto& entry) { return matches(filter, entry.second); },
      [](const auto& entry) { return entry.second; },
      [](const auto& entry) { return entry.first.str(); });
}

Result<std::vector<Instance>> MemoryStore::instances_of(const ServiceName& service,
                                                        const std::string& environment) {
  const MutexLock lock(mutex_);
  std::vector<Instance> found;
  for (const auto& [id, instance] : state_.instances) {
    if (instance.service == service && instance.environment == environment) {
      found.push_back(instance);
    }
  }
  return found;
}

Result<std::vector<Instance>> MemoryStore::all_instances() {
  const MutexLock lock(mutex_);
  std::vector<Instance> found;
  for (const auto& [id, instance] : state_.instances) found.push_back(instance);
  return found;
}

}  // namespace hotswap
