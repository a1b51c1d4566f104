#include "orchestrator/secret_sources.hpp"

#include <algorithm>

#include "domain/base/utf8.hpp"

namespace hotswap {
namespace {

constexpr Duration kSlow = std::chrono::seconds(1);

bool is_passing(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout;
}

std::string text_of(const SecretReference& reference) {
  return reference.scheme + ':' + reference.path +
         (reference.key.empty() ? "" : '#' + reference.key);
}

}  // namespace

struct SecretSources::Numbers {
  Numbers(Metrics& metrics, const std::string& scheme)
      : read(reads(metrics, scheme, "ok")),
        refused(reads(metrics, scheme, "refused")),
        failed(reads(metrics, scheme, "failed")),
        seconds(metrics.histogram(
            "hotswap_secret_read_seconds", "Time to read a secret at its store",
            {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}, {{"store", scheme}})),
        up(metrics.gauge("hotswap_secret_store_up", "Whether the store answered when last asked",
                         {{"store", scheme}})) {}

  static Counter& reads(Metrics& metrics, const std::string& scheme, const char* outcome) {
    return metrics.counter("hotswap_secret_store_reads_total", "Secrets asked for at their store",
                           {{"store", scheme}, {"outcome", outcome}});
  }
  void count(const Result<ProvidedSecret>& loaded) const {
    (loaded ? read : is_passing(loaded.error()) ? failed : refused).add();
  }

  Counter &read, &refused, &failed;
  Distribution& seconds;
  Gauge& up;
};

SecretSources::SecretSources(std::vector<Source> sources, Options options, const Parts& parts)
    : sources_(std::move(sources)),
      options_(std::move(options)),
      parts_(parts),
      numbers_([&] {
        std::vector<Numbers> numbers;
        for (const auto& source : sources_) numbers.emplace_back(parts.metrics, source.scheme);
        return numbers;
      }()),
      slow_(sources_.size()) {
  for (const auto& source : sources_) health_.push_back({.scheme = source.scheme, .error = {}});
}

SecretSources::~SecretSources() = default;

Result<ProvidedSecret> SecretSources::read(const SecretReference& reference) {
  const auto source = std::ranges::find(sources_, reference.scheme, &Source::scheme);
  if (source == sources_.end())
    return fail(ErrorCode::Invalid, "secret.invalid",
                "No store of secrets is called " + reference.scheme +
                    " here: give the server --vault-address for vault:…, --kubernetes-secrets for "
                    "k8s:…");
  const auto index = static_cast<std::size_t>(source - sources_.begin());
  if (auto error = away(index)) return std::unexpected(*std::move(error));
  const auto& numbers = numbers_[index];
  const MonoTime began = parts_.clock.mono();
  auto loaded = source->provider.read(reference);
  numbers.seconds.observe(std::chrono::duration<double>(parts_.clock.mono() - began).count());
  numbers.count(loaded);
  remember(index, began, loaded);
  if (!loaded) return loaded;
  if (!is_utf8(loaded->value.view()))
    return fail(ErrorCode::Invalid, "secret.invalid",
                text_of(reference) +
                    " is no text (UTF-8), which is all that a document can hold: store it as "
                    "base64");
  loaded->fresh_for = options_.fresh;
  return loaded;
}

std::optional<Error> SecretSources::away(std::size_t source) const {
  const MutexLock lock(mutex_);
  const auto& slow = slow_[source];
  if (!slow || parts_.clock.mono() - slow->first >= options_.quiet) return std::nullopt;
  return slow->second;
}

void SecretSources::remember(std::size_t source, MonoTime began,
                             const Result<ProvidedSecret>& loaded) {
  const MonoTime now = parts_.clock.mono();
  const bool slow = !loaded && is_passing(loaded.error()) && now - began >= kSlow;
  const MutexLock lock(mutex_);
  slow_[source] = slow ? std::optional(std::pair(now, loaded.error())) : std::nullopt;
}

void SecretSources::check() {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const auto looked = sources_[i].check();
    numbers_[i].up.set(looked ? 1 : 0);
    const MutexLock lock(mutex_);
    const bool was_good = !health_[i].error;
    if (was_good && !looked)
      parts_.logger.warning("secrets", "a store of secrets cannot be used",
                            {{"store", sources_[i].scheme},
                             {"detail", looked.error().detail},
                             {"internal", looked.error().internal}});
    if (!was_good && looked)
      parts_.logger.info("secrets", "a store of secrets can be used again",
                         {{"store", sources_[i].scheme}});
    health_[i].looked = true;
    health_[i].error = looked ? std::optional<Error>() : looked.error();
  }
}

std::vector<SecretSourceHealth> SecretSources::health() const {
  const MutexLock lock(mutex_);
  return health_;
}

}  // namespace hotswap
