#include "e2e/support/service.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {

Service::Service(const Server& server, std::string name, std::string zone, std::string pool)
    : name_(std::move(name)),
      zone_(std::move(zone)),
      pool_(std::move(pool)),
      server_(server.url()),
      token_file_(server.token_file()),
      folder_(server.folder() / name_) {
  std::filesystem::create_directories(folder_);
  start();
}

void Service::start() {
  auto process = cli::ChildProcess::start(
      {.command = {binary("payment_service"), "--server", server_, "--token-file", token_file_,
                   "--service", kService, "--environment", kEnvironment, "--name", name_, "--zone",
                   zone_, "--pool", pool_, "--port", "0", "--state-dir", folder_.string()},
       .log = folder_ / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  const auto line = process_.wait_line("listening ", 20s);
  if (!line) throw std::runtime_error(line.error().detail);
  port_ = cli::port_in(*line);
  connection_ = std::make_unique<cli::KeepAlive>(port_, 2s);
}

std::string Service::version() {
  const auto answer = connection_->request("GET", "/config");
  const auto config = json::parse(answer.body);
  return answer.status == 200 && config ? cli::text_at(*config, "version") : std::string();
}

int Service::health() { return connection_->request("GET", "/healthz").status; }

int Service::pays() {
  return connection_->request("POST", "/pay", R"({"amount":10,"currency":"EUR"})").status;
}

std::string Service::told() {
  const bool runs = process_.running();
  return name_ + (runs ? " runs " + version() : std::string(" has ended")) + ":\n" +
         process_.output();
}

void Service::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
}

void Service::start_again() { start(); }

Services::Services(Server& server, int count) {
  static constexpr std::array<const char*, 3> kZones = {"a", "b", "c"};
  for (int i = 0; i < count; ++i) {
    services_.push_back(std::make_unique<Service>(server, "pay-" + std::to_string(i + 1),
                                                  kZones[static_cast<std::size_t>(i) % 3]));
  }
  const auto wanted = static_cast<std::size_t>(count);
  if (!eventually([&] { return server.instances().size() == wanted; })) {
    throw std::runtime_error("the services did not register");
  }
}

std::size_t Services::running(const std::string& version) {
  std::size_t count = 0;
  for (auto& service : services_) count += service->version() == version ? 1 : 0;
  return count;
}

bool Services::all_run(const std::string& version) {
  if (eventually([&] { return running(version) == services_.size(); })) return true;
  for (auto& service : services_) std::fprintf(stderr, "%s\n", service->told().c_str());
  return false;
}

std::unique_ptr<cli::LoadGenerator> Services::callers(int per_second) {
  std::vector<cli::LoadTarget> targets;
  for (auto& service : services_) targets.push_back({service->name(), service->port()});
  return std::make_unique<cli::LoadGenerator>(std::move(targets), per_second);
}

}  // namespace hotswap::e2e
