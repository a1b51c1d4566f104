#pragma once
// What can be set about traces, by our names and by OpenTelemetry's own environment variables.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/trace/span.hpp"

namespace hotswap {

struct Settings;
struct SettingKey;

struct OtlpSettings {
  std::string endpoint;          ///< base address of a receiver of OTLP/HTTP; empty: none
  std::string traces_endpoint;   ///< whole address for traces, before endpoint
  std::string metrics_endpoint;  ///< likewise for metrics; names a receiver of them
  bool metrics = false;          ///< metrics go to endpoint, too
  Duration metrics_every = std::chrono::minutes(1);
  std::string headers;  ///< NAME=VALUE with commas, percent-encoded; may hold secrets
  Duration timeout = std::chrono::seconds(10);
  std::string ca_file;
  std::string compression = "none";  ///< or gzip
  std::string service_name = "hotswap";
  std::string resource;  ///< KEY=VALUE with commas, percent-encoded
  double ratio = 1;      ///< of the samplers that take one
  std::string sampler_name = "parentbased_always_on";
  bool off = false;

  /// Where traces go; empty: nowhere.
  [[nodiscard]] std::string traces_url() const;
  [[nodiscard]] std::string metrics_url() const;
};

/// `a=b,c=d%20e`, as OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES have it. Invalid
/// `settings.invalid`.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Result<NamedTexts> read_named_texts(std::string_view text);
/// The rule of OTEL_TRACES_SAMPLER and its argument.
[[nodiscard]] tracing::Sampler sampler_of(std::string_view name, double ratio);
/// service.name and the rest of who speaks; `own` is added where the operator said nothing else.
[[nodiscard]] tracing::Attributes resource_of(const OtlpSettings& settings,
                                              const tracing::Attributes& own);

void add_otlp_keys(std::vector<SettingKey>& keys);
void check_otlp(const OtlpSettings& settings, std::vector<FieldError>& mistakes);

/// The same from OpenTelemetry's variables alone, for programs without a table of settings.
/// Invalid `settings.invalid`.
[[nodiscard]] Result<OtlpSettings> otlp_of_environment(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace hotswap
