#pragma once
// The server as the command line, the demo and the end-to-end tests see it: the public HTTP API and
// nothing else.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// Reason of an answer that no HotSwap server gives.
inline constexpr std::string_view kNotHotSwap = "server.not_hotswap";

struct ApiOptions {
  std::string server = "http://127.0.0.1:8400";
  std::string token;
  std::string ca_file;  ///< PEM; empty: the system's authorities
  Duration timeout = std::chrono::seconds(20);
  std::map<std::string, std::string> headers{};  ///< of every request
};

/// One server-sent event.
struct ServerEvent {
  std::string id;
  std::string kind;
  json::Value data;
};

struct Call {
  std::string method = "GET";
  std::string path;  ///< below the server's address, encoded, with its query
  std::string body{};
  std::string content_type = "application/json";
  std::string accept = "application/json";
  std::map<std::string, std::string> headers{};
};

struct Answer {
  int status = 0;
  std::string body;
  std::string content_type;
  std::string location;
  std::string next_cursor;                 ///< of an export that is not whole
  [[nodiscard]] json::Value json() const;  ///< null if it is none
};

/// Not thread-safe; make one per thread.
class Api {
 public:
  explicit Api(ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// An answer 2xx of the type asked for, or 304. Errors: the problem's reason, detail and fields;
  /// Unavailable `server.unreachable` if there is no answer, saying what to do, and
  /// `server.not_hotswap` for a redirect, another type or JSON that cannot be read.
  [[nodiscard]] Result<Answer> call(const Call& call);
  [[nodiscard]] Result<json::Value> get(const std::string& path);
  [[nodiscard]] Result<json::Value> post(const std::string& path, const json::Value& body);
  [[nodiscard]] Result<void> remove(const std::string& path);
  /// The answer if it holds all of these members (paths), else Unavailable `server.not_hotswap`:
  /// who acts must not print success out of nothing.
  [[nodiscard]] Result<json::Value> with(Result<json::Value> answer,
                                         std::initializer_list<std::string_view> members) const;
  /// Items of a list over as many pages as it takes, at most `limit`.
  [[nodiscard]] Result<json::Array> list(const std::string& path, std::size_t limit);

  /// Follows a text/event-stream until `on_event` says false, `stop` is asked for, or the stream
  /// ends. `after`: Last-Event-ID, may be empty.
  [[nodiscard]] Result<void> stream(const std::string& path, const std::string& after,
                                    const std::function<bool(const ServerEvent&)>& on_event,
                                    const std::stop_token& stop);

  /// The problem+json of the last failed call, if the server sent one.
  [[nodiscard]] const std::optional<json::Value>& problem() const { return problem_; }
  [[nodiscard]] const ApiOptions& options() const { return options_; }

 private:
  struct Impl;
  [[nodiscard]] Error refusal(const Answer& answer);

  ApiOptions options_;
  std::optional<json::Value> problem_;
  std::unique_ptr<Impl> impl_;
};

/// Percent-encodes one path segment or query value.
[[nodiscard]] std::string encode(std::string_view text);
/// `/api/v1/configs/NAME` with further segments, each encoded.
[[nodiscard]] std::string config_path(const std::string& name,
                                      const std::vector<std::string>& more = {});
[[nodiscard]] std::string deployment_path(const std::string& id, const std::string& more = {});

}  // namespace hotswap::cli
