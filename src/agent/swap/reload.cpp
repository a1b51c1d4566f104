#include "agent/swap/reload.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "agent/files/candidate.hpp"

namespace hotswap::agent {
namespace {

constexpr std::size_t kAnswerTold = 300;

std::unexpected<Error> failed(std::string detail) {
  return fail(ErrorCode::Unavailable, "reload.failed", std::move(detail));
}

/// Nothing: no file.
Result<std::optional<pid_t>> pid_in(const std::filesystem::path& file) {
  const auto text = content_read(file);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::nullopt;
  std::string_view digits = **text;
  while (digits.ends_with('\n') || digits.ends_with(' ')) digits.remove_suffix(1);
  pid_t pid = 0;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, pid);
  // 0 and negative ones would mean whole groups of processes, 1 the machine's own.
  if (read.ec != std::errc{} || read.ptr != end || pid <= 1)
    return failed(file.string() + " does not hold the number of a process");
  return pid;
}

}  // namespace

Result<void> Reloader::send_signal() const {
  if (program_.signal) return program_.signal(options_.signal);
  const auto pid = pid_in(options_.pid_file);
  if (!pid) return std::unexpected(pid.error());
  if (!*pid || ::kill(**pid, options_.signal) == 0 || errno == ESRCH) return {};
  return failed("process " + std::to_string(**pid) + " of " + options_.pid_file.string() +
                " cannot be signalled: " + std::strerror(errno));
}

Result<void> Reloader::post(const std::string& traceparent) {
  HttpRequest request;
  request.method = "POST";
  request.url = options_.url;
  request.timeout = request.connect_timeout = options_.timeout;
  request.max_response_bytes = kAnswerTold;
  request.cut_response = true;
  if (!traceparent.empty()) request.headers.emplace_back("traceparent", traceparent);
  const auto response = http_.request(request);
  if (!response) return std::unexpected(response.error());
  if (response->status / 100 == 2) return {};
  return failed(options_.url + " answered " + std::to_string(response->status) +
                (response->body.empty() ? "" : ": " + response->body));
}

Result<void> Reloader::reload(const std::string& traceparent) {
  if (program_.running && !program_.running()) return {};
  if (options_.restart) return program_.restart();
  if (options_.signal != 0) return send_signal();
  if (!options_.url.empty()) return post(traceparent);
  if (options_.command.empty()) return {};
  Command command{.line = options_.command, .timeout = options_.timeout, .stop = options_.stop};
  if (!traceparent.empty()) command.environment.emplace_back("TRACEPARENT", traceparent);
  return run_command(command);
}

}  // namespace hotswap::agent
