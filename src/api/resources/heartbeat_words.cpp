#include "api/resources/heartbeat_words.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kObserved = "observed";
constexpr std::string_view kTraceparent = "traceparent";
constexpr std::size_t kObservedProfiles = 256;
constexpr std::size_t kErrorBytes = 2048;
constexpr std::size_t kLevelBytes = 16;
constexpr double kReloadMaxMs = 24.0 * 3600 * 1000;
constexpr std::int64_t kLogAgeMaxMs = 24LL * 3600 * 1000;

Result<Observation> read_observation(const std::string& profile, const json::Value& value,
                                     const std::string& path) {
  json::ObjectReader in(value, path);
  Observation seen;
  seen.profile = ProfileName(profile);
  if (const auto version = in.optional_string("version")) {
    const auto number = SemVer::parse(*version);
    if (number) {
      seen.version = *number;
    } else {
      in.mistake("version", "format", number.error().detail);
    }
  }
  seen.generation =
      static_cast<std::uint64_t>(in.optional_int("generation", 0, INT64_MAX).value_or(0));
  const auto state = in.required_string("state");
  if (const auto known = observed_state_from_string(state)) {
    seen.state = *known;
  } else if (in.has("state")) {
    in.mistake("state", "enum",
               "must be received, validated, staged, applied, rejected or running");
  }
  seen.hash = in.optional_string("hash").value_or("");
  if (seen.hash.size() > 64) in.mistake("hash", "maxLength", "must be a SHA-256 in hexadecimal");
  // An instance's own words may be long; what does not fit is cut, since they only inform.
  seen.error = clip_utf8(in.optional_string("error").value_or(""), kErrorBytes);
  if (const auto took = in.optional_double("reloadMs", 0, kReloadMaxMs))
    seen.reload = std::chrono::round<std::chrono::microseconds>(
        std::chrono::duration<double, std::milli>(*took));
  if (auto bad = in.finish("heartbeat.invalid")) return std::unexpected(*bad);
  return seen;
}

void read_observed(json::ObjectReader& in, Heartbeat& heartbeat) {
  const auto* observed = in.optional_object("observed");
  if (observed == nullptr) return;
  if (observed->size() > kObservedProfiles) {
    in.mistake("observed", "maxProperties",
               "must have at most " + std::to_string(kObservedProfiles) + " profiles");
    return;
  }
  for (const auto& [profile, value] : *observed) {
    auto seen = read_observation(profile, value, json::path_member("$.observed", profile));
    if (seen) {
      heartbeat.observed.push_back(std::move(*seen));
    } else {
      in.absorb(seen.error());
    }
  }
}

/// What no instance can have seen since its last heartbeat would outweigh the whole fleet.
void check_plausible(json::ObjectReader& in, const Sample& sample) {
  constexpr std::uint64_t kCountMax = 1'000'000'000;
  // Requests and latencies may be counted a moment apart, or a little differently.
  constexpr std::uint64_t kTimes = 10;
  constexpr std::uint64_t kMore = 1000;
  for (const auto& [name, count] :
       {std::pair("requests", sample.requests), std::pair("checks", sample.checks),
        std::pair("latency", sample.latency.count())}) {
    if (count > kCountMax)
      in.absorb(fail_field("heartbeat.invalid", std::string("$.metrics.") + name, "maximum",
                           "counts more than 1000000000 since the last heartbeat")
                    .error());
  }
  if (sample.latency.count() > sample.requests * kTimes + kMore)
    in.absorb(fail_field("heartbeat.invalid", "$.metrics.latency", "maximum",
                         "holds many more latencies than there were `requests`: count both alike")
                  .error());
}

void read_metrics(json::ObjectReader& in, Heartbeat& heartbeat) {
  const auto* metrics = in.optional_value("metrics");
  if (metrics == nullptr) return;
  auto sample = sample_from_json(*metrics, "$.metrics");
  if (sample) {
    check_plausible(in, *sample);
    heartbeat.metrics = std::move(*sample);
  } else {
    in.absorb(sample.error());
  }
}

/// The instance's own opinion counts as one health check, unless it reports checks itself.
void read_status(json::ObjectReader& in, Heartbeat& heartbeat) {
  const auto status = in.optional_string("status").value_or("healthy");
  if (status != "healthy" && status != "unhealthy") {
    in.mistake("status", "enum", "must be healthy or unhealthy");
    return;
  }
  if (heartbeat.metrics.checks > 0 || !in.has("status")) return;
  heartbeat.metrics.checks = 1;
  heartbeat.metrics.failed_checks = status == "unhealthy" ? 1 : 0;
}

/// `ageMs` says how long before sending it was said: the instance's clock is not asked.
Result<LogLine> read_log_line(const json::Value& value, const std::string& path, WallTime now) {
  json::ObjectReader in(value, path);
  LogLine line;
  line.level = clip_utf8(in.optional_string("level").value_or("info"), kLevelBytes);
  line.message = clip_utf8(in.required_string("message"), limits::kLogLineBytes);
  line.at = now - Duration(in.optional_int("ageMs", 0, kLogAgeMaxMs).value_or(0));
  if (auto bad = in.finish("heartbeat.invalid")) return std::unexpected(*bad);
  return line;
}

/// Only the newest are kept anyway: what stands before them is not even looked at.
void read_logs(json::ObjectReader& in, Heartbeat& heartbeat, WallTime now) {
  const auto* logs = in.optional_array("logs");
  if (logs == nullptr) return;
  const std::size_t first = logs->size() - std::min(logs->size(), limits::kInstanceLogLines);
  for (std::size_t i = first; i < logs->size(); ++i) {
    auto line = read_log_line((*logs)[i], json::path_item("$.logs", i), now);
    if (line) {
      heartbeat.logs.push_back(std::move(*line));
    } else {
      in.absorb(line.error());
    }
  }
}

Heartbeat read_members(json::ObjectReader& in, WallTime now) {
  Heartbeat heartbeat;
  if (const auto sequence = in.optional_int("sequence", 0, INT64_MAX))
    heartbeat.sequence = static_cast<std::uint64_t>(*sequence);
  read_observed(in, heartbeat);
  read_metrics(in, heartbeat);
  read_status(in, heartbeat);
  read_logs(in, heartbeat, now);
  return heartbeat;
}

}  // namespace

Result<Heartbeat> read_heartbeat(const json::Value& body, WallTime now) {
  json::ObjectReader in(body, "$");
  auto heartbeat = read_members(in, now);
  if (auto bad = in.finish("heartbeat.invalid")) return std::unexpected(*bad);
  return heartbeat;
}

Result<HeartbeatMessage> read_heartbeat_message(const json::Value& body, WallTime now) {
  json::ObjectReader in(body, "$");
  static_cast<void>(in.optional_string(kTraceparent));
  HeartbeatMessage message;
  message.heartbeat = read_members(in, now);
  if (auto bad = in.finish("heartbeat.invalid")) return std::unexpected(*bad);
  const auto& members = *body.as_object();
  message.acknowledges = in.has(kObserved) && std::ranges::all_of(members, [](const auto& member) {
                           return member.name == kObserved || member.name == kTraceparent;
                         });
  return message;
}

std::string_view traceparent_of(const json::Value& message) {
  const auto* member = message.find(kTraceparent);
  const auto* text = member != nullptr ? member->as_string() : nullptr;
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

}  // namespace hotswap::api
