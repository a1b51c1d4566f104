#pragma once
// Hundreds of instances in one thread, as good ones are: each registers, holds a stream, takes what
// is newer than what it has, says so at once, beats, connects again elsewhere with jitter when
// something breaks, registers anew when it is told that nobody knows it. All that they ran is on
// record.

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/base/time.hpp"

namespace hotswap::fleet {

/// One change of what an instance was told to run, and ran.
struct Applied {
  std::size_t agent = 0;
  WallTime at{};
  std::string instance, profile, version;
  std::int64_t generation = 0;
};

struct Options {
  std::vector<std::string> servers;  ///< base URLs
  std::string token;                 ///< that may register
  std::string service;
  std::size_t count = 300;
};

class Fleet {
 public:
  /// Starts at once; ends when it goes.
  explicit Fleet(Options options);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// Everything since the start, in order of time.
  [[nodiscard]] std::vector<Applied> record() const;
  /// How many hold a stream now.
  [[nodiscard]] std::size_t connected() const;
  /// How many run this version of the profile now.
  [[nodiscard]] std::size_t running(const std::string& profile, const std::string& version) const;
  /// Version that each instance runs, by instance id; those that run none are left out.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> versions(
      const std::string& profile) const;
  /// Breaches of the protocol by the servers that instances saw, in words: one generation with two
  /// contents, a hash that does not fit.
  [[nodiscard]] std::vector<std::string> breaches() const;
  [[nodiscard]] std::size_t reconnects() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace hotswap::fleet
