#pragma once
// Profiles and versions as the API shows them.

#include <string>

#include "domain/json/value.hpp"
#include "domain/ports/store.hpp"
#include "orchestrator/config_service.hpp"

namespace hotswap::api {

/// The description with its record: who, when, revision, stable.
[[nodiscard]] json::Object profile_json(const Profile& profile);
/// The same with what was uploaded last and what is live now.
[[nodiscard]] json::Object profile_view_json(const ProfileView& view);
/// Without content.
[[nodiscard]] json::Object version_json(const Version& version);
/// With content as `data`: text, since the content is JSON already.
[[nodiscard]] std::string version_text(const Version& version);

/// `{"items":[…],"nextCursor":…}`
template <class T, class ToJson>
[[nodiscard]] json::Value page_json(const Page<T>& page, ToJson to_item) {
  json::Array items;
  items.reserve(page.items.size());
  for (const auto& item : page.items) items.emplace_back(to_item(item));
  return json::Object{
      {"items", std::move(items)},
      {"nextCursor", page.next_cursor.empty() ? json::Value() : json::Value(page.next_cursor)}};
}

/// The number's text, or null.
[[nodiscard]] json::Value version_or_null(const std::optional<SemVer>& number);

}  // namespace hotswap::api
