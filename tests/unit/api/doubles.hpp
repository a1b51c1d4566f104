#pragma once
// Stand-ins for the transport's ends and an answer that tests can ask.

#include <optional>
#include <string>
#include <vector>

#include "api/server/stream.hpp"
#include "domain/json/value.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::api::testing {

inline const std::string kKey = "0123456789abcdef0123456789abcdef";

class SilentLogger : public Logger {
 public:
  [[nodiscard]] bool enabled(LogLevel, LogModule) const override { return false; }

 private:
  void put(LogLevel, LogModule, std::string_view, const LogFields&) override {}
};

/// Keeps what was pushed; refuses once closed.
class RecordingStream : public EventStream {
 public:
  bool push(std::string key, std::shared_ptr<const std::string> frame) override {
    if (!open_) return false;
    keys.push_back(std::move(key));
    frames.push_back(*frame);
    return true;
  }
  void close(std::string last_frame) override {
    if (!open_) return;
    last = std::move(last_frame);
    open_ = false;
  }
  [[nodiscard]] bool is_open() const override { return open_; }

  std::vector<std::string> keys, frames;
  std::string last;

 private:
  bool open_ = true;
};

class RecordingReply : public PendingReply {
 public:
  void complete(Response response) override {
    if (!answer) answer = std::move(response);
  }
  std::optional<Response> answer;
};

struct Answer {
  int status = 0;
  json::Value body;
  Response response;
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* member = body.find(name);
    const auto* text = member ? member->as_string() : nullptr;
    return text ? *text : std::string();
  }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& header : response.headers) {
      if (same_header_name(header.name, name)) return header.value;
    }
    return {};
  }
  /// Paths of the problem's errors.
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> out;
    const auto* errors = body.find("errors");
    if (!errors) return out;
    for (const auto& error : *errors->as_array()) out.push_back(*error.find("path")->as_string());
    return out;
  }
};

}  // namespace hotswap::api::testing
