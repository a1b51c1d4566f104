#include "cli/apply/carry_out.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/answer.hpp"
#include "cli/apply/survey.hpp"
#include "cli/schema/path.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

class Doer {
 public:
  Doer(Api& api, const Wanted& wanted, const std::function<void(const Deed&)>& tell)
      : api_(api), wanted_(wanted), tell_(tell) {}

  Result<CarriedOut> run(const std::vector<PlanItem>& items) {
    for (const auto& item : items) {
      auto done = item.change == Change::Same ? Result<void>() : act(item);
      if (!done) {
        auto error = done.error();
        error.detail = fmt::format("{} {}: {}", item.kind, item.name, error.detail);
        return std::unexpected(std::move(error));
      }
      out_.waits = out_.waits || (item.change == Change::Same && item.waits);
      if (item.change == Change::Same && !item.deploys.empty()) {
        out_.deploys.emplace_back(item.name, item.version);
      }
    }
    return std::move(out_);
  }

 private:
  Result<void> act(const PlanItem& item) {
    if (item.kind == "schema") return schema(item);
    return item.kind == "profile" ? profile(item) : version(item);
  }

  /// The description that an item of the plan was made from: files are told apart by their names.
  template <class T>
  static const T& wanted_of(const std::vector<T>& all, const PlanItem& item) {
    return *std::ranges::find(all, item.file, &T::file);
  }

  void did(const PlanItem& item, const std::string& what, const std::string& version) {
    Deed deed{
        fmt::format("{} {} {}{}", what, item.kind, item.name, version.empty() ? "" : " " + version),
        json::Object{{"kind", item.kind}, {"name", item.name}, {"did", what}}};
    if (!version.empty()) deed.json.set("version", version);
    tell_(deed);
    out_.deeds.push_back(std::move(deed));
  }

  Result<void> schema(const PlanItem& item) {
    const auto& one = wanted_of(wanted_.schemas, item);
    if (!item.diff.is_null()) {
      json::Object patch;
      for (const auto* key : {"compatibility", "policy", "description"}) {
        if (const auto* value = one.settings.find(key)) patch.set(key, *value);
      }
      auto changed = api_.call({.method = "PATCH",
                                .path = schema_path(one.name),
                                .body = json::write(std::move(patch))});
      if (!changed) return std::unexpected(changed.error());
    }
    auto answer =
        api_.with(api_.post("/api/v1/schemas", registration_json(one)), {"version", "state"});
    if (!answer) return std::unexpected(answer.error());
    const bool waits = text_at(*answer, "state") != "Approved";
    out_.waits = out_.waits || waits;
    did(item, item.change == Change::Create ? "created" : "changed",
        text_at(*answer, "version") + (waits ? ", which waits for an approval" : ""));
    return {};
  }

  Result<void> profile(const PlanItem& item) {
    const auto& one = wanted_of(wanted_.profiles, item);
    const auto body = json::write(description_json(one.draft));
    Call call{.method = "POST", .path = "/api/v1/configs", .body = body};
    if (item.change == Change::Update) {
      call.method = "PUT";
      call.path = config_path(one.name);
      call.headers["If-Match"] = "\"r" + item.revision + "\"";
    }
    auto answer = api_.call(call);
    if (!answer) return std::unexpected(answer.error());
    did(item, item.change == Change::Create ? "created" : "changed", {});
    return {};
  }

  Result<void> version(const PlanItem& item) {
    const auto& one = wanted_of(wanted_.versions, item);
    json::Object body{{"data", one.data}};
    if (one.version.empty()) {
      body.set("bump", one.bump.empty() ? "patch" : one.bump);
    } else {
      body.set("version", one.version);
    }
    if (!one.message.empty()) body.set("message", one.message);
    auto answer =
        api_.with(api_.post(config_path(one.profile, {"versions"}), std::move(body)), {"version"});
    if (!answer) return std::unexpected(answer.error());
    const auto number = text_at(*answer, "version");
    did(item, "uploaded", number);
    if (!item.deploys.empty()) out_.deploys.emplace_back(item.name, number);
    return {};
  }

  Api& api_;
  const Wanted& wanted_;
  const std::function<void(const Deed&)>& tell_;
  CarriedOut out_;
};

}  // namespace

Result<CarriedOut> carry_out(Api& api, const Wanted& wanted, const std::vector<PlanItem>& items,
                             const std::function<void(const Deed&)>& tell) {
  return Doer(api, wanted, tell).run(items);
}

}  // namespace hotswap::cli
