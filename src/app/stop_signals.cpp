#include "app/stop_signals.hpp"

#include <csignal>

namespace hotswap {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void block_stop_signals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void keep_hangups() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int wait_for_stop_signal(const std::function<void()>& on_hangup) {
  sigset_t signals = stop_signals();
  sigaddset(&signals, SIGHUP);  // waited for only where it is blocked
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) on_hangup();
  return signal;
}

}  // namespace hotswap
