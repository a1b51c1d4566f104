#pragma once
// Ctrl-C and SIGTERM as a flag, so that a display is tidied up and children are ended.

namespace hotswap::cli {

/// Catches SIGINT and SIGTERM while it lives; a second one ends the process at once.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  [[nodiscard]] static bool requested();
};

}  // namespace hotswap::cli
