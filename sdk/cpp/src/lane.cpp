#include "lane.hpp"

#include <algorithm>

namespace hotswap::sdk {

void Lane::opening() {
  const MutexLock lock(mutex_);
  end(State::Opening);
}

void Lane::stands() {
  const MutexLock lock(mutex_);
  end(State::Stands);
}

void Lane::gone() {
  const MutexLock lock(mutex_);
  end(State::None);
}

void Lane::end(State next) {
  if (is_under_way(0)) {
    doubt_ = true;
    session_.poke();
  }
  if (unclear_ && awaited_ != 0) answer_ = std::exchange(unclear_, {});
  unclear_.reset();
  sent_.clear();
  out_.clear();
  state_ = next;
  changed_.notify_all();
}

std::vector<std::string> Lane::take() {
  std::vector<std::string> texts;
  const MutexLock lock(mutex_);
  for (auto& [number, text] : std::exchange(out_, {})) texts.push_back(std::move(text));
  return texts;
}

std::optional<Lane::Number> Lane::next_heartbeat() {
  const auto heartbeat = std::ranges::find_if(sent_, [](Number each) { return each != 0; });
  if (heartbeat == sent_.end()) return std::nullopt;
  const auto number = *heartbeat;
  sent_.erase(sent_.begin(), heartbeat + 1);
  return number;
}

void Lane::answered(std::string answer) {
  const MutexLock lock(mutex_);
  const auto number = next_heartbeat();
  if (!number) return;  // nobody asked
  if (unclear_) {
    refusal_ = std::exchange(unclear_, {});
    session_.poke();
  }
  if (number != awaited_) return;  // too late: it was repeated elsewhere
  answer_ = HttpReply{.status = 200, .body = std::move(answer), .error = {}, .retry_after = {}};
  changed_.notify_all();
}

void Lane::refused(HttpReply refusal) {
  const MutexLock lock(mutex_);
  if (sent_.empty()) return;  // nobody asked
  if (sent_.front() != 0) {
    if (next_heartbeat() == awaited_) answer_ = std::move(refusal);
    changed_.notify_all();
    return;
  }
  sent_.pop_front();
  if (std::ranges::any_of(sent_, [](Number each) { return each != 0; })) {
    unclear_ = std::move(refusal);
    return;
  }
  refusal_ = std::move(refusal);
  session_.poke();
}

void Lane::at_work(int change) {
  const MutexLock lock(mutex_);
  at_work_ += change;
  if (awaited_ != 0) changed_.notify_all();
}

void Lane::wait_opening() {
  const auto until = std::chrono::steady_clock::now() + kOpening;
  const MutexLock lock(mutex_);
  while (state_ == State::Opening && !session_.stopping() && changed_.wait_until(mutex_, until)) {
  }
}

bool Lane::carries() const {
  const MutexLock lock(mutex_);
  return state_ == State::Stands;
}

void Lane::send(std::string text, Number number) {
  out_.emplace_back(number, std::move(text));
  sent_.push_back(number);
  wake_();
}

bool Lane::tell(std::string acknowledgement) {
  const MutexLock lock(mutex_);
  if (state_ != State::Stands || sent_.size() >= kUnanswered) return false;
  send(std::move(acknowledgement), 0);
  return true;
}

std::optional<HttpReply> Lane::ask(std::string heartbeat, std::chrono::milliseconds timeout) {
  const MutexLock lock(mutex_);
  // One more than acknowledgements may be: they could not be confirmed else.
  if (state_ != State::Stands || sent_.size() > kUnanswered) return std::nullopt;
  awaited_ = ++last_;
  answer_.reset();
  send(std::move(heartbeat), awaited_);
  wait_answer(timeout);
  awaited_ = 0;
  return take_answer();
}

void Lane::wait_answer(std::chrono::milliseconds timeout) {
  const auto begun = std::chrono::steady_clock::now();
  while (!answer_ && is_under_way(awaited_) && !session_.stopping()) {
    const auto now = std::chrono::steady_clock::now();
    const bool busy = at_work_ > 0;
    const auto until =
        begun + (busy ? std::min<std::chrono::milliseconds>(kAtWork, timeout) : timeout);
    if (now >= until) {
      if (!busy && !unclear_) state_ = State::Overdue;
      return withdraw(awaited_);
    }
    changed_.wait_until(mutex_, until);
  }
}

bool Lane::is_under_way(Number number) const {
  return std::ranges::find(sent_, number) != sent_.end();
}

void Lane::withdraw(Number number) {
  const auto taken = std::erase_if(out_, [&](const auto& each) { return each.first == number; });
  if (taken > 0) std::erase(sent_, number);
}

std::optional<HttpReply> Lane::take_answer() {
  if (answer_) return std::exchange(answer_, {});
  if (!unclear_) return std::nullopt;
  (void)next_heartbeat();  // then it was the heartbeat's
  return std::exchange(unclear_, {});
}

std::optional<HttpReply> Lane::take_refusal() {
  const MutexLock lock(mutex_);
  return std::exchange(refusal_, {});
}

bool Lane::take_doubt() {
  const MutexLock lock(mutex_);
  return std::exchange(doubt_, false);
}

void Lane::interrupt() {
  const MutexLock lock(mutex_);
  changed_.notify_all();
}

}  // namespace hotswap::sdk
