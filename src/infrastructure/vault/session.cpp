#include "infrastructure/vault/session.hpp"

#include <algorithm>

namespace hotswap::vault {
namespace {

constexpr Duration kLongestSleep = std::chrono::minutes(5);
/// A login that failed is not repeated at once by everybody who waits for a secret.
constexpr Duration kQuiet = std::chrono::seconds(2);
/// Between two logins because of denials, where nobody can tell what was denied.
constexpr Duration kBlindFor = std::chrono::minutes(1);
constexpr Duration kShortestSleep = std::chrono::milliseconds(100);

Counter& counter(Metrics& metrics, const char* what, const char* outcome) {
  return metrics.counter("hotswap_vault_sessions_total",
                         "Logins at Vault and renewals of its token",
                         {{"what", what}, {"outcome", outcome}});
}

Duration left_of(const Lease& lease, MonoTime now) {
  return std::chrono::duration_cast<Duration>(lease.since + lease.ttl - now);
}

}  // namespace

Session::Session(Login login, const Parts& parts)
    : login_(std::move(login)),
      parts_(parts),
      logins_(counter(parts.metrics, "login", "ok")),
      failed_logins_(counter(parts.metrics, "login", "failed")),
      renewals_(counter(parts.metrics, "renewal", "ok")),
      failed_renewals_(counter(parts.metrics, "renewal", "failed")),
      life_(parts.metrics.gauge("hotswap_vault_token_seconds",
                                "Life of Vault's token when it was last renewed; 0: endless")) {}

Session::~Session() { stop(); }

Session::Held Session::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void Session::keep(Held held) {
  life_.set(static_cast<double>(held->lease.ttl.count()) / 1000);
  const std::lock_guard lock(mutex_);
  held_ = std::move(held);
  wake_.notify_all();  // when it is due next has changed
}

Result<Session::Held> Session::log_in_locked() {
  const MonoTime now = parts_.clock.mono();
  if (refused_ && now - refused_->first < kQuiet) return std::unexpected(refused_->second);
  auto token = log_in(login_, parts_.connection, now);
  if (!token) {
    failed_logins_.add();
    refused_.emplace(now, token.error());
    return std::unexpected(token.error());
  }
  logins_.add();
  refused_.reset();
  auto held = std::make_shared<const Token>(std::move(*token));
  keep(held);
  parts_.logger.info(
      "vault", "logged in",
      {{"vault", name()},
       {"method", name_of(login_)},
       {"life", held->lease.ttl == Duration::zero() ? "endless" : format_duration(held->lease.ttl)},
       {"renewable", held->lease.renewable}});
  return held;
}

Result<Session::Held> Session::token_after(const Held& old) {
  const std::lock_guard lock(login_mutex_);
  if (auto now = held(); now != old) return now;
  return log_in_locked();
}

Result<Session::Held> Session::token() {
  auto now = held();
  if (now && !now->lease.expired(parts_.clock.mono())) return now;
  return token_after(now);
}

Result<Answer> Session::ask(Call call) {
  auto token = this->token();
  if (!token) return std::unexpected(token.error());
  call.token = &(*token)->text;
  auto answer = parts_.connection.ask(call);
  if (answer || answer.error().code != ErrorCode::Forbidden) return answer;
  if (!is_to_blame(**token)) return answer;
  const auto fresh = token_after(*token);
  if (!fresh) return std::unexpected(fresh.error());
  call.token = &(*fresh)->text;
  answer = parts_.connection.ask(call);
  const bool denied = !answer && answer.error().code == ErrorCode::Forbidden;
  if (denied && !sees_itself(**fresh) && !blind_.exchange(true))
    parts_.logger.warning("vault",
                          "the token may not look itself up: give its role the policy `default`",
                          {{"vault", name()}});
  return answer;
}

bool Session::sees_itself(const Token& token) {
  const auto known = look_up(token.text, parts_.connection, parts_.clock.mono());
  return known || known.error().code != ErrorCode::Forbidden;
}

bool Session::is_to_blame(const Token& token) {
  if (blind_) return parts_.clock.mono() - token.made >= kBlindFor;
  return !sees_itself(token);
}

Duration Session::failed(const char* what, const Error& error, const Held& held) {
  const auto left = held ? left_of(held->lease, parts_.clock.mono()) : Duration::zero();
  const auto pause = pause_after_failure(left);
  parts_.logger.warning("vault", what,
                        {{"detail", error.detail},
                         {"internal", error.internal},
                         {"left", format_duration(std::max(left, Duration::zero()))},
                         {"againIn", format_duration(pause)}});
  return pause;
}

Duration Session::tend() {
  const auto now = parts_.clock.mono();
  const auto token = held();
  if (token) {
    const auto step = next_step(token->lease, now);
    if (step.due == Due::Nothing || step.in > Duration::zero()) return step.in;
    if (step.due == Due::Renewal) {
      const auto lease = renew(*token, parts_.connection, now);
      if (lease) {
        renewals_.add();
        keep(std::make_shared<const Token>(
            Token{token->text.clone(), *lease, token->made, token->ours}));
        return next_step(*lease, now).in;
      }
      // A denied one is no token any more, or may not renew itself: only a new one helps.
      if (lease.error().code != ErrorCode::Forbidden) {
        failed_renewals_.add();
        return failed("the token could not be renewed", lease.error(), token);
      }
    }
  }
  const auto fresh = token_after(token);
  if (!fresh) return failed("the login failed", fresh.error(), token);
  return next_step((*fresh)->lease, now).in;
}

void Session::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto pause = std::clamp<Duration>(tend(), kShortestSleep, kLongestSleep);
      std::unique_lock lock(mutex_);
      const auto before = held_;
      wake_.wait_for(lock, stop, pause, [&] { return held_ != before; });
    }
  });
}

void Session::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  Held last;
  {
    const std::lock_guard lock(mutex_);
    last = std::exchange(held_, nullptr);
  }
  if (!last || !last->ours || last->lease.expired(parts_.clock.mono())) return;
  const auto done = parts_.connection.ask(
      {.method = "POST", .path = "auth/token/revoke-self", .token = &last->text, .once = true});
  if (!done)
    parts_.logger.warning("vault", "the token could not be revoked: it lives until it runs out",
                          {{"detail", done.error().detail}});
}

Result<void> Session::check() {
  const auto answer =
      ask({.path = blind_ ? "sys/health?standbyok=true" : "auth/token/lookup-self"});
  if (!answer) return std::unexpected(answer.error());
  return {};
}

}  // namespace hotswap::vault
