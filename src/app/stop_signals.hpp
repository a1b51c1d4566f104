#pragma once

namespace hotswap {

/// SIGTERM and SIGINT, blocked in every thread, so that only the wait for them hears of them: also
/// a second one, which would cut an orderly end short. Before any thread is started, since threads
/// inherit it.
void block_stop_signals();
/// Which one came.
int wait_for_stop_signal();

}  // namespace hotswap
