#pragma once
#include <unistd.h>

#include <array>
#include <string>

namespace hotswap {

/// The machine's name, `node` if it has none.
[[nodiscard]] inline std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "node";
  return name.data();
}

}  // namespace hotswap
