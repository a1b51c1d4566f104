#include <algorithm>
#include <charconv>

#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "orchestrator/secret_sources.hpp"

namespace hotswap::api {
namespace {

struct Condition {
  bool draining = false;
  bool store = true;
  std::string detail;     ///< why the store is not to be had
  ArchiveHealth archive;  ///< one that is away costs old versions only: the server stays ready
  /// Neither does one of these: instances stay with what they have.
  std::vector<SecretSourceHealth> secrets;
  [[nodiscard]] bool ready() const { return store && !draining; }
};

Condition look(Services& services) {
  const auto reached = services.store.ping();
  return {.draining = services.draining && services.draining(),
          .store = reached.has_value(),
          .detail = reached ? std::string() : reached.error().detail,
          .archive = services.retention.archive_health(),
          .secrets = services.secret_sources == nullptr ? std::vector<SecretSourceHealth>()
                                                        : services.secret_sources->health()};
}

const char* archive_word(const ArchiveHealth& archive) {
  if (archive.where.empty()) return "none";
  return archive.error ? "unusable" : "ok";
}

/// Where they are is nothing for those who need no token to look: the log and the metrics say it.
json::Object secret_words(const std::vector<SecretSourceHealth>& stores) {
  json::Object words;
  for (const auto& store : stores)
    words.append(store.scheme, store.error ? "unusable" : store.looked ? "ok" : "unknown");
  return words;
}

json::Object described(const Condition& condition) {
  json::Object described{{"status", condition.ready()    ? "ready"
                                    : condition.draining ? "draining"
                                                         : "unavailable"},
                         {"store", condition.store ? "ok" : "unreachable"},
                         {"archive", archive_word(condition.archive)}};
  if (!condition.secrets.empty()) described.append("secrets", secret_words(condition.secrets));
  if (condition.archive.error) described.set("archiveDetail", condition.archive.error->detail);
  if (!condition.detail.empty()) described.set("detail", condition.detail);
  return described;
}

constexpr auto kText = "text/plain; version=0.0.4; charset=utf-8";
constexpr auto kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The `q` of a media range: 1 unless it says otherwise, 0 if that cannot be read.
double weight_of(std::string_view range) {
  const auto at = range.find(";q=");
  if (at == std::string_view::npos) return 1;
  double weight = 0;
  std::from_chars(range.data() + at + 3, range.data() + range.size(), weight);
  return weight;
}

/// Whether OpenMetrics is asked for at least as much as plain text. Who says nothing gets text.
bool prefers_open_metrics(std::string_view accept) {
  double open = 0, text = 0;
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    std::string range(accept.substr(0, end));
    std::erase(range, ' ');
    accept.remove_prefix(std::min(end + 1, accept.size()));
    if (range.starts_with("application/openmetrics-text")) open = std::max(open, weight_of(range));
    if (range.starts_with("text/plain")) text = std::max(text, weight_of(range));
  }
  return open > 0 && open >= text;
}

}  // namespace

Result<Reply> health_live(Services&, Call&) {
  return json_answer(200, json::Object{{"status", "live"}});
}

Result<Reply> health_ready(Services& services, Call&) {
  const auto condition = look(services);
  return json_answer(condition.ready() ? 200 : 503, described(condition));
}

Result<Reply> health(Services& services, Call&) {
  const auto condition = look(services);
  auto answer = described(condition);
  answer.append("version", services.version);
  answer.append("time", format_time(services.clock.wall()));
  answer.append("instances", static_cast<std::uint64_t>(services.fleet.size()));
  answer.append("streams", static_cast<std::uint64_t>(services.streams.connected()));
  return json_answer(condition.ready() ? 200 : 503, answer);
}

Result<Reply> metrics(Services& services, Call& call) {
  if (!services.metrics_text) {
    return fail(ErrorCode::NotFound, "metrics.disabled", "This server exports no metrics.");
  }
  const bool open = prefers_open_metrics(call.request.header("Accept"));
  auto response = make_response(200, open ? kOpenMetrics : kText, services.metrics_text(open));
  response.headers.push_back({"Vary", "Accept"});
  return response;
}

}  // namespace hotswap::api
