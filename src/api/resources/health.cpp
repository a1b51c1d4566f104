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

Result<Reply> metrics(Services& services, Call&) {
  if (!services.metrics_text) {
    return fail(ErrorCode::NotFound, "metrics.disabled", "This server exports no metrics.");
  }
  return make_response(200, "text/plain; version=0.0.4; charset=utf-8", services.metrics_text());
}

}  // namespace hotswap::api
