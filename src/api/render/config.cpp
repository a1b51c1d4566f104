#include "api/render/config.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/mask.hpp"

namespace hotswap::api {

json::Value version_or_null(const std::optional<SemVer>& number) {
  return number ? json::Value(number->str()) : json::Value();
}

json::Object profile_json(const Profile& profile) {
  auto out = describe(profile);
  out.set("stable", version_or_null(profile.stable));
  out.set("generation", profile.generation);
  out.set("createdBy", profile.created_by);
  out.set("createdAt", format_time(profile.created_at));
  out.set("updatedAt", format_time(profile.updated_at));
  out.set("revision", profile.revision);
  return out;
}

json::Object profile_view_json(const ProfileView& view) {
  auto out = profile_json(view.profile);
  out.set("latest", view.latest ? json::Value(version_json(*view.latest)) : json::Value());
  json::Array live;
  for (const auto& [number, instances] : view.live) {
    live.emplace_back(json::Object{{"version", number.str()},
                                   {"instances", static_cast<std::uint64_t>(instances)}});
  }
  out.set("live", std::move(live));
  out.set("instances", static_cast<std::uint64_t>(view.instances));
  out.set("notice", view.notice);
  out.set("activeDeployment",
          view.active_deployment ? json::Value(view.active_deployment->str()) : json::Value());
  return out;
}

json::Object version_json(const Version& version) {
  json::Array tags;
  for (const auto& tag : version.tags) tags.emplace_back(tag);
  json::Object out{{"profile", version.profile.str()},
                   {"version", version.number.str()},
                   {"hash", version.hash},
                   {"size", static_cast<std::uint64_t>(version.size)},
                   {"author", version.author},
                   {"message", version.message},
                   {"createdAt", format_time(version.created_at)},
                   {"tags", std::move(tags)},
                   {"schema", version.schema.empty() ? json::Value() : version.schema},
                   {"archived", version.archived.has_value()},
                   {"failed", !version.failed_reason.empty()}};
  if (!version.failed_reason.empty()) out.append("failedReason", version.failed_reason);
  return out;
}

std::string version_text(const Version& version) {
  auto text = json::write(version_json(version));
  text.pop_back();
  text += ",\"data\":";
  // Most versions have no secrets: their text goes out as it is stored.
  if (version.content.find("\"secret\"") == std::string::npos) {
    text += version.content;
  } else {
    const auto document = json::parse(version.content);
    text += document ? json::write(masked(*document)) : "null";
  }
  text += '}';
  return text;
}

}  // namespace hotswap::api
