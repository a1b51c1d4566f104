#pragma once
// Clients that do things at once and write down what they were told: uploads that race for the same
// numbers, tags moved, read and removed, deployments started and commanded.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "cli/api_client.hpp"
#include "integration/cluster/history/linearizable.hpp"
#include "integration/cluster/history/models.hpp"

namespace hotswap::history {

template <class Model>
class Recorder {
 public:
  using Operation = typename Model::Operation;
  void add(const std::string& object, Event<Operation> event) {
    const std::lock_guard lock(mutex_);
    events_[object].push_back(std::move(event));
  }
  [[nodiscard]] std::map<std::string, std::vector<Event<Operation>>> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<Event<Operation>>> events_;
};

/// How a call ended for its caller.
enum class Outcome { Done, Refused, NotThere, Unknown };
[[nodiscard]] Outcome outcome_of(const Result<json::Value>& answer);

struct StormOptions {
  std::vector<std::string> servers;
  std::string token;
  std::string profile;  ///< uploads and tags
  std::string gated;    ///< deployments; its service has instances
  std::size_t clients = 4;
  unsigned seed = 1;
};

class Storm {
 public:
  explicit Storm(StormOptions options);  ///< starts at once
  ~Storm();
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  /// Ends it, reads every object once more, and judges: each thing that cannot have happened, in
  /// words. Throws if the servers cannot be read then.
  [[nodiscard]] std::vector<std::string> end();
  /// Writes that were acknowledged, and when the last was.
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::size_t unknown() const { return unknown_; }
  [[nodiscard]] std::size_t reads() const { return reads_; }
  [[nodiscard]] std::string summary() const;
  /// The longest time since that moment in which no write was acknowledged.
  [[nodiscard]] std::chrono::milliseconds longest_gap(Moment since) const;

 private:
  class Client;
  void read_all();
  void find_lost_starts();
  void end_deployments();
  void wrote(Outcome outcome);

  const StormOptions options_;
  Recorder<VersionModel> versions_;
  Recorder<TagModel> tags_;
  Recorder<DeploymentModel> deployments_;
  std::mutex starts_mutex_;
  std::map<std::string, Moment> lost_starts_;  ///< by reason
  std::atomic<std::size_t> acknowledged_ = 0, unknown_ = 0, reads_ = 0, refused_ = 0;
  std::atomic<int> number_ = 1;  ///< of the version that is raced for
  std::string last_;             ///< deployment, guarded by starts_mutex_
  mutable std::mutex acks_mutex_;
  std::vector<Moment> acks_;           ///< in order
  std::vector<std::jthread> threads_;  ///< last: they use all of the above
};

}  // namespace hotswap::history
