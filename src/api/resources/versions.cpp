#include "api/etag.hpp"
#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/routes.hpp"
#include "api/resources/services.hpp"
#include "api/resources/uploads.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kBumps[] = {"major", "minor", "patch", "prerelease"};

std::optional<Bump> bump_from(std::string_view text) {
  constexpr Bump kValues[] = {Bump::Major, Bump::Minor, Bump::Patch, Bump::Prerelease};
  for (std::size_t i = 0; i < std::size(kBumps); ++i) {
    if (text == kBumps[i]) return kValues[i];
  }
  return std::nullopt;
}

struct Numbering {
  std::optional<std::string> version, bump;
  std::string version_path, bump_path;  ///< for messages
};

Result<void> read_numbering(const Numbering& from, Upload& upload) {
  if (from.version.has_value() == from.bump.has_value()) {
    return fail_field("version.invalid", from.version_path, "oneOf",
                      "give either version (such as 1.2.0) or bump (major, minor, patch, "
                      "prerelease)");
  }
  if (from.version) {
    const auto number = SemVer::parse(*from.version);
    if (!number) {
      return fail_field("version.invalid", from.version_path, "format",
                        number.error().detail + "; write it as major.minor.patch, such as 1.2.0");
    }
    upload.number = *number;
    return {};
  }
  upload.bump = bump_from(*from.bump);
  if (!upload.bump) {
    return fail_field("version.invalid", from.bump_path, "enum",
                      "must be major, minor, patch or prerelease");
  }
  return {};
}

Result<Upload> from_envelope(json::Value body) {
  json::ObjectReader in(body, "$");
  Numbering numbering{in.optional_string("version"), in.optional_string("bump"), "$.version",
                      "$.bump"};
  Upload upload;
  upload.message = in.optional_string("message").value_or("");
  static_cast<void>(in.required_value("data"));
  if (upload.message.size() > limits::kDescriptionBytes) {
    in.mistake("message", "maxLength",
               "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  }
  if (auto bad = in.finish("version.invalid")) return std::unexpected(*bad);
  if (auto read = read_numbering(numbering, upload); !read) return std::unexpected(read.error());
  upload.data = std::move(*body.as_object()->find("data"));
  return upload;
}

/// The body is the document itself; number and message stand in the query.
Result<Upload> from_document(const Query& query, json::Value document) {
  Numbering numbering{{}, {}, "?version", "?bump"};
  if (query.has("version")) numbering.version = query.text("version");
  if (query.has("bump")) numbering.bump = query.text("bump");
  Upload upload;
  upload.message = query.text("message");
  if (auto read = read_numbering(numbering, upload); !read) return std::unexpected(read.error());
  upload.data = std::move(document);
  return upload;
}

Result<Reply> plain_version(Services& services, Call& call) {
  if (!call.caller.fit_for_secrets)
    return fail(ErrorCode::Forbidden, "secret.insecure",
                "Secrets are shown over TLS or on the server's own machine only: use https.");
  auto read = services.configs.plain_version(call.caller, profile_in(call), call.path[1],
                                             call.query.text("reason"));
  if (!read) return std::unexpected(read.error());
  json::Object answer = version_json(read->version);
  answer.append("data", std::move(read->document));
  auto response = json_answer(200, answer);
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Response uploaded(const ProfileName& name, const Uploaded& done) {
  const auto location =
      "/api/v1/configs/" + name.str() + "/versions/" + percent_encode(done.version.number.str());
  return located(done.created ? 201 : 200, location, version_json(done.version));
}

}  // namespace

Result<Reply> upload_version(Services& services, Call& call) {
  auto document = read_document(call.request);
  if (!document) return std::unexpected(document.error());
  const bool raw = call.query.has("version") || call.query.has("bump");
  auto upload =
      raw ? from_document(call.query, std::move(*document)) : from_envelope(std::move(*document));
  if (!upload) return std::unexpected(upload.error());
  const auto dry = call.query.flag("dryRun");
  if (!dry) return std::unexpected(dry.error());
  upload->dry_run = *dry;
  const auto name = profile_in(call);
  auto& configs = services.configs;
  const auto shared = std::make_shared<const Upload>(std::move(*upload));
  if (auto it = configs.prepare(call.caller, name, shared)) {
    return Later{[&configs, it](std::move_only_function<void()> ready) {
                   configs.begin(*it, std::move(ready));
                 },
                 [&configs, it]() -> Result<Response> {
                   const auto done = configs.end(*it);
                   if (!done) return std::unexpected(done.error());
                   return uploaded(it->profile, *done);
                 }};
  }
  const auto done = configs.upload(call.caller, name, *shared);
  if (!done) return std::unexpected(done.error());
  if (*dry) return make_response(200, "application/json", version_text(done->version));
  return uploaded(name, *done);
}

Result<Reply> list_versions(Services& services, Call& call) {
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto found = services.configs.versions(call.caller, profile_in(call), *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, version_json));
}

Result<Reply> get_version(Services& services, Call& call) {
  const auto plain = call.query.flag("plain");
  if (!plain) return std::unexpected(plain.error());
  if (*plain) return plain_version(services, call);
  const auto name = profile_in(call);
  const auto epoch = services.cache.epoch(name);
  const auto version = services.configs.version(call.caller, name, call.path[1]);
  if (!version) return std::unexpected(version.error());
  auto response = make_response(200, "application/json", version_text(*version));
  const auto etag = etag_of(*response.body);
  response.headers.push_back({"ETag", etag});
  // The profile's lists decide who may be answered from the cache.
  const auto profile = services.store.profile(name);
  if (profile) {
    services.cache.put(
        name, call.request.path, epoch,
        {response.body, etag, Action::VersionRead, profile->access, {}, number_of(call.route)});
  }
  return response;
}

}  // namespace hotswap::api
