#include "domain/diff/diff.hpp"

#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/diff/patch.hpp"
#include "domain/diff/unified_diff.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/mask.hpp"

namespace hotswap::api {
namespace {

struct Side {
  Version version;
  json::Value document;
};

Result<Side> side(Services& services, const Call& call, const std::string& selector) {
  auto version = services.configs.version(call.caller, profile_in(call), selector);
  if (!version) return std::unexpected(version.error());
  auto document = json::parse(version->content);
  if (!document) return std::unexpected(document.error());
  // Where a secret has changed, its fingerprint has.
  return Side{std::move(*version), masked(*document)};
}

}  // namespace

Result<Reply> diff_versions(Services& services, Call& call) {
  const auto from = side(services, call, call.path[1]);
  if (!from) return std::unexpected(from.error());
  const auto to = side(services, call, call.path[2]);
  if (!to) return std::unexpected(to.error());
  if (asks_for(call.request, "application/json-patch+json")) {
    return make_response(200, "application/json-patch+json",
                         json::write(to_patch(from->document, to->document)));
  }
  const auto from_name = from->version.number.str();
  const auto to_name = to->version.number.str();
  if (asks_for(call.request, "text/x-diff")) {
    return make_response(200, "text/x-diff; charset=utf-8",
                         unified_diff(from->document, to->document, from_name, to_name));
  }
  auto answer = diff_json(masked_diff(from->document, to->document));
  answer.as_object()->set("from", from_name);
  answer.as_object()->set("to", to_name);
  return json_answer(200, answer);
}

}  // namespace hotswap::api
