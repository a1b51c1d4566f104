#include "app/otlp_settings.hpp"

#include <algorithm>
#include <charconv>

#include "app/setting_rows.hpp"
#include "app/setting_text.hpp"
#include "domain/base/percent.hpp"
#include "domain/base/short_duration.hpp"

namespace hotswap {
namespace {

constexpr Duration kEveryMin = std::chrono::seconds(1);
constexpr Duration kTimeoutMax = std::chrono::minutes(5);

SettingKey also(SettingKey key, std::string variable) {
  key.also = std::move(variable);
  return key;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::unexpected<Error> bad_text(std::string detail) {
  return fail(ErrorCode::Invalid, "settings.invalid", std::move(detail));
}

/// OpenTelemetry's variables count milliseconds.
SettingKey time_key(std::string name, std::string help, Duration& (*at)(Settings&)) {
  return {std::move(name), std::move(help), false, true,
          [at](Settings& settings, const std::string& text) -> Result<void> {
            const bool number = !text.empty() && std::ranges::all_of(text, [](char c) {
              return c >= '0' && c <= '9';
            });
            auto time = read_duration(number ? text + "ms" : text);
            if (!time) return std::unexpected(time.error());
            at(settings) = *time;
            return {};
          }};
}

SettingKey ratio_key() {
  return {"trace-ratio",
          "part of all traces that is recorded, 0 to 1 (default 1)",
          false,
          true,
          [](Settings& settings, const std::string& text) -> Result<void> {
            double ratio = -1;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), ratio);
            if (read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
                !(ratio >= 0 && ratio <= 1))
              return bad_text("must be a number from 0 to 1");
            settings.otlp.ratio = ratio;
            // Who gives a part means it, whatever the sampler is called.
            if (settings.otlp.sampler_name == "parentbased_always_on")
              settings.otlp.sampler_name = "parentbased_traceidratio";
            return {};
          },
          "OTEL_TRACES_SAMPLER_ARG"};
}

SettingKey protocol_key() {
  return {"otlp-protocol",
          "http/protobuf, the only one that is spoken",
          false,
          true,
          [](Settings&, const std::string& text) -> Result<void> {
            if (text == "http/protobuf") return {};
            return bad_text(
                "only http/protobuf is spoken: point otlp-endpoint at the receiver's port for "
                "HTTP, as a rule 4318");
          },
          "OTEL_EXPORTER_OTLP_PROTOCOL"};
}

std::string below(const std::string& endpoint, std::string_view path) {
  if (endpoint.empty()) return {};
  return endpoint + (endpoint.ends_with('/') ? "" : "/") + std::string(path);
}

bool is_http(const std::string& url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

}  // namespace

std::string OtlpSettings::traces_url() const {
  if (off) return {};
  return traces_endpoint.empty() ? below(endpoint, "v1/traces") : traces_endpoint;
}

std::string OtlpSettings::metrics_url() const {
  if (off) return {};
  if (!metrics_endpoint.empty()) return metrics_endpoint;
  return metrics ? below(endpoint, "v1/metrics") : std::string();
}

Result<NamedTexts> read_named_texts(std::string_view text) {
  NamedTexts all;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto one = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const auto equals = one.find('=');
    const auto name = percent_decoded(trimmed(one.substr(0, equals)));
    const auto value = equals == std::string_view::npos
                           ? std::nullopt
                           : percent_decoded(trimmed(one.substr(equals + 1)));
    // Not the text itself, which may be a secret.
    if (!name || name->empty() || !value)
      return bad_text("must be NAME=VALUE with commas, other signs percent-encoded");
    all.emplace_back(*name, *value);
  }
  return all;
}

tracing::Sampler sampler_of(std::string_view name, double ratio) {
  constexpr std::string_view kParent = "parentbased_";
  const bool parent = name.starts_with(kParent);
  if (parent) name.remove_prefix(kParent.size());
  if (name == "always_off") ratio = 0;
  if (name == "always_on") ratio = 1;
  return {.ratio = ratio, .follows_parent = parent};
}

tracing::Attributes resource_of(const OtlpSettings& settings, const tracing::Attributes& own) {
  tracing::Attributes all{{"service.name", settings.service_name}};
  const auto known = [&all](std::string_view key) {
    return std::ranges::find(all, key, &tracing::Attribute::key) != all.end();
  };
  for (auto& [name, value] : read_named_texts(settings.resource).value_or(NamedTexts()))
    if (!known(name)) all.push_back({name, value});
  for (const auto& attribute : own)
    if (!known(attribute.key)) all.push_back(attribute);
  return all;
}

namespace {

void add_metrics_keys(std::vector<SettingKey>& keys) {
  keys.push_back(switch_key("otlp-metrics", "send the metrics to otlp-endpoint, too",
                            [](Settings& s) -> bool& { return s.otlp.metrics; }));
  keys.push_back(also(
      text_key("otlp-metrics-endpoint", "whole address for metrics; they are sent if it is given",
               [](Settings& s) -> std::string& { return s.otlp.metrics_endpoint; }),
      "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"));
  keys.push_back(also(time_key("otlp-metrics-every", "time between two messages (default 1m)",
                               [](Settings& s) -> Duration& { return s.otlp.metrics_every; }),
                      "OTEL_METRIC_EXPORT_INTERVAL"));
}

}  // namespace

void add_otlp_keys(std::vector<SettingKey>& keys) {
  keys.push_back(also(text_key("otlp-endpoint",
                               "http://host:4318 of a receiver of OpenTelemetry's OTLP/HTTP, which "
                               "gets the traces (default: none)",
                               [](Settings& s) -> std::string& { return s.otlp.endpoint; }),
                      "OTEL_EXPORTER_OTLP_ENDPOINT"));
  keys.push_back(also(
      text_key("otlp-traces-endpoint", "whole address for traces, if it is not /v1/traces there",
               [](Settings& s) -> std::string& { return s.otlp.traces_endpoint; }),
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
  keys.push_back(
      also(text_key("otlp-headers", "NAME=VALUE with commas for the receiver, such as a token",
                    [](Settings& s) -> std::string& { return s.otlp.headers; }),
           "OTEL_EXPORTER_OTLP_HEADERS"));
  keys.back().flag = false;
  keys.push_back(also(time_key("otlp-timeout", "of one attempt to send something (default 10s)",
                               [](Settings& s) -> Duration& { return s.otlp.timeout; }),
                      "OTEL_EXPORTER_OTLP_TIMEOUT"));
  keys.push_back(
      also(text_key("otlp-ca-file", "PEM authorities of its certificate (default: the machine's)",
                    [](Settings& s) -> std::string& { return s.otlp.ca_file; }),
           "OTEL_EXPORTER_OTLP_CERTIFICATE"));
  keys.push_back(also(
      word_key("otlp-compression", "none (default), or gzip of messages above 1 KiB",
               [](Settings& s) -> std::string& { return s.otlp.compression; }, {"none", "gzip"}),
      "OTEL_EXPORTER_OTLP_COMPRESSION"));
  keys.push_back(protocol_key());
  keys.push_back(also(text_key("otlp-service-name", "service.name in traces (default hotswap)",
                               [](Settings& s) -> std::string& { return s.otlp.service_name; }),
                      "OTEL_SERVICE_NAME"));
  keys.push_back(also(text_key("otlp-resource",
                               "KEY=VALUE with commas, further attributes of this server in traces",
                               [](Settings& s) -> std::string& { return s.otlp.resource; }),
                      "OTEL_RESOURCE_ATTRIBUTES"));
  keys.push_back(also(word_key("trace-sampler",
                               "parentbased_always_on (default), always_on, traceidratio, … as "
                               "OpenTelemetry names them",
                               [](Settings& s) -> std::string& { return s.otlp.sampler_name; },
                               {"always_on", "always_off", "traceidratio", "parentbased_always_on",
                                "parentbased_always_off", "parentbased_traceidratio"}),
                      "OTEL_TRACES_SAMPLER"));
  keys.push_back(ratio_key());
  keys.push_back(also(switch_key("otlp-off", "send no traces, whatever else is set",
                                 [](Settings& s) -> bool& { return s.otlp.off; }),
                      "OTEL_SDK_DISABLED"));
  add_metrics_keys(keys);
}

void check_otlp(const OtlpSettings& settings, std::vector<FieldError>& mistakes) {
  const auto address = [&](const char* key, const std::string& url) {
    if (!url.empty() && !is_http(url))
      mistakes.push_back({key, "format", "must be http://host:port or https://host:port"});
  };
  address("--otlp-endpoint", settings.endpoint);
  address("--otlp-traces-endpoint", settings.traces_endpoint);
  address("--otlp-metrics-endpoint", settings.metrics_endpoint);
  if (settings.metrics && settings.endpoint.empty() && settings.metrics_endpoint.empty())
    mistakes.push_back({"--otlp-metrics", "required", "needs --otlp-endpoint, where they go"});
  if (settings.metrics_every < kEveryMin)
    mistakes.push_back({"--otlp-metrics-every", "minimum", "must be 1s or more"});
  if (const auto headers = read_named_texts(settings.headers); !headers)
    mistakes.push_back({"HOTSWAP_OTLP_HEADERS", "format", headers.error().detail});
  if (const auto resource = read_named_texts(settings.resource); !resource)
    mistakes.push_back({"--otlp-resource", "format", resource.error().detail});
  if (settings.timeout <= Duration::zero() || settings.timeout > kTimeoutMax)
    mistakes.push_back({"--otlp-timeout", "range", "must be above 0 and at most 5m"});
}

Result<OtlpSettings> otlp_of_environment(
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  std::vector<SettingKey> keys;
  add_otlp_keys(keys);
  Settings settings;
  for (const auto& key : keys) {
    const auto text = key.also.empty() ? std::nullopt : environment(key.also);
    if (!text) continue;
    if (auto done = key.set(settings, *text); !done)
      return bad_text(key.also + ": " + done.error().detail);
  }
  std::vector<FieldError> mistakes;
  check_otlp(settings.otlp, mistakes);
  if (!mistakes.empty())
    return bad_text("OpenTelemetry's variables: " + mistakes[0].path + ' ' + mistakes[0].message);
  return std::move(settings.otlp);
}

}  // namespace hotswap
