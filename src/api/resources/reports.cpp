// What happened in a deployment, why, and what another policy would have decided.
#include "api/render/report_html.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

/// One page with nothing from elsewhere and nothing that runs.
Response page(std::string html) {
  auto response = make_response(200, "text/html; charset=utf-8", std::move(html));
  response.headers.push_back(
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

std::string plain_text(const json::Value& explanation) {
  std::string text;
  for (const auto& line : *explanation.find("sentences")->as_array())
    text += line.as_string()->str() + "\n";
  return text;
}

Result<HealthPolicy> read_policy(const json::Value& body) {
  json::ObjectReader in(body, "$");
  HealthPolicy policy;
  if (const auto* value = in.required_value("health")) {
    auto read = health_policy_from_json(*value, in.path_of("health"));
    if (read)
      policy = std::move(*read);
    else
      in.absorb(read.error());
  }
  if (auto bad = in.finish("health.invalid")) return std::unexpected(*bad);
  return policy;
}

}  // namespace

Result<Reply> deployment_report(Services& services, Call& call) {
  const auto report = services.reports.report(call.caller, DeploymentId(call.path[0]));
  if (!report) return std::unexpected(report.error());
  if (asks_for(call.request, "text/html")) return page(report_html(*report));
  return json_answer(200, *report);
}

Result<Reply> explain_deployment(Services& services, Call& call) {
  const auto explanation = services.reports.explanation(call.caller, DeploymentId(call.path[0]));
  if (!explanation) return std::unexpected(explanation.error());
  if (asks_for(call.request, "text/plain"))
    return make_response(200, "text/plain; charset=utf-8", plain_text(*explanation));
  return json_answer(200, *explanation);
}

Result<Reply> replay_deployment(Services& services, Call& call) {
  const auto policy = read_policy(call.body);
  if (!policy) return std::unexpected(policy.error());
  const auto replayed = services.reports.replay(call.caller, DeploymentId(call.path[0]), *policy);
  if (!replayed) return std::unexpected(replayed.error());
  return json_answer(200, *replayed);
}

}  // namespace hotswap::api
