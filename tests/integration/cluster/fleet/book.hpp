#pragma once
// What the fleet has to tell, written by its thread and read by the test's.

#include <map>
#include <mutex>

#include "integration/cluster/fleet/fleet.hpp"

namespace hotswap::fleet {

class Book {
 public:
  void applied(Applied entry);
  void breach(std::string words);
  void connected(std::size_t count);
  void reconnected();

  [[nodiscard]] std::vector<Applied> record() const;
  [[nodiscard]] std::vector<std::string> breaches() const;
  [[nodiscard]] std::size_t connected() const;
  [[nodiscard]] std::size_t reconnects() const;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> versions(
      const std::string& profile) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Applied> record_;
  std::vector<std::string> breaches_;
  std::map<std::string, std::map<std::string, std::string>> now_;  ///< profile, instance, version
  std::size_t connected_ = 0, reconnects_ = 0;
};

}  // namespace hotswap::fleet
