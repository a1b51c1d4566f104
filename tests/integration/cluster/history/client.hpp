#pragma once
#include "integration/cluster/history/storm.hpp"

namespace hotswap::history {

class Storm::Client {
 public:
  Client(Storm& storm, std::size_t number);
  void run(const std::stop_token& stop);

 private:
  void upload();
  void read_version();
  void put_tag();
  void remove_tag();
  void read_tag();
  void start_deployment();
  void command();
  void read_deployment();
  [[nodiscard]] int pick(int least, int most);
  [[nodiscard]] std::string tag();
  [[nodiscard]] std::string path(const std::string& version) const;
  [[nodiscard]] std::string last_deployment();

  Storm& storm_;
  const std::size_t number_;
  std::size_t seen_unknown_ = 0;
  std::size_t count_ = 0;  ///< of its writes: makes contents unique
  std::mt19937 random_;
  cli::Api api_;
};

}  // namespace hotswap::history
