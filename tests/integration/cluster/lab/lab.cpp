#include "integration/cluster/lab/lab.hpp"

#include <fstream>
#include <stdexcept>

#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::lab {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

std::string token_signed_by(const std::string& key_file) {
  const auto made = e2e::hotswap(
      {"token", "--key-file", key_file, "--role", "Admin", "--subject", "lab", "--ttl", "8h"});
  if (made.code != 0) throw std::runtime_error("hotswap token: " + made.err);
  return made.out.substr(0, made.out.find('\n'));
}

}  // namespace

Lab::Lab(const LabOptions& options) : folder_("hotswap-lab") {
  enter_own_world();
  postgres_ = std::make_unique<PostgresPair>(options.disk_mb);
  if (options.redis) redis_ = std::make_unique<Redis>();
  const auto key_file = (folder_.path() / "jwt.key").string();
  std::ofstream(key_file) << "a key of the laboratory, of more than 32 bytes\n";
  std::filesystem::permissions(key_file, std::filesystem::perms::owner_read);
  token_ = token_signed_by(key_file);
  std::vector<Balancer::Behind> behind;
  for (std::size_t i = 0; i < kNodes; ++i) {
    nodes_[i] = std::make_unique<Node>(static_cast<int>(i + 1),
                                       Node::Options{postgres_->dsn(), redis_ ? redis_->url() : "",
                                                     key_file, token_, options.heartbeat});
    behind.push_back({nodes_[i]->name(), nodes_[i]->address()});
  }
  balancer_ = std::make_unique<Balancer>(behind);
  api_ = std::make_unique<cli::Api>(client());
  for (auto& node : nodes_) node->launch();  // at once: one of them migrates
  heal();
}

cli::ApiOptions Lab::client(std::size_t number) const {
  const auto urls = balancer_->urls();
  return {.server = urls[number % urls.size()], .token = token_, .ca_file = {}, .timeout = 20s};
}

void Lab::heal() {
  if (redis_ && !redis_->running()) redis_->start();
  for (auto& node : nodes_) {
    node->thaw();
    node->place().join();
    if (!node->process().running()) node->launch();
  }
  for (auto& node : nodes_) {
    const bool ready = e2e::eventually(
        [&] {
          if (!node->process().running())
            throw std::runtime_error(node->name() + ": " + node->log());
          return node->api().get("/health/ready").has_value();
        },
        kPatience);
    if (!ready) throw std::runtime_error(node->name() + " is not ready: " + node->log());
  }
  if (!e2e::eventually([&] { return api_->get("/health/ready").has_value(); }, kPatience))
    throw std::runtime_error("the balancer finds nobody");
}

std::optional<std::size_t> Lab::owner(const std::string& deployment) {
  if (redis_ && redis_->running()) {
    // The lock's value is a node's id: its name and what differs at each start.
    const auto id = redis_->ask({"GET", "hotswap:lock:deployment:" + deployment});
    for (std::size_t i = 0; i < kNodes; ++i)
      if (id.starts_with(nodes_[i]->name() + "-") && nodes_[i]->process().running()) return i;
  }
  return owner_by_postgres(deployment);
}

std::optional<std::size_t> Lab::owner_by_postgres(const std::string& deployment) {
  const auto address = postgres_->sql(
      "SELECT host(a.client_addr) FROM pg_locks l JOIN pg_stat_activity a USING (pid), "
      "(SELECT hashtextextended('hotswap:deployment:" +
      deployment +
      "', 7463) AS key) h WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND "
      "l.classid::bigint = ((key >> 32) & 4294967295) AND l.objid::bigint = (key & 4294967295)");
  for (std::size_t i = 0; i < kNodes; ++i)
    if (nodes_[i]->place().address() == address) return i;
  return std::nullopt;
}

}  // namespace hotswap::lab
