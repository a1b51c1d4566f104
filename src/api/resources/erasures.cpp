#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {
namespace {

json::Value counts_json(const std::map<std::string, std::uint64_t>& counts) {
  json::Object object;
  for (const auto& [table, rows] : counts) object.append(table, rows);
  return object;
}

Result<Reply> survey(Services& services, const Call& call, const erasure::Request& request) {
  const auto survey = services.erasures.survey(call.caller, request);
  if (!survey) return std::unexpected(survey.error());
  return json_answer(200, json::Object{{"dryRun", true},
                                       {"kind", to_string(request.kind)},
                                       {"complete", survey->complete},
                                       {"rewritten", counts_json(survey->rewritten)},
                                       {"removed", counts_json(survey->removed)},
                                       {"left", counts_json(survey->left)}});
}

}  // namespace

Result<Reply> erase(Services& services, Call& call) {
  const auto request = erasure::request_from_json(call.body);
  if (!request) return std::unexpected(request.error());
  if (request->dry_run) return survey(services, call, *request);
  const auto erasure = services.erasures.erase(call.caller, *request);
  if (!erasure) return std::unexpected(erasure.error());
  return located(is_done(*erasure) ? 200 : 202, "/api/v1/erasures/" + erasure->id,
                 to_json(*erasure));
}

Result<Reply> list_erasures(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto found = services.erasures.list(call.caller, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, [](const auto& item) { return to_json(item); }));
}

Result<Reply> get_erasure(Services& services, Call& call) {
  const auto erasure = services.erasures.get(call.caller, call.path[0]);
  if (!erasure) return std::unexpected(erasure.error());
  return json_answer(200, to_json(*erasure));
}

}  // namespace hotswap::api
