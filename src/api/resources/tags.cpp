#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"

namespace hotswap::api {
namespace {

/// Tags are set on exact versions: "tag ^1.2 as stable" would mean another version tomorrow.
Result<SemVer> exact_version(const Call& call) {
  const auto number = SemVer::parse(call.path[1]);
  if (number) return number;
  return fail_field("version.invalid", "{version}", "format",
                    number.error().detail + "; name an exact version such as 1.2.0");
}

}  // namespace

Result<Reply> put_tag(Services& services, Call& call) {
  const auto number = exact_version(call);
  if (!number) return std::unexpected(number.error());
  const auto name = profile_in(call);
  if (auto done = services.configs.tag(call.caller, name, *number, call.path[2]); !done) {
    return std::unexpected(done.error());
  }
  const auto version = services.store.listed_version(name, *number);
  if (!version) return std::unexpected(version.error());
  return json_answer(200, version_json(*version));
}

Result<Reply> delete_tag(Services& services, Call& call) {
  const auto number = exact_version(call);
  if (!number) return std::unexpected(number.error());
  const auto done = services.configs.untag(call.caller, profile_in(call), *number, call.path[2]);
  if (!done) return std::unexpected(done.error());
  return no_content();
}

}  // namespace hotswap::api
