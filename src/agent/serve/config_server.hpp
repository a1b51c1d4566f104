#pragma once
// A small HTTP server on the loopback or a Unix socket: one thread, poll(2), no wake-up while
// nobody asks. Bounds: 32 connections (more are closed at once), 8 KiB per request's head, 10 s to
// send one and to take an answer, 60 s of silence between two.

#include <filesystem>
#include <memory>
#include <string>

#include "agent/serve/pages.hpp"
#include "domain/base/error.hpp"

namespace hotswap::agent {

struct ServeAddress {
  std::string host;  ///< an IP address; empty: a Unix socket
  int port = 0;      ///< 0: any free one
  std::filesystem::path path;
  bool loopback = true;

  /// `127.0.0.1:8411`, `[::1]:8411`, `unix:/run/app/agent.sock`. Invalid `serve.address`.
  [[nodiscard]] static Result<ServeAddress> parse(const std::string& text);
};

class ConfigServer {
 public:
  ConfigServer(ServeAddress address, PageSources sources);
  ~ConfigServer();  ///< closes everything; a Unix socket's file goes
  ConfigServer(const ConfigServer&) = delete;
  ConfigServer& operator=(const ConfigServer&) = delete;

  /// Unavailable `serve.address`: cannot listen there.
  [[nodiscard]] Result<void> start();
  /// `http://127.0.0.1:8411` or `unix:/run/app/agent.sock`, after start().
  [[nodiscard]] std::string url() const;
  /// Something changed: whoever waits is answered. From any thread.
  void changed();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace hotswap::agent
