#pragma once
// As much of HTTP/1.1 as a local program needs to ask for its configuration.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap::agent {

inline constexpr std::size_t kRequestHeadBytes = 8 << 10;

struct ServeRequest {
  std::string method;
  std::string path;                            ///< decoded
  std::map<std::string, std::string> query;    ///< decoded
  std::map<std::string, std::string> headers;  ///< names in lower case
  bool keep_alive = true;

  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> parameter(const std::string& name) const;
};

struct ServeAnswer {
  int status = 200;
  std::string type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// The head of a request, without its last empty line. Nothing: it is malformed.
[[nodiscard]] std::optional<ServeRequest> parse_request(std::string_view head);
/// `head_only`: of HEAD, the body's size is told but it is not sent.
[[nodiscard]] std::string answer_text(const ServeAnswer& answer, bool keep_alive, bool head_only);
/// `{"status":404,"reason":…,"detail":…}`
[[nodiscard]] ServeAnswer problem_answer(int status, std::string_view reason,
                                         std::string_view detail);

}  // namespace hotswap::agent
