#pragma once
// Machines of a test: this process gets a network and mounts of its own, and each Place is a
// network namespace with one address on a bridge between them. Nothing of it is seen from outside,
// and all of it goes when the process does, however it ends. Needs root.

#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::lab {

/// Runs a program to its end; throws with its words unless it succeeds.
void run(const std::vector<std::string>& command);

/// Address of the test itself, where clients and the load balancer are.
inline constexpr auto kHere = "10.231.0.1";

/// Once per process, before it has other threads; again does nothing.
void enter_own_world();

class Place {
 public:
  /// `number`: of its address, 2 to 254, once per process.
  explicit Place(int number);
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  /// The same command, run inside.
  [[nodiscard]] std::vector<std::string> inside(std::vector<std::string> command) const;
  void cut();   ///< packets vanish, both ways; connections are not told
  void join();  ///< again
  /// One way: what others send does not arrive; what is sent does.
  void go_deaf();
  void hear();

 private:
  cli::TempFolder folder_;
  std::string address_, link_;
  cli::ChildProcess holder_;  ///< keeps the namespace
};

/// A file system of its own of a fixed size, in memory.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path at, int megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void fill();  ///< not a byte is left
  void free();

 private:
  std::filesystem::path at_;
};

}  // namespace hotswap::lab
