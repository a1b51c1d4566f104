#include "orchestrator/secret_sources.hpp"

#include <algorithm>

#include "domain/base/utf8.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kModule = "secrets";

bool is_passing(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout;
}

std::string text_of(const SecretReference& reference) {
  return reference.scheme + ':' + reference.path +
         (reference.key.empty() ? "" : '#' + reference.key);
}

}  // namespace

struct SecretSources::Entry {
  std::shared_ptr<const ProvidedSecret> value;  ///< null: none
  MonoTime read_at{};
  std::optional<Error> error;  ///< of the last attempt
  MonoTime failed_at{};
  bool loading = false;
};

struct SecretSources::Given {
  std::shared_ptr<const ProvidedSecret> value;
  Duration fresh{};
  bool stale = false;
};

struct SecretSources::Numbers {
  Numbers(Metrics& metrics, const std::string& scheme)
      : read(reads(metrics, scheme, "ok")),
        refused(reads(metrics, scheme, "refused")),
        failed(reads(metrics, scheme, "failed")),
        remembered(given(metrics, scheme, "memory")),
        stale(given(metrics, scheme, "stale")),
        seconds(metrics.histogram(
            "hotswap_secret_read_seconds", "Time to read a secret at its store",
            {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}, {{"store", scheme}})),
        up(metrics.gauge("hotswap_secret_store_up", "Whether the store answered when last asked",
                         {{"store", scheme}})) {}

  static Counter& reads(Metrics& metrics, const std::string& scheme, const char* outcome) {
    return metrics.counter("hotswap_secret_reads_total", "Secrets asked for at their store",
                           {{"store", scheme}, {"outcome", outcome}});
  }
  static Counter& given(Metrics& metrics, const std::string& scheme, const char* from) {
    return metrics.counter("hotswap_secret_remembered_total",
                           "Secrets given out without asking their store",
                           {{"store", scheme}, {"from", from}});
  }
  void count(const Result<ProvidedSecret>& loaded) const {
    (loaded ? read : is_passing(loaded.error()) ? failed : refused).add();
  }

  Counter &read, &refused, &failed, &remembered, &stale;
  Distribution& seconds;
  Gauge& up;
};

SecretSources::SecretSources(std::vector<Source> sources, Options options, const Parts& parts)
    : sources_(std::move(sources)), options_(std::move(options)), parts_(parts), numbers_([&] {
        std::vector<Numbers> numbers;
        for (const auto& source : sources_) numbers.emplace_back(parts.metrics, source.scheme);
        return numbers;
      }()) {
  for (const auto& source : sources_) health_.push_back({.scheme = source.scheme, .error = {}});
}

SecretSources::~SecretSources() = default;

std::size_t SecretSources::source_of(const std::string& scheme) const {
  const auto found = std::ranges::find(sources_, scheme, &Source::scheme);
  return static_cast<std::size_t>(found - sources_.begin());
}

Result<ProvidedSecret> SecretSources::read(const SecretReference& reference) {
  const auto source = source_of(reference.scheme);
  if (source == sources_.size())
    return fail(ErrorCode::Invalid, "secret.invalid",
                "No store of secrets is called " + reference.scheme +
                    " here: give the server --vault-address for vault:…, --kubernetes-secrets for "
                    "k8s:…");
  if (!options_.allowed.allow(reference))
    return fail(ErrorCode::Forbidden, "secret.denied",
                "This server may not deliver " + text_of(reference) +
                    ": its --secret-references does not list it");
  auto given = held(source, reference);
  if (!given) return std::unexpected(given.error());
  if (given->stale) numbers_[source].stale.add();
  return ProvidedSecret{given->value->value.clone(), given->value->version, given->fresh};
}

/// What need not be asked for.
std::optional<Result<SecretSources::Given>> SecretSources::known(const Entry& entry) const {
  const MonoTime now = parts_.clock.mono();
  const auto left = [now](MonoTime since, Duration life) {
    return std::chrono::duration_cast<Duration>(since + life - now);
  };
  if (entry.value && !entry.error && left(entry.read_at, options_.fresh) > Duration::zero())
    return Given{entry.value, left(entry.read_at, options_.fresh), false};
  const auto again = left(entry.failed_at, options_.failed);
  if (!entry.error || again <= Duration::zero()) return std::nullopt;
  if (entry.value && left(entry.read_at, options_.fresh + options_.stale) > Duration::zero())
    return Given{entry.value, again, true};
  return Result<Given>(std::unexpected(*entry.error));
}

Result<SecretSources::Given> SecretSources::held(std::size_t source,
                                                 const SecretReference& reference) {
  std::shared_ptr<Entry> entry;
  {
    const MutexLock lock(mutex_);
    entry = entry_of(text_of(reference));
    while (true) {
      if (auto enough = known(*entry)) {
        numbers_[source].remembered.add();
        return *std::move(enough);
      }
      if (!entry->loading) break;
      loaded_.wait(mutex_);  // for one whose store has a timeout
    }
    entry->loading = true;
  }
  const MonoTime began = parts_.clock.mono();
  auto loaded = load(source, reference);
  const auto failure = loaded ? std::optional<Error>() : loaded.error();
  bool news = false;
  const auto given = [&]() -> Result<Given> {
    const MutexLock lock(mutex_);
    entry->loading = false;
    entry->read_at = loaded ? began : entry->read_at;
    news = settle(*entry, std::move(loaded));
    loaded_.notify_all();
    if (auto enough = known(*entry)) return *std::move(enough);
    if (entry->value) return Given{entry->value, Duration::zero(), entry->error.has_value()};
    return std::unexpected(*entry->error);
  }();
  if (news)
    parts_.logger.warning(kModule, "a secret could not be read",
                          {{"reference", text_of(reference)},
                           {"detail", failure->detail},
                           {"internal", failure->internal},
                           {"oldValueStays", given.has_value()}});
  return given;
}

Result<ProvidedSecret> SecretSources::load(std::size_t source, const SecretReference& reference) {
  const MonoTime began = parts_.clock.mono();
  auto loaded = sources_[source].provider.read(reference);
  const auto& numbers = numbers_[source];
  numbers.seconds.observe(std::chrono::duration<double>(parts_.clock.mono() - began).count());
  numbers.count(loaded);
  if (loaded && !is_utf8(loaded->value.view()))
    return fail(ErrorCode::Invalid, "secret.invalid",
                text_of(reference) +
                    " is no text (UTF-8), which is all that a document can hold: store it as "
                    "base64");
  return loaded;
}

bool SecretSources::settle(Entry& entry, Result<ProvidedSecret> loaded) {
  if (loaded) {
    entry.value = std::make_shared<const ProvidedSecret>(std::move(*loaded));
    entry.error.reset();
    return false;
  }
  const MonoTime now = parts_.clock.mono();
  const bool news = !entry.error || entry.error->reason != loaded.error().reason;
  const bool too_old = now - entry.read_at >= options_.fresh + options_.stale;
  if (!is_passing(loaded.error()) || too_old) entry.value.reset();
  entry.error = std::move(loaded.error());
  entry.failed_at = now;
  return news;
}

std::shared_ptr<SecretSources::Entry> SecretSources::entry_of(const std::string& key) {
  if (const auto found = index_.find(key); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }
  // One that is being loaded goes on by itself, and is forgotten at its end.
  while (entries_.size() >= options_.entries) {
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }
  entries_.emplace_front(key, std::make_shared<Entry>());
  index_.emplace(key, entries_.begin());
  return entries_.front().second;
}

void SecretSources::check() {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const auto looked = sources_[i].check();
    numbers_[i].up.set(looked ? 1 : 0);
    const MutexLock lock(mutex_);
    const bool was_good = !health_[i].error;
    if (was_good && !looked)
      parts_.logger.warning(kModule, "a store of secrets cannot be used",
                            {{"store", sources_[i].scheme},
                             {"detail", looked.error().detail},
                             {"internal", looked.error().internal}});
    if (!was_good && looked)
      parts_.logger.info(kModule, "a store of secrets can be used again",
                         {{"store", sources_[i].scheme}});
    health_[i].looked = true;
    health_[i].error = looked ? std::optional<Error>() : looked.error();
  }
  const MutexLock lock(mutex_);
  publish();
}

/// What is too old to be given out is overwritten, used or not.
void SecretSources::publish() {
  const MonoTime now = parts_.clock.mono();
  std::size_t values = 0;
  MonoTime oldest = now;
  for (auto& [key, entry] : entries_) {
    if (entry->value && now - entry->read_at >= options_.fresh + options_.stale)
      entry->value.reset();
    if (!entry->value) continue;
    ++values;
    oldest = std::min(oldest, entry->read_at);
  }
  parts_.metrics.gauge("hotswap_secret_values", "Values of secrets outside that are remembered")
      .set(static_cast<double>(values));
  parts_.metrics
      .gauge("hotswap_secret_oldest_seconds", "Age of the oldest value that is remembered")
      .set(std::chrono::duration<double>(now - oldest).count());
}

std::vector<SecretSourceHealth> SecretSources::health() const {
  const MutexLock lock(mutex_);
  return health_;
}

void SecretSources::forget() {
  const MutexLock lock(mutex_);
  index_.clear();
  entries_.clear();
}

}  // namespace hotswap
