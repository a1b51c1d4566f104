#include "cli/verbs/named_id.hpp"

#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/human.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kGuid = 36;           ///< characters of a whole id
constexpr std::size_t kLookThrough = 1000;  ///< newest things that a beginning is looked for in
constexpr std::size_t kNamed = 5;           ///< of those that it could mean

struct Things {
  std::string path, what, reason, list;
  std::string (*label)(const json::Value&);
};

Result<std::string> named(Api& api, const std::string& word, const Things& things) {
  if (word.empty()) {
    return fail(ErrorCode::Invalid, "usage",
                fmt::format("the id of the {} is empty: {} shows them", things.what, things.list));
  }
  if (word.size() >= kGuid) return word;
  const auto items = api.list(things.path, kLookThrough);
  if (!items) return std::unexpected(items.error());
  std::string found, all;
  std::size_t count = 0;
  for (const auto& item : *items) {
    const auto id = text_at(item, "id");
    if (id == word) return id;
    if (!id.starts_with(word)) continue;
    if (++count <= kNamed)
      all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", id, things.label(item));
    found = id;
  }
  if (count == 1) return found;
  if (count == 0) {
    return fail(ErrorCode::NotFound, things.reason,
                fmt::format("there is no {} {}: {} shows them", things.what, word, things.list));
  }
  return fail(ErrorCode::Invalid, "id.ambiguous",
              fmt::format("{} could be any of {}: {}{}; write more of the id", word, count, all,
                          count > kNamed ? ", …" : ""));
}

}  // namespace

Result<std::string> deployment_named(Api& api, const std::string& word) {
  return named(api, word,
               {"/api/v1/deployments", "deployment", "deployment.not_found",
                "hotswap deployment list", [](const json::Value& item) {
                  return text_at(item, "configName") + " " + text_at(item, "configVersion") + ", " +
                         text_at(item, "state");
                }});
}

Result<std::string> instance_named(Api& api, const std::string& word) {
  return named(api, word,
               {"/api/v1/instances", "instance", "instance.not_found", "hotswap instances",
                [](const json::Value& item) {
                  return text_at(item, "hostname") + ", " + text_at(item, "serviceName");
                }});
}

}  // namespace hotswap::cli
