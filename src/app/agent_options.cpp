#include "app/agent_options.hpp"

#include <fstream>

#include "app/agent_handoff.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/fleet/health_url.hpp"

namespace hotswap {
namespace {

using Mistakes = std::vector<FieldError>;
using cli::AgentArguments;

void wrong(Mistakes& mistakes, std::string flag, std::string message) {
  mistakes.push_back({std::move(flag), "value", std::move(message)});
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

/// `NAME=VALUE` by name.
std::map<std::string, std::string> pairs(const std::string& flag,
                                         const std::vector<std::string>& texts,
                                         Mistakes& mistakes) {
  std::map<std::string, std::string> found;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      wrong(mistakes, flag, "\"" + text + "\" must be NAME=VALUE");
    } else if (!found.emplace(text.substr(0, equals), text.substr(equals + 1)).second) {
      wrong(mistakes, flag, text.substr(0, equals) + " is given twice");
    }
  }
  return found;
}

std::optional<prometheus::Selector> selector(const std::string& flag, const std::string& text,
                                             Mistakes& mistakes) {
  if (text.empty()) return std::nullopt;
  auto parsed = prometheus::Selector::parse(text);
  if (parsed) return *std::move(parsed);
  wrong(mistakes, flag, parsed.error().detail);
  return std::nullopt;
}

prometheus::ScrapeMapping mapping_of(const AgentArguments& arguments, Mistakes& mistakes) {
  prometheus::ScrapeMapping mapping;
  mapping.requests = selector("--requests", arguments.requests, mistakes);
  mapping.errors = selector("--errors", arguments.errors, mistakes);
  mapping.latency = selector("--latency", arguments.latency, mistakes);
  const auto& unit = arguments.latency_unit;
  if (unit == "s" || unit.empty()) {
    mapping.latency_unit = 1000;
  } else if (unit == "ms") {
    mapping.latency_unit = 1;
  } else if (unit == "us") {
    mapping.latency_unit = 0.001;
  } else {
    wrong(mistakes, "--latency-unit", "must be s, ms or us");
  }
  for (const auto& [name, text] : pairs("--metric", arguments.metrics, mistakes))
    if (auto parsed = selector("--metric", text, mistakes))
      mapping.custom.emplace(name, *std::move(parsed));
  return mapping;
}

sdk::ClientOptions client_options(const AgentArguments& arguments, Mistakes& mistakes) {
  sdk::ClientOptions options;
  options.servers = split(arguments.servers);
  options.token = arguments.token;
  options.token_file = arguments.token_file;
  options.ca_file = arguments.ca_file;
  options.service = arguments.service;
  options.environment = arguments.environment;
  options.hostname = arguments.hostname;
  options.port = arguments.port;
  options.version = arguments.version;
  options.pool = arguments.pool;
  options.zone = arguments.zone;
  options.labels = pairs("--label", arguments.labels, mistakes);
  options.schemas = pairs("--schema", arguments.schemas, mistakes);
  options.state_dir = arguments.state_dir;
  options.keep_secrets = arguments.state_key != "none";
  if (options.keep_secrets) options.state_key_file = arguments.state_key;
  options.profile = arguments.profile;
  if (arguments.heartbeat_interval.empty()) return options;
  if (const auto interval = read_duration(arguments.heartbeat_interval)) {
    options.heartbeat_interval = *interval;
  } else {
    wrong(mistakes, "--heartbeat-interval", interval.error().detail);
  }
  return options;
}

void check_signals(const AgentArguments& arguments, Mistakes& mistakes) {
  const auto& scrape = arguments.scrape;
  if (!scrape.empty() && !scrape.starts_with("http://") && !scrape.starts_with("https://"))
    wrong(mistakes, "--scrape", "must be an http:// or https:// address");
  const bool reads = !arguments.requests.empty() || !arguments.errors.empty() ||
                     !arguments.latency.empty() || !arguments.metrics.empty();
  if (scrape.empty() && reads) wrong(mistakes, "--scrape", "is required to read metrics");
  if (!scrape.empty() && !reads)
    wrong(mistakes, "--requests", "say what is to be read: --requests, --latency or --metric");
  if (!arguments.errors.empty() && arguments.requests.empty() && arguments.latency.empty())
    wrong(mistakes, "--requests", "errors need a count of requests: --requests or --latency");
  if (!arguments.health_url.empty() && !parse_health_url(arguments.health_url))
    wrong(mistakes, "--health-url", "must be http://…, https://… or tcp://host:port");
}

/// Read anew each time: tokens are replaced while an agent runs.
std::function<std::string()> token_of(const AgentArguments& arguments) {
  if (arguments.token_file.empty()) return [token = arguments.token] { return token; };
  return [file = arguments.token_file] {
    std::ifstream in(file);
    std::string token;
    std::getline(in, token);
    return token;
  };
}

std::optional<agent::TrafficFollowerOptions> traffic_of(const AgentArguments& arguments,
                                                        Mistakes& mistakes) {
  const bool both = !arguments.traffic_template.empty() && !arguments.traffic_output.empty();
  const bool any = !arguments.traffic_template.empty() || !arguments.traffic_output.empty() ||
                   !arguments.traffic_check.empty() || !arguments.traffic_reload.empty();
  if (arguments.traffic_only && !both)
    wrong(mistakes, "--traffic-only", "needs --traffic-template and --traffic-output");
  if (any && !both) wrong(mistakes, "--traffic-template", "comes together with --traffic-output");
  if (!both) return std::nullopt;
  agent::TrafficFollowerOptions options;
  options.servers = split(arguments.servers);
  options.token = token_of(arguments);
  options.ca_file = arguments.ca_file;
  options.service = arguments.service;
  options.environment = arguments.environment;
  options.file.template_file = arguments.traffic_template;
  options.file.output = arguments.traffic_output;
  options.file.check = arguments.traffic_check;
  options.file.reload = arguments.traffic_reload;
  return options;
}

}  // namespace

Result<AgentPlan> agent_plan(AgentArguments arguments) {
  if (auto merged = merge_agent_config(arguments); !merged) return std::unexpected(merged.error());
  Mistakes mistakes;
  AgentPlan plan{.service = arguments.service, .environment = arguments.environment};
  if (arguments.service.empty()) wrong(mistakes, "--service", "is required");
  if (arguments.environment.empty()) wrong(mistakes, "--environment", "is required");
  check_signals(arguments, mistakes);
  plan.traffic = traffic_of(arguments, mistakes);
  auto client = client_options(arguments, mistakes);
  auto mapping = mapping_of(arguments, mistakes);
  agent::SidecarOptions sidecar{.agent = {.client = std::move(client),
                                          .scrape_url = arguments.scrape,
                                          .mapping = std::move(mapping),
                                          .health_url = arguments.health_url}};
  read_handoff(arguments, sidecar, mistakes);
  if (arguments.traffic_only &&
      (sidecar.supervise || sidecar.serve || !sidecar.files.targets.empty()))
    wrong(mistakes, "--traffic-only", "registers nobody, so no configuration comes to hand on");
  if (!arguments.traffic_only) plan.instance.emplace(std::move(sidecar));
  if (mistakes.empty()) return plan;
  auto detail = mistakes.front().path + ": " + mistakes.front().message;
  return fail(ErrorCode::Invalid, "usage", std::move(detail), std::move(mistakes));
}

}  // namespace hotswap
