#pragma once
// Several real servers over one real PostgreSQL, and instances in this process that speak to them
// by the SDK.

#include <atomic>
#include <fstream>
#include <memory>

#include "cli/answer.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "hotswap/client.hpp"
#include "servers/postgres_server.hpp"

namespace hotswap::e2e {

class Cluster {
 public:
  explicit Cluster(std::vector<std::string> more_arguments = {})
      : more_(std::move(more_arguments)) {
    std::ofstream(key_file()) << "0123456789abcdef0123456789abcdef\n";
  }
  /// One more node, which other nodes know by this name.
  Server& start_node(const std::string& name) {
    std::vector<std::string> arguments{"--database", postgres_.dsn(), "--jwt-key-file",
                                       key_file(),   "--node-name",   name};
    arguments.insert(arguments.end(), more_.begin(), more_.end());
    nodes_.push_back(std::make_unique<Server>(std::move(arguments)));
    return *nodes_.back();
  }
  [[nodiscard]] testing::PostgresServer& postgres() { return postgres_; }
  /// What `asked` says of the node of this name; null if it is not there.
  [[nodiscard]] static json::Value node_at(Server& asked, const std::string& name) {
    const auto cluster = asked.api().get("/api/v1/cluster");
    const auto* nodes = cluster ? cluster->find("nodes") : nullptr;
    if (nodes == nullptr) return {};
    for (const auto& node : *nodes->as_array())
      if (cli::text_at(node, "name") == name && cli::text_at(node, "state") != "dead") return node;
    return {};
  }
  [[nodiscard]] static std::int64_t streams_at(Server& asked, const std::string& name) {
    const auto node = node_at(asked, name);
    return node.is_null() ? -1 : cli::int_at(node, "streams");
  }

 private:
  [[nodiscard]] std::string key_file() const { return (folder_.path() / "jwt.key").string(); }
  cli::TempFolder folder_{"hotswap-cluster"};
  std::vector<std::string> more_;
  testing::PostgresServer postgres_;
  std::vector<std::unique_ptr<Server>> nodes_;
};

/// Instances in this process.
class Crowd {
 public:
  Crowd(std::size_t count, const std::vector<std::string>& servers, const std::string& token) {
    for (std::size_t i = 0; i < count; ++i) {
      sdk::ClientOptions options;
      options.servers = servers;
      options.token = token;
      options.service = kService;
      options.environment = kEnvironment;
      options.hostname = "crowd-" + std::to_string(i);
      options.backoff_min = 10ms;
      options.backoff_max = 500ms;
      options.log = [this](sdk::LogLevel, std::string_view line) {
        if (line.starts_with("stream ended") || line.starts_with("no stream")) ++gaps_;
      };
      clients_.push_back(std::make_unique<sdk::Client>(std::move(options)));
      EXPECT_TRUE(clients_.back()->start());
    }
  }
  [[nodiscard]] std::size_t streaming_at(const std::string& server) const {
    return static_cast<std::size_t>(std::ranges::count_if(clients_, [&](const auto& client) {
      const auto status = client->status();
      return status.streaming && status.server == server;
    }));
  }
  [[nodiscard]] std::size_t running(const std::string& version) const {
    return static_cast<std::size_t>(std::ranges::count_if(clients_, [&](const auto& client) {
      const auto now = client->config().pin();
      return now && now->identity().version == version;
    }));
  }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  /// Streams that ended before another stood.
  [[nodiscard]] int gaps() const { return gaps_; }

 private:
  std::atomic<int> gaps_ = 0;
  std::vector<std::unique_ptr<sdk::Client>> clients_;
};

}  // namespace hotswap::e2e
