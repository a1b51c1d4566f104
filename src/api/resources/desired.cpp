#include "api/resources/desired.hpp"

#include "api/etag.hpp"
#include "api/resources/secret_free.hpp"
#include "api/streams/frames.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

/// The profile was deleted a moment ago: nothing to send, and no reason to withhold the others.
bool is_gone(const Error& error) {
  return error.code == ErrorCode::NotFound || error.reason == "version.content_changed";
}

/// Its secrets cannot be had now: the instance keeps what it has, and is sent the version once they
/// can be.
bool is_withheld(const Error& error) { return error.reason.starts_with("secret."); }

struct OneDesired {
  std::string text;
  bool secrets = false;  ///< there are some in it
};

/// The members after `"profile":…`, each with its comma.
Result<OneDesired> one_desired(FrameCache& frames, const Assignment& assignment) {
  OneDesired one;
  std::string& out = one.text;
  if (assignment.active) {
    const auto active = frames.members(assignment.profile, *assignment.active);
    if (!active) return std::unexpected(active.error());
    one.secrets = holds_secrets(**active);
    out += ',';
    out += **active;
  }
  if (assignment.staged) {
    const auto staged = frames.members(assignment.profile, *assignment.staged);
    if (!staged) return std::unexpected(staged.error());
    one.secrets = one.secrets || holds_secrets(**staged);
    out += ",\"staged\":{";
    out += **staged;
    out += '}';
  }
  return one;
}

}  // namespace

Result<std::string> desired_text(FrameCache& frames, const std::vector<Assignment>& assignments,
                                 bool secrets) {
  std::string out = "[";
  for (const auto& assignment : assignments) {
    if (!assignment.active && !assignment.staged) continue;
    const auto slots = one_desired(frames, assignment);
    if (!slots && (is_gone(slots.error()) || is_withheld(slots.error()))) continue;
    if (!slots) return std::unexpected(slots.error());
    if (!secrets && slots->secrets) continue;
    if (out.size() > 1) out += ',';
    out += "{\"profile\":";
    json::write_string_to(out, assignment.profile.str());
    out += slots->text;
    out += '}';
  }
  out += ']';
  return out;
}

std::string desired_etag(FrameCache& frames, const std::vector<Assignment>& assignments) {
  std::string text;
  const auto add = [&text](std::string_view name, const std::optional<Assignment::Slot>& slot) {
    if (!slot) return;
    text += name;
    text += std::to_string(slot->generation) + ' ' + slot->hash;
  };
  for (const auto& assignment : assignments) {
    if (!assignment.active && !assignment.staged) continue;
    text += assignment.profile.str();
    add(" active ", assignment.active);
    add(" staged ", assignment.staged);
    if (const auto changes = frames.changes(assignment.profile); changes != 0)
      text += " secrets " + std::to_string(changes);
    text += '\n';
  }
  return etag_of(text);
}

}  // namespace hotswap::api
