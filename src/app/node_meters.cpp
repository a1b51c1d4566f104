// What a node counts of itself, and what it looks up when it is scraped.
#include "app/node.hpp"
#include "infrastructure/metrics/process_metrics.hpp"
#include "orchestrator/health_gauges.hpp"

namespace hotswap {
namespace {

void set(Metrics& metrics, const char* name, const char* help, double value) {
  metrics.gauge(name, help).set(value);
}

void set(Metrics& metrics, const char* name, const char* help, std::size_t value) {
  set(metrics, name, help, static_cast<double>(value));
}

/// Of a total that is counted where it happens.
void total(Metrics& metrics, const char* name, const char* help, std::uint64_t value) {
  metrics.counter(name, help).raise_to(static_cast<double>(value));
}

}  // namespace

void Node::count_what_happens() {
  // There from the start: a counter that appears with its first failure shows no increase of it.
  Counter& failures =
      metrics_.counter("hotswap_commit_failures_total", "Commits that the store could not do");
  committer_.on_events([this](const std::vector<TimelineEvent>& events) {
    for (const TimelineEvent& event : events)
      metrics_
          .counter("hotswap_events_total", "Events of the timeline, by kind",
                   {{"kind", event.kind}})
          .add();
  });
  committer_.on_failure([this, &failures](const Error& error) {
    failures.add();
    logger_.warning("store", "commit failed",
                    {{"reason", error.reason}, {"internal", error.internal}});
  });
  metrics_
      .gauge("hotswap_build_info", "1, with what this program is in the labels",
             {{"version", HS_VERSION}, {"compiler", __VERSION__}})
      .set(1);
  committer_.on_events([this](const std::vector<TimelineEvent>& events) {
    for (const TimelineEvent& event : events) meters_.happened(event);
  });
  runner_.watch({[this](const SavedDecision& saved) { meters_.saved(saved); },
                 [this](const Judgement& judgement) { meters_.judged(judgement); }});
  configs_.on_checked([this](const ConfigService::Checked& checked) { meters_.checked(checked); });
  fleet_.on_observed([this](const Observation& seen) { meters_.observed(seen); });
}

std::string Node::metrics_text(bool open_metrics) {
  refresh_gauges();
  return metrics_.render(open_metrics ? Exposition::OpenMetrics : Exposition::Text);
}

void Node::refresh_gauges() {
  refresh_transport();
  refresh_flow();
  set(metrics_, "hotswap_notifications_held",
      "Outside effects that this node has taken up and not finished", outbox_.held());
  // One that is away keeps the last figures; hotswap_commit_failures_total tells of it.
  if (const auto figures = store_.figures()) meters_.show(*figures, clock_.wall());
  if (cluster_) refresh_cluster();
  set(metrics_, "deployments_in_progress", "Deployments that have not ended and are driven here",
      runner_.active());
  total(metrics_, "hotswap_deployments_rested_total",
        "Times that a deployment had used its share of the CPU", runner_.rests());
  meters_.show(fleet_.census());
  meters_.show(runner_.active_deployments(), clock_.wall());
  publish_health(runner_.health(), metrics_);
  publish_process(metrics_);
}

void Node::refresh_transport() {
  const api::ServerStats stats = server_.stats();
  set(metrics_, "hotswap_connections", "Open connections", stats.connections);
  set(metrics_, "hotswap_streams", "Open event streams", stats.streams);
  set(metrics_, "hotswap_long_polls", "Requests that are held until something changes",
      stats.long_polls);
  set(metrics_, "hotswap_http_requests_in_flight",
      "Requests that arrived and are not answered, held ones included", stats.in_flight);
  set(metrics_, "hotswap_worker_queue", "Requests waiting for the pool", stats.queued);
  total(metrics_, "hotswap_http_requests_refused_total",
        "Requests refused before any route: ill-formed, too large, too slow, or too many",
        stats.refused);
}

void Node::refresh_flow() {
  const api::StreamHub::Flow flow = streams_.flow();
  total(metrics_, "hotswap_content_sent_bytes_total", "Bytes of contents sent to instances",
        flow.sent);
  set(metrics_, "hotswap_content_waiting", "Contents that wait for bandwidth or memory",
      flow.waiting);
  set(metrics_, "hotswap_content_memory_bytes", "Bytes of contents ready to be sent or kept",
      flow.memory);
  total(metrics_, "hotswap_content_held_up_total", "Times that contents waited for memory",
        flow.held_up);
  std::size_t frames = 0;
  streams_.visit([&](const InstanceId&, const std::shared_ptr<api::EventStream>& stream) {
    frames += stream->waiting();
    return true;
  });
  set(metrics_, "hotswap_stream_frames_waiting",
      "Frames that wait in instances' streams to be written", frames);
  set(metrics_, "hotswap_feed_followers", "Open streams of events for people and programs",
      feeds_.followers());
}

void Node::refresh_cluster() {
  set(metrics_, "hotswap_cluster_nodes", "Nodes of the cluster that live",
      cluster_->living_nodes());
  set(metrics_, "hotswap_cluster_nodes_recommended", "Nodes that the cluster should have",
      cluster_->advised_nodes());
  set(metrics_, "hotswap_cluster_leader", "Whether this node does what only one may",
      std::size_t{cluster_->is_leader() ? 1U : 0U});
  set(metrics_, "hotswap_cluster_changes_behind",
      "Changes of other nodes that are not followed yet", follower_->behind());
  set(metrics_, "hotswap_cluster_lease_age_seconds",
      "Since this node renewed its locks; others may take them over after 3 s",
      std::chrono::duration<double>(cluster_->lease_age()).count());
}

}  // namespace hotswap
