#pragma once
// Followers of services' traffic: each is sent the state as it is, then every change. A follower
// who reads slowly gets the newest state, never an older one after it.

#include <map>
#include <memory>

#include "api/server/stream.hpp"
#include "domain/base/mutex.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap::api {

/// What followers and readers get; how the router is reached is for those who may change it.
[[nodiscard]] json::Value traffic_json(const Traffic& traffic, bool with_router);

/// Thread-safe.
class TrafficHub {
 public:
  explicit TrafficHub(Committer& committer);

  /// The id for open() and close(); taken beforehand, so that a close can name it.
  [[nodiscard]] std::uint64_t new_id();
  /// Follows first and asks for the present state then, so that no change falls between the two.
  /// The stream is closed when there is none.
  void open(std::uint64_t id, const ServiceName& service, const std::string& environment,
            std::shared_ptr<EventStream> stream, const std::function<Result<Traffic>()>& now);
  /// Never blocks for long.
  void close(std::uint64_t id);
  [[nodiscard]] std::size_t followers() const;

 private:
  struct Follower {
    ServiceName service;
    std::string environment;
    std::shared_ptr<EventStream> stream;
    std::uint64_t sent = 0;  ///< revision
  };
  void changed(const Traffic& traffic);
  /// Unless it knows something newer.
  static void send(Follower& follower, const Traffic& traffic,
                   const std::shared_ptr<const std::string>& frame);

  mutable Mutex mutex_;
  std::uint64_t next_id_ HS_GUARDED_BY(mutex_) = 1;
  std::map<std::uint64_t, Follower> followers_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
