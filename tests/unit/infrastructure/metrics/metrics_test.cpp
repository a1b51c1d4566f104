#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "infrastructure/metrics/exposition.hpp"
#include "infrastructure/metrics/process_metrics.hpp"
#include "infrastructure/metrics/prometheus_metrics.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap {
namespace {

std::string text_of(const PrometheusMetrics& metrics, Exposition form = Exposition::Text) {
  return write_metrics(metrics.collect(), form);
}

void expect_lines(const std::string& text, std::initializer_list<const char*> lines) {
  for (const char* line : lines)
    EXPECT_NE(('\n' + text).find('\n' + std::string(line) + '\n'), std::string::npos)
        << line << "\nin\n"
        << text;
}

constexpr auto kTrace = "0af7651916cd43dd8448eb211c80319c";

struct Recorded : ::testing::Test {
  PrometheusMetrics metrics;
  Recorded() {
    metrics.counter("hotswap_requests_total", "Requests.", {{"route", "/configs"}}).add(3);
    metrics.gauge("hotswap_streams", "Open streams.").set(7);
    auto& latency = metrics.histogram("hotswap_commit_seconds", "Commit time.", {0.001, 0.01, 1});
    latency.observe(0.005);
    latency.observe(0.01, kTrace);
    latency.observe(5);
  }
};

TEST_F(Recorded, is_written_in_prometheus_text) {
  expect_lines(text_of(metrics),
               {"# HELP hotswap_requests_total Requests.", "# TYPE hotswap_requests_total counter",
                "hotswap_requests_total{route=\"/configs\"} 3", "hotswap_streams 7",
                "hotswap_commit_seconds_bucket{le=\"0.001\"} 0",
                "hotswap_commit_seconds_bucket{le=\"0.01\"} 2",
                "hotswap_commit_seconds_bucket{le=\"1.0\"} 2",
                "hotswap_commit_seconds_bucket{le=\"+Inf\"} 3", "hotswap_commit_seconds_sum 5.015",
                "hotswap_commit_seconds_count 3"});
  EXPECT_FALSE(text_of(metrics).contains(kTrace)) << "plain text has no exemplars";
}

TEST_F(Recorded, is_written_in_open_metrics_with_its_exemplars) {
  const auto text = text_of(metrics, Exposition::OpenMetrics);
  expect_lines(text, {"# HELP hotswap_requests Requests.", "# TYPE hotswap_requests counter",
                      "hotswap_requests_total{route=\"/configs\"} 3", "# EOF"});
  EXPECT_TRUE(text.ends_with("# EOF\n"));
  const auto bucket = "hotswap_commit_seconds_bucket{le=\"0.01\"} 2 # {trace_id=\"" +
                      std::string(kTrace) + "\"} 0.01 ";
  EXPECT_TRUE(text.contains(bucket)) << text;
}

TEST_F(Recorded, keeps_the_newest_exemplar_of_a_bucket_and_none_that_is_no_trace) {
  auto& latency = metrics.histogram("hotswap_commit_seconds", "", {});
  const std::string newer(32, 'b');
  latency.observe(0.009, newer);
  latency.observe(0.008, "short");
  latency.observe(0.5, "");
  const auto families = metrics.collect();
  const auto& point = families.front().points.front();
  ASSERT_EQ(families.front().name, "hotswap_commit_seconds");
  ASSERT_EQ(point.exemplars.size(), 4U);
  EXPECT_EQ(point.exemplars[1]->trace_id, newer);
  EXPECT_EQ(point.exemplars[1]->value, 0.009);
  EXPECT_GT(point.exemplars[1]->at, WallTime{});
  EXPECT_FALSE(point.exemplars[2]);
  EXPECT_EQ(point.buckets, (std::vector<std::uint64_t>{0, 4, 1, 1}));
}

TEST(PrometheusMetrics, escapes_what_would_end_a_label_or_a_line) {
  PrometheusMetrics metrics;
  metrics.gauge("a", "One\nline \\ and \"quotes\".", {{"k", "x\"y\\z\n"}}).set(1);
  expect_lines(text_of(metrics),
               {R"(# HELP a One\nline \\ and "quotes".)", R"(a{k="x\"y\\z\n"} 1)"});
  expect_lines(text_of(metrics, Exposition::OpenMetrics),
               {R"(# HELP a One\nline \\ and \"quotes\".)"});
}

TEST(PrometheusMetrics, writes_numbers_that_read_back_as_the_same) {
  PrometheusMetrics metrics;
  auto& gauge = metrics.gauge("a", "A.");
  for (const auto& [value, text] :
       {std::pair(0.1, "a 0.1"), std::pair(1.0 / 3, "a 0.3333333333333333"),
        std::pair(1.7e9, "a 1700000000"), std::pair(-2.5, "a -2.5"),
        std::pair(std::numeric_limits<double>::infinity(), "a +Inf"),
        std::pair(std::nan(""), "a NaN")}) {
    gauge.set(value);
    expect_lines(text_of(metrics), {text});
  }
}

TEST(PrometheusMetrics, a_counter_never_falls) {
  PrometheusMetrics metrics;
  auto& counter = metrics.counter("a_total", "A.");
  counter.add(2);
  counter.add(-1);
  counter.raise_to(1);
  expect_lines(text_of(metrics), {"a_total 2"});
  counter.raise_to(5);
  expect_lines(text_of(metrics), {"a_total 5"});
}

TEST(PrometheusMetrics, ignores_what_is_no_number) {
  PrometheusMetrics metrics;
  metrics.histogram("a", "A.", {1}).observe(std::nan(""), kTrace);
  expect_lines(text_of(metrics), {"a_count 0", "a_sum 0"});
}

TEST(PrometheusMetrics, families_without_values_are_left_out) {
  PrometheusMetrics metrics;
  metrics.replace_gauges("a", "A.", {{{{"k", "1"}}, 1}, {{{"k", "2"}}, 2}});
  metrics.replace_gauges("a", "A.", {{{{"k", "2"}}, 3}});
  expect_lines(text_of(metrics), {"a{k=\"2\"} 3"});
  EXPECT_FALSE(text_of(metrics).contains("k=\"1\""));
  metrics.replace_gauges("a", "A.", {});
  EXPECT_EQ(text_of(metrics), "");
  EXPECT_EQ(text_of(metrics, Exposition::OpenMetrics), "# EOF\n");
}

TEST(PrometheusMetrics, loses_no_observation_of_many_threads) {
  PrometheusMetrics metrics;
  auto& counter = metrics.counter("a_total", "A.");
  auto& histogram = metrics.histogram("b", "B.", {0.5});
  constexpr int kThreads = 4, kEach = 5000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        counter.add();
        histogram.observe(n % 2, kTrace);
      }
    });
  for (auto& thread : threads) thread.join();
  expect_lines(text_of(metrics),
               {"a_total 20000", "b_bucket{le=\"0.5\"} 10000", "b_count 20000", "b_sum 10000"});
}

TEST(ProcessMetrics, read_a_line_of_the_kernel_whatever_the_program_is_called) {
  const auto stat = read_process_stat(
      "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 1 2 3 4 150 50 7 8 20 0 9 0 12345 1048576 256 "
      "18446744073709551615 1 1\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->cpu_ticks, 200U);
  EXPECT_EQ(stat->threads, 9U);
  EXPECT_EQ(stat->start_ticks, 12345U);
  EXPECT_EQ(stat->virtual_bytes, 1048576U);
  EXPECT_EQ(stat->resident_pages, 256U);
}

TEST(ProcessMetrics, take_no_other_line) {
  for (const char* text : {"", "4711 (a", "4711 (a)", "4711 (a) S 1 2", "no numbers at all"})
    EXPECT_FALSE(read_process_stat(text)) << text;
}

TEST(ProcessMetrics, tell_of_this_very_process) {
  PrometheusMetrics metrics;
  publish_process(metrics);
  for (const auto& family : metrics.collect())
    EXPECT_GT(family.points.front().value + (family.name == "process_cpu_seconds_total" ? 1 : 0), 0)
        << family.name;
  EXPECT_EQ(metrics.collect().size(), 7U);
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
