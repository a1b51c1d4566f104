#include "infrastructure/vault/connection.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

namespace hotswap::vault {
namespace {

/// Vault takes 1 MiB for a secret; the rest is for what stands around it.
constexpr std::size_t kAnswerBytes = (1 << 20) + (64 << 10);
constexpr Duration kLongestRest = std::chrono::seconds(3);

Duration retry_after(const HttpResponse& response) {
  const auto text = response.header("retry-after").value_or("");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return {};
  return std::min<Duration>(std::chrono::seconds(std::min(seconds, 60)), kLongestRest);
}

/// The http client's words begin with the URL; the path in it is for the log.
Error away(const Error& error, const std::string& who) {
  const bool slow = error.code == ErrorCode::Timeout;
  const bool large = error.code == ErrorCode::TooLarge;
  return {ErrorCode::Unavailable,
          "secret.unavailable",
          who + (slow    ? " did not answer in time"
                 : large ? " sent more than a secret can be"
                         : " cannot be reached"),
          {},
          error.detail};
}

}  // namespace

Connection::Connection(ConnectionOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {}

std::string Connection::name() const {
  return "Vault at " + options_.addresses[preferred_ % options_.addresses.size()];
}

HttpRequest Connection::request_for(const std::string& address, const Call& call) const {
  HttpRequest request{.method = call.method,
                      .url = address + "/v1/" + call.path,
                      .body = std::string(call.body.view()),
                      .connect_timeout = options_.connect_timeout,
                      .timeout = options_.timeout,
                      .max_response_bytes = kAnswerBytes,
                      .ca_file = options_.ca_file,
                      .once = call.once};
  request.headers = {{"Accept", "application/json"}, {"X-Vault-Request", "true"}};
  if (!options_.name_space.empty())
    request.headers.emplace_back("X-Vault-Namespace", options_.name_space);
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (call.token != nullptr)
    request.headers.emplace_back("X-Vault-Token", std::string(call.token->view()));
  return request;
}

Connection::Try Connection::try_at(const std::string& address, const Call& call) {
  auto request = request_for(address, call);
  auto response = http_.request(request);
  wipe(request.body);
  wipe(request.headers.back().second);
  const auto who = "Vault at " + address;
  if (!response) {
    const auto code = response.error().code;
    const bool passes = code == ErrorCode::Unavailable || code == ErrorCode::Timeout;
    return {std::unexpected(away(response.error(), who)),
            passes && !call.once,
            passes && !call.once,
            {}};
  }
  Try done{read_answer(*response, who), false, false, retry_after(*response)};
  wipe(response->body);
  done.elsewhere = !done.answer && is_for_another_node(response->status);
  done.again = !done.answer && (done.elsewhere || may_pass(response->status));
  return done;
}

void Connection::rest(int round, Duration at_least, MonoTime until) {
  Duration pause = options_.pause * (1 << std::min(round, 8));
  pause -= Duration(random_.below(static_cast<std::uint64_t>(pause.count() / 2) + 1));
  const auto left = std::chrono::duration_cast<Duration>(until - clock_.mono());
  std::this_thread::sleep_for(std::clamp<Duration>(std::max(pause, at_least), Duration::zero(),
                                                   std::max(left, Duration())));
}

Result<Answer> Connection::ask(const Call& call) {
  const MonoTime until = clock_.mono() + options_.patience;
  const auto count = options_.addresses.size();
  Result<Answer> last = std::unexpected(Error{});
  for (int round = 0; round < options_.rounds; ++round) {
    const std::size_t first = preferred_;
    Duration asked{};
    for (std::size_t i = 0; i < count; ++i) {
      auto done = try_at(options_.addresses[(first + i) % count], call);
      last = std::move(done.answer);
      if (!done.again) {
        preferred_ = (first + i) % count;
        return last;
      }
      asked = done.asked;
      if (!done.elsewhere || clock_.mono() >= until) break;
    }
    if (round + 1 == options_.rounds || clock_.mono() + asked >= until) break;
    rest(round, asked, until);
  }
  return last;
}

}  // namespace hotswap::vault
