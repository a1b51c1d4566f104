#include "integration/prometheus/prometheus.hpp"

#include <cctype>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"
#include "integration/support/haproxy.hpp"

namespace hotswap::integration {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    constexpr auto* kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0)
      out += c;
    else
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

std::string config_of(const Scraped& scraped) {
  std::string text =
      "global: {scrape_interval: 1s}\n"
      "scrape_configs:\n"
      "  - job_name: program\n"
      "    static_configs: [{targets: ['127.0.0.1:" +
      std::to_string(scraped.port) + "']}]\n";
  if (!scraped.credentials_file.empty())
    text += "    authorization: {credentials_file: '" + scraped.credentials_file + "'}\n";
  return text;
}

}  // namespace

Prometheus::Prometheus(int scraped_port)
    : Prometheus(Scraped{.port = scraped_port, .metric = "payment_failures_ratio"}) {}

Prometheus::Prometheus(const Scraped& scraped) : port_(free_port()) {
  const auto config = folder_.path() / "prometheus.yml";
  std::ofstream(config) << config_of(scraped);
  std::vector<std::string> command = {"prometheus", "--config.file=" + config.string(),
                                      "--storage.tsdb.path=" + (folder_.path() / "data").string(),
                                      "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  command.insert(command.end(), scraped.more.begin(), scraped.more.end());
  auto started =
      cli::ChildProcess::start({.command = command, .log = folder_.path() / "prometheus.log"});
  if (!started) throw std::runtime_error("prometheus: " + started.error().detail);
  process_ = std::move(*started);
  const auto there = [&] {
    return json::write(ask("query", {{"query", "count(" + scraped.metric + ")"}}))
        .contains("\"value\"");
  };
  if (!e2e::eventually(there, std::chrono::seconds(60)))
    throw std::runtime_error("prometheus does not answer: " + process_.output());
}

json::Value Prometheus::ask(
    const std::string& what,
    const std::vector<std::pair<std::string, std::string>>& parameters) const {
  std::string target = url() + "/api/v1/" + what + '?';
  for (const auto& [name, value] : parameters) target += name + '=' + escaped(value) + '&';
  HttpClient http;
  const auto answer = http.request({.url = target});
  auto body = answer ? json::parse(answer->body, {.bytes = 16 << 20}) : Result<json::Value>();
  return body ? std::move(*body) : json::Value();
}

void Prometheus::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(std::chrono::seconds(10)));
}

}  // namespace hotswap::integration
