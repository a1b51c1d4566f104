#pragma once

#include <functional>

namespace hotswap {

/// SIGTERM and SIGINT, blocked in every thread, so that only the wait for them hears of them: also
/// a second one, which would cut an orderly end short. Before any thread is started, since threads
/// inherit it.
void block_stop_signals();
/// Which one came. SIGHUP, if it is kept, calls `on_hangup` and the wait goes on.
int wait_for_stop_signal(const std::function<void()>& on_hangup);

/// Keeps SIGHUP, too, from ending the process. Before any thread is started.
void keep_hangups();

}  // namespace hotswap
