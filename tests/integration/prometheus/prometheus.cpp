#include "integration/prometheus/prometheus.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "domain/json/write.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"
#include "integration/support/haproxy.hpp"

namespace hotswap::integration {
namespace {

bool answers(const std::string& url) {
  HttpClient http;
  const auto answer =
      http.request({.url = url + "/api/v1/query?query=count(payment_failures_ratio)"});
  return answer && answer->status == 200 && answer->body.contains("\"value\"");
}

}  // namespace

Prometheus::Prometheus(int scraped_port) : port_(free_port()) {
  const auto config = folder_.path() / "prometheus.yml";
  std::ofstream(config) << "global: {scrape_interval: 1s}\n"
                           "scrape_configs:\n"
                           "  - job_name: program\n"
                           "    static_configs: [{targets: ['127.0.0.1:"
                        << scraped_port << "']}]\n";
  auto started = cli::ChildProcess::start(
      {.command = {"prometheus", "--config.file=" + config.string(),
                   "--storage.tsdb.path=" + (folder_.path() / "data").string(),
                   "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
       .log = folder_.path() / "prometheus.log"});
  if (!started) throw std::runtime_error("prometheus: " + started.error().detail);
  process_ = std::move(*started);
  if (!e2e::eventually([&] { return answers(url()); }, std::chrono::seconds(60)))
    throw std::runtime_error("prometheus does not answer: " + process_.output());
}

void Prometheus::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(std::chrono::seconds(10)));
}

}  // namespace hotswap::integration
