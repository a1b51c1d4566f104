#include "wire.hpp"

#include <algorithm>

#include "domain/base/time.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::sdk {
namespace {

constexpr std::chrono::milliseconds kReconnectMax = std::chrono::minutes(5);
constexpr std::chrono::seconds kRetryAfterMax = std::chrono::minutes(5);
constexpr std::chrono::milliseconds kIntervalMin{100};
constexpr std::chrono::milliseconds kLogAgeMax = std::chrono::hours(24);
constexpr std::size_t kAnswerBytes = std::size_t{16} << 20U;

Read<json::Value> parse(std::string_view text) {
  auto value = json::parse(text, {.bytes = kAnswerBytes});
  if (!value) return std::unexpected("ill-formed JSON: " + value.error().detail);
  return *std::move(value);
}

std::string text_at(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  const auto* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> int_at(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  return member == nullptr ? std::nullopt : member->as_int();
}

Read<Identity> identity_of(const json::Value& value, const std::string& profile) {
  Identity identity{profile.empty() ? text_at(value, "profile") : profile,
                    text_at(value, "version"), 0, text_at(value, "hash"),
                    text_at(value, "dataHash")};
  const auto generation = int_at(value, "generation");
  if (identity.profile.empty()) return std::unexpected("`profile` is missing");
  if (!generation || *generation < 0) return std::unexpected("`generation` is missing");
  identity.generation = static_cast<std::uint64_t>(*generation);
  identity.secrets =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, int_at(value, "secrets").value_or(0)));
  return identity;
}

Read<Offer> offer_of(json::Value& value, const std::string& profile) {
  auto identity = identity_of(value, profile);
  if (!identity) return std::unexpected(identity.error());
  auto* object = value.as_object();
  auto* data = object == nullptr ? nullptr : object->find("data");
  if (data == nullptr) return std::unexpected("`data` is missing");
  return Offer{*std::move(identity), std::move(*data), text_at(value, "traceparent")};
}

Read<Desired> desired_of(json::Value& value) {
  Desired desired;
  auto* object = value.as_object();
  if (object == nullptr) return std::unexpected("an item of `configs` is no object");
  if (auto* staged = object->find("staged"); staged != nullptr && !staged->is_null()) {
    auto offer = offer_of(*staged, text_at(value, "profile"));
    if (!offer) return std::unexpected(offer.error());
    desired.staged = *std::move(offer);
  }
  // An instance that only has something staged has no data of its own.
  if (value.find("data") != nullptr) {
    auto offer = offer_of(value, {});
    if (!offer) return std::unexpected(offer.error());
    desired.active = *std::move(offer);
  }
  return desired;
}

Read<std::vector<Desired>> configs_of(json::Value& value) {
  std::vector<Desired> all;
  auto* object = value.as_object();
  auto* configs = object == nullptr ? nullptr : object->find("configs");
  auto* items = configs == nullptr ? nullptr : configs->as_array();
  if (items == nullptr) return std::unexpected("`configs` is missing");
  for (auto& item : *items) {
    auto desired = desired_of(item);
    if (!desired) return std::unexpected(desired.error());
    all.push_back(*std::move(desired));
  }
  return all;
}

std::optional<std::chrono::milliseconds> interval_of(const json::Value& value) {
  const auto interval = parse_duration(text_at(value, "heartbeatInterval"));
  if (!interval) return std::nullopt;
  return std::max<std::chrono::milliseconds>(*interval, kIntervalMin);
}

std::string_view to_string(State state) {
  switch (state) {
    case State::Received:
      return "received";
    case State::Applied:
      return "applied";
    case State::Rejected:
      return "rejected";
    case State::Staged:
      return "staged";
    case State::Running:
      return "running";
  }
  return "running";
}

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "info";
}

/// They only inform: without them a heartbeat says all that a server acts on.
constexpr std::string_view kReload = "reloadMs";
constexpr std::string_view kLogs = "logs";

json::Object observation_json(const Observation& seen, bool reload = true) {
  json::Object one{{"version", seen.version},
                   {"generation", seen.generation},
                   {"state", to_string(seen.state)},
                   {"hash", seen.hash}};
  if (!seen.error.empty()) one.append("error", seen.error);
  if (reload && seen.reload && seen.state == State::Applied)
    one.append(kReload, std::chrono::duration<double, std::milli>(*seen.reload).count());
  return one;
}

void append_observed(json::Object& body, const std::map<std::string, Observation>& observed,
                     const Manner& manner) {
  const bool reload = !manner.left_out.contains(std::string(kReload));
  json::Object profiles;
  for (const auto& [profile, seen] : observed)
    profiles.append(profile, observation_json(seen, reload));
  body.append("observed", std::move(profiles));
  if (!manner.traceparent.empty()) body.append("traceparent", manner.traceparent);
}

json::Array logs_json(const std::vector<JournalLine>& lines) {
  json::Array logs;
  const auto now = std::chrono::steady_clock::now();
  for (const auto& line : lines) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - line.at);
    logs.emplace_back(json::Object{{"level", to_string(line.level)},
                                   {"message", line.text},
                                   {"ageMs", std::min(age, kLogAgeMax).count()}});
  }
  return logs;
}

}  // namespace

Read<Offer> read_offer(std::string_view text) {
  auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  return offer_of(*value, {});
}

Read<Identity> read_identity(std::string_view text) {
  auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  return identity_of(*value, {});
}

std::string read_traceparent(std::string_view text) {
  const auto value = parse(text);
  return value ? text_at(*value, "traceparent") : std::string();
}

Read<Registration> read_registration(std::string_view text) {
  auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  Registration registration;
  registration.id = text_at(*value, "id");
  registration.token = text_at(*value, "token");
  if (registration.id.empty()) return std::unexpected("`id` is missing");
  if (registration.token.empty()) return std::unexpected("`token` is missing");
  registration.interval = interval_of(*value).value_or(registration.interval);
  auto desired = configs_of(*value);
  if (!desired) return std::unexpected(desired.error());
  registration.desired = *std::move(desired);
  return registration;
}

Read<std::vector<Desired>> read_configs(std::string_view text) {
  auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  return configs_of(*value);
}

Read<Heard> read_heard(std::string_view text) {
  const auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  Heard heard{interval_of(*value), {}};
  if (auto token = text_at(*value, "token"); !token.empty()) heard.token = std::move(token);
  const auto* changed = value->find("changed");
  if (changed == nullptr || changed->as_array() == nullptr) return heard;
  for (const auto& item : *changed->as_array()) {
    if (const auto* name = item.as_string()) heard.changed.push_back(*name);
  }
  return heard;
}

Reconnect read_reconnect(std::string_view text) {
  Reconnect reconnect;
  const auto value = parse(text);
  if (!value) return reconnect;
  const std::chrono::milliseconds after(int_at(*value, "afterMs").value_or(0));
  reconnect.after = std::clamp(after, std::chrono::milliseconds(0), kReconnectMax);
  const auto* to = value->find("to");
  if (to == nullptr || to->as_array() == nullptr) return reconnect;
  for (const auto& item : *to->as_array()) {
    if (const auto* url = item.as_string()) reconnect.to.emplace_back(url->str());
  }
  return reconnect;
}

std::string write_registration(const ClientOptions& options, const std::string& hostname,
                               const std::string& id) {
  json::Object labels;
  for (const auto& [name, value] : options.labels) labels.append(name, value);
  json::Object body;
  if (!id.empty()) body.append("id", id);
  body.append("serviceName", options.service);
  body.append("environment", options.environment);
  body.append("hostname", hostname);
  body.append("port", options.port);
  body.append("version", options.version);
  body.append("healthUrl", options.health_url);
  body.append("labels", std::move(labels));
  if (!options.schemas.empty()) {
    json::Object schemas;
    for (const auto& [name, version] : options.schemas) schemas.append(name, version);
    body.append("schemas", std::move(schemas));
  }
  body.append("pool", options.pool);
  body.append("zone", options.zone);
  return json::write(body);
}

std::string write_heartbeat(const std::map<std::string, Observation>& observed,
                            const Measured* measured, const Manner& manner) {
  json::Object body{{"status", "healthy"}};
  append_observed(body, observed, manner);
  if (measured != nullptr) {
    body.append("sequence", measured->sequence);
    body.append("metrics", measured->metrics);
    if (!measured->logs.empty() && !manner.left_out.contains(std::string(kLogs)))
      body.append(kLogs, logs_json(measured->logs));
  }
  return json::write(body);
}

std::string write_acknowledgement(const std::map<std::string, Observation>& observed,
                                  const Manner& manner) {
  json::Object body;
  append_observed(body, observed, manner);
  return json::write(body);
}

Refusal read_refusal(std::string_view text) {
  Refusal refusal;
  const auto value = parse(text);
  if (!value) return refusal;
  const auto status = int_at(*value, "status").value_or(refusal.status);
  if (status >= 400 && status < 600) refusal.status = static_cast<int>(status);
  if (const auto seconds = int_at(*value, "retryAfter"); seconds && *seconds >= 0)
    refusal.retry_after =
        std::chrono::seconds(std::min<std::int64_t>(*seconds, kRetryAfterMax.count()));
  return refusal;
}

std::set<std::string> read_unneeded(std::string_view problem) {
  std::set<std::string> names;
  const auto value = parse(problem);
  const auto* errors = value ? value->find("errors") : nullptr;
  const auto* list = errors == nullptr ? nullptr : errors->as_array();
  if (list == nullptr) return names;
  for (const auto& error : *list) {
    if (text_at(error, "keyword") != "unknown") continue;
    const auto path = text_at(error, "path");
    const auto name = path.substr(path.rfind('.') + 1);
    if (name == kReload || name == kLogs) names.insert(name);
  }
  return names;
}

Read<Copy> read_copy(std::string_view text) {
  auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  Copy copy;
  if (const auto* refused = value->find("refused"))
    copy.refused = Observation{text_at(*refused, "version"),
                               static_cast<std::uint64_t>(std::max<std::int64_t>(
                                   0, int_at(*refused, "generation").value_or(0))),
                               State::Rejected,
                               text_at(*refused, "hash"),
                               text_at(*refused, "error"),
                               text_at(*refused, "dataHash")};
  auto offer = offer_of(*value, {});
  if (!offer) return std::unexpected(offer.error());
  copy.offer = *std::move(offer);
  return copy;
}

std::string write_copy(const Identity& identity, const json::Value& data,
                       const std::optional<Observation>& refused) {
  json::Object head{{"profile", identity.profile},
                    {"version", identity.version},
                    {"generation", identity.generation},
                    {"hash", identity.hash}};
  if (!identity.data_hash.empty()) head.append("dataHash", identity.data_hash);
  if (identity.secrets != 0) head.append("secrets", identity.secrets);
  if (refused) {
    auto left = observation_json(*refused);
    if (!refused->data_hash.empty()) left.append("dataHash", refused->data_hash);
    head.append("refused", std::move(left));
  }
  // The document may be large: it is written where it stands, not copied into an object first.
  auto text = json::write(head);
  text.back() = ',';
  return text.append("\"data\":").append(json::write(data)) += '}';
}

}  // namespace hotswap::sdk
