#pragma once
// What a notice looks like for each kind of receiver. Pure.

#include <string>

#include "domain/notification/channel.hpp"

namespace hotswap {

/// Blocks in an attachment whose colour is the severity's, as Slack, Mattermost and Rocket.Chat
/// take them. `link` to the deployment's report may be empty.
[[nodiscard]] json::Value slack_message(const Notice& notice, const std::string& link);

/// Body of Alertmanager's `POST /api/v2/alerts`: one alert of a warning or worse. What ends well
/// (Succeeded, RolledBack, Cancelled) ends the alerts of its service, profile and environment.
/// Anything else is no alert: an empty list.
[[nodiscard]] json::Array alerts(const Notice& notice, const std::string& link);

struct Letterhead {
  std::string from, to;  ///< addresses
  std::string link;      ///< to the report; may be empty
};
/// Headers and body of a mail (RFC 5322, MIME), plain text in UTF-8. Nothing of the notice can add
/// a header.
[[nodiscard]] std::string mail_message(const Notice& notice, const Letterhead& head);

}  // namespace hotswap
