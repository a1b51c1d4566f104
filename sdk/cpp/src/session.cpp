#include "session.hpp"

#include <algorithm>

namespace hotswap::sdk {
namespace {

constexpr std::chrono::minutes kSilence{1};  // about what was told
constexpr std::size_t kTold = 32;

std::vector<std::string> without_slash(std::vector<std::string> servers) {
  for (auto& server : servers) {
    while (server.ends_with('/')) server.pop_back();
  }
  return servers;
}

}  // namespace

Session::Session(std::vector<std::string> servers, std::string id, LogSink log)
    : servers_(without_slash(std::move(servers))), log_(std::move(log)) {
  access_.id = std::move(id);
  access_.server = servers_.front();
}

Access Session::access() const {
  const MutexLock lock(mutex_);
  return access_;
}

ClientStatus Session::status() const {
  const MutexLock lock(mutex_);
  return {access_.registered, streaming_, access_.id, access_.server, last_error_};
}

void Session::registered(const std::string& id, const std::string& token,
                         std::chrono::milliseconds interval) {
  keep(token);
  const MutexLock lock(mutex_);
  access_.registered = true;
  access_.id = id;
  access_.token = token;
  interval_ = interval;
  ++pokes_;
  changed_.notify_all();
}

void Session::renewed(const std::string& id, const std::string& token) {
  {
    const MutexLock lock(mutex_);
    if (!access_.registered || access_.id != id || access_.token == token) return;
    access_.token = token;
  }
  keep(token);
}

void Session::keep(const std::string& token) {
  const std::lock_guard turn(keeping_);
  if (keep_) keep_(token);
}

void Session::lost(std::uint64_t epoch) {
  {
    const MutexLock lock(mutex_);
    if (access_.epoch != epoch) return;
    access_.registered = false;
    ++access_.epoch;
  }
  interrupt_();
}

void Session::resync() {
  {
    const MutexLock lock(mutex_);
    ++access_.epoch;
  }
  interrupt_();
}

void Session::set_streaming(bool streaming) {
  const MutexLock lock(mutex_);
  streaming_ = streaming;
}

bool Session::streaming() const {
  const MutexLock lock(mutex_);
  return streaming_;
}

void Session::rotate(const std::string& failed) {
  const MutexLock lock(mutex_);
  if (access_.server != failed) return;
  server_ = (server_ + 1) % servers_.size();
  access_.server = servers_[server_];
}

void Session::move_to(const std::string& server) {
  const auto found = std::ranges::find(servers_, server);
  if (found == servers_.end()) return;
  const MutexLock lock(mutex_);
  server_ = static_cast<std::size_t>(found - servers_.begin());
  access_.server = server;
}

std::string Session::server_after(const std::string& current,
                                  const std::vector<std::string>& wanted) const {
  for (const auto& each : without_slash(wanted)) {
    if (each != current && std::ranges::find(servers_, each) != servers_.end()) return each;
  }
  const auto found = std::ranges::find(servers_, current);
  const auto at = static_cast<std::size_t>(found - servers_.begin());
  return servers_[(at + 1) % servers_.size()];
}

void Session::set_interval(std::chrono::milliseconds interval) {
  const MutexLock lock(mutex_);
  interval_ = interval;
}

std::chrono::milliseconds Session::interval() const {
  const MutexLock lock(mutex_);
  return interval_;
}

void Session::want_fetch() {
  const MutexLock lock(mutex_);
  fetch_ = true;
  changed_.notify_all();
}

bool Session::take_fetch() {
  const MutexLock lock(mutex_);
  return std::exchange(fetch_, false);
}

void Session::trace(std::string traceparent) {
  const MutexLock lock(mutex_);
  trace_ = std::move(traceparent);
}

std::string Session::take_trace() {
  const MutexLock lock(mutex_);
  return std::exchange(trace_, {});
}

void Session::poke() {
  const MutexLock lock(mutex_);
  ++pokes_;
  changed_.notify_all();
}

std::uint64_t Session::pokes() const {
  const MutexLock lock(mutex_);
  return pokes_;
}

void Session::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  interrupt_();
}

bool Session::stopping() const {
  const MutexLock lock(mutex_);
  return stopping_;
}

void Session::pause(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  const MutexLock lock(mutex_);
  while (!stopping_ && !fetch_ && changed_.wait_until(mutex_, until)) {
  }
}

bool Session::wait_beat(SteadyTime due, std::uint64_t pokes) {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    if (!access_.registered) {
      changed_.wait(mutex_);
      continue;
    }
    if (pokes_ != pokes || !changed_.wait_until(mutex_, due)) return !stopping_;
  }
  return false;
}

void Session::log(LogLevel level, std::string_view line) const {
  if (log_) log_(level, line);
}

void Session::failed(std::string_view what) {
  {
    const MutexLock lock(mutex_);
    last_error_ = what;
    if (!is_news(last_error_)) return;
  }
  log(LogLevel::Warning, what);
}

bool Session::is_news(const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(told_, [&](const auto& each) { return now - each.second > kSilence; });
  if (told_.size() >= kTold) told_.clear();
  return told_.emplace(what, now).second;
}

}  // namespace hotswap::sdk
