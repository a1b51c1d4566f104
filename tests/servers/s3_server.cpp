#include "servers/s3_server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

}  // namespace

S3Server::S3Server(std::vector<std::string> buckets)
    : buckets_(std::move(buckets)), folder_("hotswap-s3"), port_(cli::free_port()) {
  std::filesystem::create_directories(folder_.path() / "data");
  std::ofstream(credentials_file()) << "[default]\naws_access_key_id = " << kAccessKey
                                    << "\naws_secret_access_key = " << kSecretKey << '\n';
  start();
}

S3Server::~S3Server() { kill(); }

std::string S3Server::endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

void S3Server::start() {
  std::vector<std::string> command = {"node",
                                      HS_S3RVER,
                                      "--directory",
                                      (folder_.path() / "data").string(),
                                      "--address",
                                      "127.0.0.1",
                                      "--port",
                                      std::to_string(port_),
                                      "--no-vhost-buckets"};
  for (const auto& name : buckets_) command.insert(command.end(), {"--configure-bucket", name});
  auto process =
      cli::ChildProcess::start({.command = std::move(command), .log = folder_.path() / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  if (auto line = process_.wait_line("listening on", kPatience); !line)
    throw std::runtime_error("s3rver: " + process_.output());
}

void S3Server::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
}

}  // namespace hotswap::testing
