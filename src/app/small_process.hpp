#pragma once

namespace hotswap {

/// A process that shall be small while it sleeps: one heap for all threads. Before any thread.
void stay_small();

/// Gives back what only the start needed: freed heap, and the pages of programs and libraries,
/// which are read again from the file (or the page cache) where they are still used.
void release_startup_memory();

}  // namespace hotswap
