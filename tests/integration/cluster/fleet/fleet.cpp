#include "integration/cluster/fleet/fleet.hpp"

#include "integration/cluster/fleet/loop.hpp"

namespace hotswap::fleet {

Fleet::Fleet(Options options) : loop_(std::make_unique<Loop>(std::move(options))) {}

Fleet::~Fleet() = default;

std::vector<Applied> Fleet::record() const { return loop_->book().record(); }

std::size_t Fleet::connected() const { return loop_->book().connected(); }

std::size_t Fleet::reconnects() const { return loop_->book().reconnects(); }

std::vector<std::string> Fleet::breaches() const { return loop_->book().breaches(); }

std::vector<std::pair<std::string, std::string>> Fleet::versions(const std::string& profile) const {
  return loop_->book().versions(profile);
}

std::size_t Fleet::running(const std::string& profile, const std::string& version) const {
  const auto all = versions(profile);
  return static_cast<std::size_t>(
      std::ranges::count(all, version, &std::pair<std::string, std::string>::second));
}

}  // namespace hotswap::fleet
