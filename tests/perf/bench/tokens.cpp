// What a token costs: the first time, and every time after that.

#include "api/auth/token_verifier.hpp"
#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr int kCached = 200'000;
constexpr int kFirst = 400;

/// Stands still.
class Still : public hotswap::Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return WallTime{} + 500'000h; }
  [[nodiscard]] MonoTime mono() const override { return MonoTime{}; }
};

struct Kind {
  const char* name;
  const char* key;
};
constexpr Kind kKinds[] = {
    {"HS256", R"({"kty":"oct","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})"},
    {"EdDSA", R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",")"
              R"(x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"},
    {"ES256", R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":)"
              R"("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0)"
              R"(iY7X1fCE9-E9LI"})"}};

std::string token_of(const api::KeySet& keys, int number) {
  api::Claims claims;
  claims.principal.subject = "person-" + std::to_string(number);
  claims.principal.roles = {Role::Operator};
  claims.principal.teams = {"payments", "platform"};
  claims.expires = Still().wall() + 1h;
  return api::mint(claims, *keys.signing());
}

/// Microseconds of one verify(), all tokens one after the other.
double microseconds(api::TokenVerifier& tokens, const std::vector<std::string>& texts, int times) {
  const auto start = Clock::now();
  for (int i = 0; i < times; ++i) {
    for (const auto& text : texts) static_cast<void>(must(tokens.verify(text), "verify"));
  }
  return seconds_since(start) * 1e6 / times / static_cast<double>(texts.size());
}

}  // namespace

Rows bench_tokens() {
  const Still clock;
  Rows rows;
  double cached = 0;
  for (const auto& kind : kKinds) {
    const auto keys = must(api::read_keys(kind.key, api::KeyOrigin::Local), kind.name);
    api::TokenVerifier tokens({{{}, keys}}, clock);
    std::vector<std::string> texts;
    for (int i = 0; i < kFirst; ++i) texts.push_back(token_of(keys, i));
    rows.push_back({.bench = "tokens",
                    .what = std::string("verify a new token, ") + kind.name,
                    .value = microseconds(tokens, texts, 1),
                    .unit = "µs"});
    cached = std::max(cached, microseconds(tokens, texts, kCached / kFirst));
  }
  rows.push_back({.bench = "tokens",
                  .what = "verify a known token, 400 in turn",
                  .value = cached,
                  .unit = "µs",
                  .goal = Goal::ValueAtMost,
                  .bound = 1});
  return rows;
}

}  // namespace hotswap::perf
