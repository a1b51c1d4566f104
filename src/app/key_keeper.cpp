#include "app/key_keeper.hpp"

namespace hotswap {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(500);

}  // namespace

KeyKeeper::KeyKeeper(Parts parts, std::vector<KeySource> sources) : parts_(parts) {
  for (auto& source : sources) {
    const auto outcome = [&](const char* name) -> Counter& {
      return parts_.metrics.counter("hotswap_jwks_fetches_total", "Fetches of issuers' keys",
                                    {{"issuer", source.name}, {"outcome", name}});
    };
    auto& fetched = outcome("fetched");
    auto& failed = outcome("failed");
    auto& age = parts_.metrics.gauge("hotswap_jwks_age_seconds",
                                     "Since the issuer's keys were fetched; -1: never",
                                     {{"issuer", source.name}});
    age.set(-1);
    const api::KeyRefresh refresh(source.times);
    kept_.push_back(std::make_unique<Kept>(Kept{std::move(source), refresh, fetched, failed, age}));
  }
}

void KeyKeeper::start() {
  for (std::size_t i = 0; i < kept_.size(); ++i)
    tickers_.push_back(std::make_unique<Ticker>(kLookEvery, [this, i] { look(i); }));
}

void KeyKeeper::look(std::size_t source) {
  auto& kept = *kept_[source];
  kept.wished |= parts_.tokens.take_wish(kept.source.issuer);
  if (kept.refresh.due(parts_.clock.mono(), kept.wished)) {
    kept.wished = false;
    auto fetched = kept.source.fetch();
    if (fetched) {
      take(kept, std::move(*fetched));
    } else {
      miss(kept, fetched.error());
    }
  }
  if (const auto age = kept.refresh.age(parts_.clock.mono()))
    kept.age.set(std::chrono::duration<double>(*age).count());
}

void KeyKeeper::take(Kept& kept, KeySource::Fetched fetched) {
  const auto& name = kept.source.name;
  kept.fetched.add();
  if (kept.refresh.failing() || kept.dropped)
    parts_.logger.info("auth", "an issuer's keys can be fetched again", {{"issuer", name}});
  if (std::exchange(kept.told, fetched.keys.passed_over) != fetched.keys.passed_over) {
    for (const auto& why : fetched.keys.passed_over)
      parts_.logger.warning("auth", "a key of an issuer is not used",
                            {{"issuer", name}, {"key", why}});
  }
  kept.refresh.succeeded(parts_.clock.mono(), fetched.fresh_for);
  kept.dropped = false;
  parts_.tokens.replace_keys(kept.source.issuer, std::move(fetched.keys));
}

void KeyKeeper::miss(Kept& kept, const Error& error) {
  const auto& name = kept.source.name;
  kept.failed.add();
  const auto now = parts_.clock.mono();
  kept.refresh.failed(now);
  const bool had = kept.refresh.age(now).has_value();
  parts_.logger.warning("auth",
                        had ? "an issuer's keys cannot be fetched, those of before are used"
                            : "an issuer's keys cannot be fetched, its tokens are refused",
                        {{"issuer", name}, {"reason", error.reason}, {"detail", error.detail}});
  // Our own key file is never given up: the server could not even renew its instances' tokens.
  if (kept.source.issuer == 0 || kept.dropped || !kept.refresh.outlived(now)) return;
  kept.dropped = true;
  parts_.logger.error("auth", "an issuer's keys are too old, its tokens are refused from now on",
                      {{"issuer", name}});
  parts_.tokens.replace_keys(kept.source.issuer, {});
}

}  // namespace hotswap
