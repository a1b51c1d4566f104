#include <gtest/gtest.h>

#include "infrastructure/metrics/prometheus_metrics.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap {
namespace {

TEST(PrometheusMetrics, renders_the_text_format) {
  PrometheusMetrics metrics;
  metrics.counter("hotswap_requests_total", "Requests.", {{"route", "/configs"}}).add(3);
  metrics.gauge("hotswap_streams", "Open streams.").set(7);
  auto& latency = metrics.histogram("hotswap_commit_seconds", "Commit time.", {0.001, 0.01});
  latency.observe(0.005);
  latency.observe(5);
  const auto text = metrics.render();
  for (const char* line :
       {"# HELP hotswap_requests_total Requests.\n", "# TYPE hotswap_requests_total counter\n",
        "hotswap_requests_total{route=\"/configs\"} 3\n", "hotswap_streams 7\n",
        "hotswap_commit_seconds_bucket{le=\"0.01\"} 1\n",
        "hotswap_commit_seconds_bucket{le=\"+Inf\"} 2\n", "hotswap_commit_seconds_count 2\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  }
}

void expect_one_per_name_and_labels(Metrics& metrics) {
  auto& first = metrics.counter("a_total", "A.", {{"k", "1"}});
  EXPECT_EQ(&first, &metrics.counter("a_total", "A.", {{"k", "1"}}));
  EXPECT_NE(&first, &metrics.counter("a_total", "A.", {{"k", "2"}}));
  auto& gauge = metrics.gauge("b", "B.");
  EXPECT_EQ(&gauge, &metrics.gauge("b", "B."));
  auto& histogram = metrics.histogram("c", "C.", {1, 2});
  EXPECT_EQ(&histogram, &metrics.histogram("c", "C.", {1, 2}));
}

TEST(PrometheusMetrics, gives_the_same_metric_for_the_same_name_and_labels) {
  PrometheusMetrics metrics;
  expect_one_per_name_and_labels(metrics);
}

TEST(MemoryMetrics, gives_the_same_metric_for_the_same_name_and_labels) {
  testing::MemoryMetrics metrics;
  expect_one_per_name_and_labels(metrics);
}

TEST(MemoryMetrics, tells_its_values) {
  testing::MemoryMetrics metrics;
  metrics.counter("a_total", "A.", {{"k", "1"}}).add();
  metrics.counter("a_total", "A.", {{"k", "1"}}).add(2);
  metrics.gauge("b", "B.").set(5);
  metrics.gauge("b", "B.").add(-1);
  metrics.histogram("c", "C.", {1}).observe(9);
  EXPECT_EQ(metrics.value("a_total", {{"k", "1"}}), 3);
  EXPECT_EQ(metrics.value("b"), 4);
  EXPECT_EQ(metrics.value("c"), 1);
  EXPECT_EQ(metrics.value("none"), 0);
}

}  // namespace
}  // namespace hotswap
