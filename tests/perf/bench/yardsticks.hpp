#pragma once
// What others need for the same work, measured in the same run.

#include <cstddef>
#include <string>
#include <vector>

namespace hotswap::testing {
class PostgresServer;
}

namespace hotswap::perf {

/// What a peer sends back for a push, and what it is answered.
struct Acknowledgement {
  std::size_t bytes = 16, answered = 0;
};
/// As much as an instance's heartbeat over HTTP and the server's answer to it.
inline constexpr Acknowledgement kHttpAcknowledgement{600, 330};

/// Milliseconds until the last of `connections` has acknowledged a push of `bytes`: a server that
/// does nothing else, raw epoll on both sides, one thread each. One value per round.
[[nodiscard]] std::vector<double> push_and_acknowledge(std::size_t connections, std::size_t bytes,
                                                       int rounds, Acknowledgement how = {});

/// Milliseconds from a put of 1 KB until the last of `watchers` has seen it: etcd, watched through
/// its JSON gateway, one connection each, no acknowledgement. Empty if etcd is not installed.
[[nodiscard]] std::vector<double> etcd_watch(std::size_t watchers, int rounds);

/// Milliseconds from a publication of 1 KB until the last of `subscribers` has it: Redis, one
/// connection each, no acknowledgement. Empty if Redis is not installed.
[[nodiscard]] std::vector<double> redis_publish(std::size_t subscribers, int rounds);

/// Milliseconds to send `bytes` over each of `connections` on loopback and read them: blocking
/// sockets, one thread on each side. One value per round.
[[nodiscard]] std::vector<double> copy_to_each(std::size_t connections, std::size_t bytes,
                                               int rounds);

/// Rows of 1 KB per second that pgbench inserts, one a transaction.
[[nodiscard]] double pgbench_inserts(testing::PostgresServer& server, int clients);

/// Whether a program can be found in PATH.
[[nodiscard]] bool installed(const std::string& program);

}  // namespace hotswap::perf
