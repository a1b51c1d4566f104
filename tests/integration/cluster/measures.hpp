#pragma once
// What was measured, by its name: printed at once, and all of it at the end. Nothing is asserted.

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace hotswap::lab {

class Measures {
 public:
  void note(const std::string& what, std::chrono::steady_clock::duration time);
  /// `name | count | shortest | median | longest`, one line each, in order of the names.
  [[nodiscard]] std::string table() const;

 private:
  std::map<std::string, std::vector<std::chrono::milliseconds>> times_;
};

}  // namespace hotswap::lab
