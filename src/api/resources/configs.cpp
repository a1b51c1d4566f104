#include "api/etag.hpp"
#include "api/render/config.hpp"
#include "api/render/schema.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/routes.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

std::string location_of(const ProfileName& name) { return "/api/v1/configs/" + name.str(); }

/// Which version the profile's link means now; null without a link, or while none is approved.
json::Value followed_schema(Services& services, const Profile& profile) {
  if (profile.schema_id.empty()) return {};
  const auto link = schema_link(profile.schema_id, "$.schemaId");
  if (!link) return {};
  const auto ref = services.schemas.follow(*link);
  return ref ? schema_ref_json(*ref) : json::Value();
}

json::Object view_json(Services& services, const ProfileView& view) {
  auto out = profile_view_json(view);
  out.append("schema", followed_schema(services, view.profile));
  return out;
}

/// The profile as it is read, with the ETag that If-Match takes.
Result<Response> shown(Services& services, const Call& call, const ProfileName& name, int status) {
  const auto view = services.configs.get(call.caller, name);
  if (!view) return std::unexpected(view.error());
  auto response = json_answer(status, view_json(services, *view));
  response.headers.push_back({"ETag", etag_of(view->profile.revision, *response.body)});
  return response;
}

Result<Reply> update(Services& services, const Call& call, bool merge) {
  const auto revision = revision_wanted(call.request.header("If-Match"));
  if (!revision) return std::unexpected(revision.error());
  const auto name = profile_in(call);
  const auto updated = services.configs.update(call.caller, name, call.body, merge, *revision);
  if (!updated) return std::unexpected(updated.error());
  return shown(services, call, name, 200);
}

}  // namespace

Result<Reply> create_config(Services& services, Call& call) {
  auto draft = profile_draft_from_json(call.body);
  if (!draft) return std::unexpected(draft.error());
  const auto created = services.configs.create(call.caller, std::move(*draft));
  if (!created) return std::unexpected(created.error());
  ProfileView view;
  view.profile = *created;
  auto response = located(201, location_of(created->name), view_json(services, view));
  response.headers.push_back({"ETag", etag_of(created->revision, *response.body)});
  return response;
}

Result<Reply> list_configs(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto label = label_filter(call.query);
  if (!label) return std::unexpected(label.error());
  ProfileFilter filter;
  filter.service = call.query.text("service");
  filter.environment = call.query.text("environment");
  filter.label_key = label->first;
  filter.label_value = label->second;
  filter.text = call.query.text("text");
  const auto found = services.configs.list(call.caller, filter, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, profile_json));
}

Result<Reply> get_config(Services& services, Call& call) {
  const auto name = profile_in(call);
  const auto epoch = services.cache.epoch(name);
  const auto view = services.configs.get(call.caller, name);
  if (!view) return std::unexpected(view.error());
  auto response = json_answer(200, view_json(services, *view));
  const auto etag = etag_of(view->profile.revision, *response.body);
  response.headers.push_back({"ETag", etag});
  services.cache.put(
      name, call.request.path, epoch,
      {response.body, etag, Action::ConfigRead, view->profile.access, {}, number_of(call.route)});
  return response;
}

Result<Reply> put_config(Services& services, Call& call) { return update(services, call, false); }

Result<Reply> patch_config(Services& services, Call& call) { return update(services, call, true); }

Result<Reply> delete_config(Services& services, Call& call) {
  const auto force = call.query.flag("force");
  if (!force) return std::unexpected(force.error());
  const auto removed = services.configs.remove(call.caller, profile_in(call), *force);
  if (!removed) return std::unexpected(removed.error());
  return no_content();
}

}  // namespace hotswap::api
