#include "app/settings.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using Words = std::map<std::string, std::string>;

auto lookup(const Words& environment) {
  return [&environment](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
}

Result<Settings> load(Words flags, const Words& environment = {}) {
  flags.emplace("dev", "true");
  SettingSources sources;
  sources.flags = std::move(flags);
  sources.environment = lookup(environment);
  return load_settings(sources);
}

TEST(OtlpSettings, NothingIsSentUntilAReceiverIsNamed) {
  EXPECT_EQ(load({})->otlp.traces_url(), "");
  EXPECT_EQ(load({{"otlp-endpoint", "http://c:4318"}})->otlp.traces_url(),
            "http://c:4318/v1/traces");
  EXPECT_EQ(load({{"otlp-endpoint", "https://c/otlp/"}})->otlp.traces_url(),
            "https://c/otlp/v1/traces");
  EXPECT_EQ(load({{"otlp-endpoint", "http://c"}, {"otlp-traces-endpoint", "http://d/t"}})
                ->otlp.traces_url(),
            "http://d/t");
  EXPECT_EQ(load({{"otlp-endpoint", "http://c"}, {"otlp-off", "true"}})->otlp.traces_url(), "");
}

TEST(OtlpSettings, OpenTelemetrysVariablesAreTakenWhereNothingElseIsSaid) {
  const Words environment = {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"},
                             {"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x, a=b"},
                             {"OTEL_EXPORTER_OTLP_TIMEOUT", "2500"},
                             {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"},
                             {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"},
                             {"OTEL_SERVICE_NAME", "config"},
                             {"OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=prod,team=a"},
                             {"OTEL_TRACES_SAMPLER", "traceidratio"},
                             {"OTEL_TRACES_SAMPLER_ARG", "0.25"}};
  const auto server = load({}, environment);
  ASSERT_TRUE(server) << server.error().detail;
  const auto agent = otlp_of_environment(lookup(environment));
  ASSERT_TRUE(agent) << agent.error().detail;
  for (const auto* otlp : {&server->otlp, &*agent}) {
    EXPECT_EQ(otlp->traces_url(), "http://c:4318/v1/traces");
    EXPECT_EQ(otlp->timeout, std::chrono::milliseconds(2500));
    EXPECT_EQ(otlp->compression, "gzip");
    const auto headers = read_named_texts(otlp->headers);
    ASSERT_EQ(headers->size(), 2u);
    EXPECT_EQ(headers->at(0), std::pair(std::string("authorization"), std::string("Bearer x")));
    const auto sampler = sampler_of(otlp->sampler_name, otlp->ratio);
    EXPECT_EQ(sampler, (tracing::Sampler{.ratio = 0.25, .follows_parent = false}));
    const auto resource = resource_of(*otlp, {{"team", "ours"}, {"host.name", "h"}});
    const tracing::Attributes expected{{"service.name", "config"},
                                       {"deployment.environment", "prod"},
                                       {"team", "a"},
                                       {"host.name", "h"}};
    EXPECT_EQ(resource, expected);
  }
  EXPECT_EQ(load({})->otlp.compression, "none");
  EXPECT_EQ(load({{"otlp-compression", "none"}}, environment)->otlp.compression, "none");
  EXPECT_EQ(load({{"otlp-endpoint", "http://ours:1"}}, environment)->otlp.traces_url(),
            "http://ours:1/v1/traces");
}

TEST(OtlpSettings, SamplersAreThoseOfTheirNames) {
  EXPECT_EQ(sampler_of("always_on", 0.1), (tracing::Sampler{1, false}));
  EXPECT_EQ(sampler_of("always_off", 1), (tracing::Sampler{0, false}));
  EXPECT_EQ(sampler_of("parentbased_always_on", 0.1), (tracing::Sampler{1, true}));
  EXPECT_EQ(sampler_of("parentbased_always_off", 0.1), (tracing::Sampler{0, true}));
  EXPECT_EQ(sampler_of("parentbased_traceidratio", 0.1), (tracing::Sampler{0.1, true}));
  const auto half = load({{"trace-ratio", "0.5"}});
  EXPECT_EQ(sampler_of(half->otlp.sampler_name, half->otlp.ratio), (tracing::Sampler{0.5, true}));
}

TEST(OtlpSettings, WhatCannotBeIsRefusedWithAWord) {
  const auto mistake = [](const Words& flags, const Words& environment = {}) {
    const auto settings = load(flags, environment);
    return settings ? "" : settings.error().fields.front().path;
  };
  EXPECT_EQ(mistake({{"otlp-endpoint", "collector:4317"}}), "--otlp-endpoint");
  EXPECT_EQ(mistake({{"trace-ratio", "2"}}), "--trace-ratio");
  EXPECT_EQ(mistake({{"trace-ratio", "half"}}), "--trace-ratio");
  EXPECT_EQ(mistake({{"otlp-timeout", "0"}}), "--otlp-timeout");
  EXPECT_EQ(mistake({{"otlp-resource", "nonsense"}}), "--otlp-resource");
  EXPECT_EQ(mistake({{"otlp-compression", "zstd"}}), "--otlp-compression");
  EXPECT_EQ(mistake({}, {{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}}), "OTEL_EXPORTER_OTLP_PROTOCOL");
  const auto headers = load({}, {{"HOTSWAP_OTLP_HEADERS", "s3cret"}});
  ASSERT_FALSE(headers);
  EXPECT_FALSE(headers.error().detail.contains("s3cret"));
  EXPECT_FALSE(otlp_of_environment(lookup({{"OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere"}})));
}

}  // namespace
}  // namespace hotswap
