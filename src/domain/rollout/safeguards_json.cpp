#include "domain/rollout/safeguards_json.hpp"

#include <algorithm>
#include <array>

#include "domain/base/limits.hpp"
#include "domain/base/name.hpp"
#include "domain/health/bounded.hpp"
#include "domain/json/path.hpp"
#include "domain/rollout/share_json.hpp"

namespace hotswap::rollout {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHooksMax = 16;
constexpr std::size_t kUrlBytes = 2048;
constexpr std::int64_t kAckRetriesMax = 5;
constexpr std::int64_t kFailureLimitMax = 100;
constexpr Duration kVerifyTimeoutMax = 1h;
constexpr Duration kCallTimeoutMin = 100ms;
constexpr Duration kCallTimeoutMax = 5min;
constexpr Duration kIntervalMax = 24h;

constexpr std::array<std::string_view, 3> kOnTimeout{"rollback", "promote", "pause"};
constexpr std::array<std::string_view, 7> kHookKinds{
    "confirm-rollout",   "pre-rollout",  "confirm-step", "each-step",
    "confirm-promotion", "post-rollout", "rollback"};

template <std::size_t N>
std::string listed(const std::array<std::string_view, N>& words) {
  std::string text;
  for (const auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

/// One of `words`, in any case, by its place among them.
template <class Enum, std::size_t N>
std::optional<Enum> read_word(json::ObjectReader& in, std::string_view name,
                              const std::array<std::string_view, N>& words) {
  const auto text = in.optional_string(name);
  if (!text) return std::nullopt;
  for (std::size_t i = 0; i < N; ++i) {
    if (same_word(*text, words[i])) return static_cast<Enum>(i);
  }
  in.mistake(name, "enum", "must be one of " + listed(words));
  return std::nullopt;
}

/// A URL that can be called and shown: credentials in it would be read by everybody.
std::string url_mistake(std::string_view url) {
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return "must be an http:// or https:// URL";
  if (url.size() > kUrlBytes) return "must have at most " + std::to_string(kUrlBytes) + " bytes";
  const auto printable = [](char c) { return c > ' ' && c != '\x7f'; };
  if (!std::ranges::all_of(url, printable)) return "must not contain blanks or control characters";
  url.remove_prefix(secure ? 8 : 7);
  const auto authority = url.substr(0, url.find_first_of("/?#"));
  if (authority.empty() || authority.starts_with(':')) return "must name a host";
  if (authority.contains('@')) {
    return "must not carry a user or password; calls are signed instead";
  }
  return {};
}

bool counts_failures(HookKind kind) {
  return kind == HookKind::PreRollout || kind == HookKind::EachStep;
}

void read_failure_limit(json::ObjectReader& in, Hook& hook) {
  const auto limit = in.optional_int("failureLimit", 0, kFailureLimitMax);
  if (limit.value_or(0) > 0 && !counts_failures(hook.kind)) {
    in.mistake("failureLimit", "const",
               "only counts for hooks of type pre-rollout and each-step; leave it out");
  }
  hook.failure_limit = static_cast<std::uint32_t>(limit.value_or(0));
}

Result<Hook> hook_from_json(const json::Value& value, const std::string& path,
                            const std::string& reason) {
  json::ObjectReader in(value, path);
  Hook hook;
  hook.name = in.required_string("name");
  if (!hook.name.empty() && !is_name(hook.name)) in.mistake("name", "pattern", kNameRule);
  if (hook.name.empty() && in.has("name")) in.mistake("name", "minLength", "must not be empty");
  if (value.as_object() != nullptr && !in.has("type"))
    in.mistake("type", "required", "is required: " + listed(kHookKinds));
  hook.kind = read_word<HookKind>(in, "type", kHookKinds).value_or(hook.kind);
  hook.url = in.required_string("url");
  if (const auto bad = url_mistake(hook.url); !bad.empty() && in.has("url")) {
    in.mistake("url", "format", bad);
  }
  hook.timeout =
      bounded_duration(in, "timeout", kCallTimeoutMin, kCallTimeoutMax).value_or(hook.timeout);
  hook.interval = bounded_duration(in, "interval", 1s, kIntervalMax).value_or(hook.interval);
  read_failure_limit(in, hook);
  if (auto bad = in.finish(reason)) return std::unexpected(*bad);
  return hook;
}

std::vector<Hook> read_hooks(json::ObjectReader& in, const std::string& reason) {
  std::vector<Hook> hooks;
  const auto* items = in.optional_array("hooks");
  if (items == nullptr) return hooks;
  if (items->size() > kHooksMax) {
    in.mistake("hooks", "maxItems", "must be at most " + std::to_string(kHooksMax) + " hooks");
    return hooks;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto path = json::path_item(in.path_of("hooks"), i);
    auto hook = hook_from_json((*items)[i], path, reason);
    if (!hook) {
      in.absorb(hook.error());
    } else if (std::ranges::find(hooks, hook->name, &Hook::name) != hooks.end()) {
      in.mistake("hooks", "unique", "has two hooks called " + hook->name);
    } else {
      hooks.push_back(std::move(*hook));
    }
  }
  return hooks;
}

json::Value hook_json(const Hook& hook) {
  json::Object object{{"name", hook.name},
                      {"type", to_string(hook.kind)},
                      {"url", hook.url},
                      {"timeout", format_duration(hook.timeout)},
                      {"interval", format_duration(hook.interval)}};
  if (counts_failures(hook.kind)) {
    object.append("failureLimit", std::uint64_t{hook.failure_limit});
  }
  return object;
}

}  // namespace

std::string_view to_string(HookKind kind) { return kHookKinds.at(static_cast<std::size_t>(kind)); }

void write_safeguards(json::Object& out, const Safeguards& safeguards) {
  if (safeguards.gate_timeout) {
    out.append("gateTimeout", format_duration(*safeguards.gate_timeout));
  }
  out.append("onGateTimeout", kOnTimeout.at(static_cast<std::size_t>(safeguards.on_gate_timeout)));
  out.append("progressDeadline", format_duration(safeguards.progress_deadline));
  if (safeguards.max_unavailable) {
    out.append("maxUnavailable", share_json(*safeguards.max_unavailable));
  }
  out.append("ackRetries", std::uint64_t{safeguards.ack_retries});
  out.append("verifyTimeout", format_duration(safeguards.verify_timeout));
  json::Array hooks;
  for (const auto& hook : safeguards.hooks) hooks.push_back(hook_json(hook));
  out.append("hooks", std::move(hooks));
}

Safeguards read_safeguards(json::ObjectReader& in, const std::string& reason) {
  Safeguards out;
  out.gate_timeout = bounded_duration(in, "gateTimeout", 1s, limits::kDurationMax);
  out.on_gate_timeout =
      read_word<OnGateTimeout>(in, "onGateTimeout", kOnTimeout).value_or(out.on_gate_timeout);
  out.progress_deadline = bounded_duration(in, "progressDeadline", 1s, limits::kDurationMax)
                              .value_or(out.progress_deadline);
  out.max_unavailable = read_share(in, "maxUnavailable", 1);
  out.ack_retries = static_cast<std::uint32_t>(
      in.optional_int("ackRetries", 0, kAckRetriesMax).value_or(out.ack_retries));
  out.verify_timeout =
      bounded_duration(in, "verifyTimeout", 1s, kVerifyTimeoutMax).value_or(out.verify_timeout);
  out.hooks = read_hooks(in, reason);
  return out;
}

}  // namespace hotswap::rollout
