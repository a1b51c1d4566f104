#include "cli/apply/survey.hpp"

#include <algorithm>

#include "cli/answer.hpp"
#include "cli/schema/local.hpp"
#include "cli/schema/path.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/registry/registered.hpp"
#include "domain/secret/marker.hpp"

namespace hotswap::cli {
namespace {

/// What a thing is, or null if it is not there yet.
Result<json::Value> known(Api& api, const std::string& path) {
  auto found = api.get(path);
  if (!found && found.error().code == ErrorCode::NotFound) return json::Value();
  return found;
}

/// Whether an error speaks about the thing itself, so that the others can still be planned.
bool concerns_thing(const Error& error) {
  return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict ||
         error.code == ErrorCode::TooLarge || error.code == ErrorCode::Malformed;
}

std::string words_of(const Error& error) {
  auto out = error.detail;
  for (const auto& field : error.fields) {
    const auto line = field.path + ": " + field.message;
    if (line != error.detail) out += "; " + line;
  }
  return out;
}

PlanItem refused(std::string kind, std::string name, std::string file, std::string why) {
  return {.kind = std::move(kind),
          .name = std::move(name),
          .file = std::move(file),
          .change = Change::Refused,
          .note = std::move(why)};
}

class Survey {
 public:
  Survey(Api& api, const Wanted& wanted) : api_(api), wanted_(wanted) {}

  Result<std::vector<PlanItem>> run() {
    for (const auto& one : wanted_.schemas) {
      if (auto done = add(schema(one)); !done) return std::unexpected(done.error());
    }
    for (const auto& one : wanted_.profiles) {
      if (auto done = add(profile(one)); !done) return std::unexpected(done.error());
    }
    for (const auto& one : wanted_.versions) {
      if (auto done = add(version(one)); !done) return std::unexpected(done.error());
    }
    return std::move(items_);
  }

 private:
  Result<void> add(Result<PlanItem> item) {
    if (!item) return std::unexpected(item.error());
    items_.push_back(std::move(*item));
    return {};
  }

  Result<PlanItem> schema(const WantedSchema& one) {
    KnownSchema there;
    auto settings = known(api_, schema_path(one.name));
    if (!settings) return std::unexpected(settings.error());
    there.settings = std::move(*settings);
    auto body = registration_json(one);
    body.set("dryRun", true);
    auto trial = api_.post("/api/v1/schemas", std::move(body));
    if (!trial) {
      // What it refers to is registered before it, but only when this is applied.
      if (trial.error().reason == "schema.unresolved" && refers_to_new(one)) {
        return PlanItem{.kind = "schema",
                        .name = one.name,
                        .file = one.file,
                        .change = there.settings.is_null() ? Change::Create : Change::Update,
                        .note = "checked when what it refers to is registered"};
      }
      if (!concerns_thing(trial.error())) return std::unexpected(trial.error());
      return refused("schema", one.name, one.file, words_of(trial.error()));
    }
    there.trial = std::move(*trial);
    auto stored = known(api_, schema_path(one.name, {"versions", text_at(there.trial, "version")}));
    if (!stored) return std::unexpected(stored.error());
    if (!stored->is_null()) there.stored = text_at(*stored, "hash");
    auto item = plan_schema(one, there);
    if (!item.waits) usable_[one.name] = item.version;
    return item;
  }

  [[nodiscard]] bool refers_to_new(const WantedSchema& one) const {
    const auto text = json::write(one.schema);
    return std::ranges::any_of(wanted_.schemas, [&](const WantedSchema& other) {
      return &other != &one && text.contains("\"hotswap:" + other.name);
    });
  }

  Result<PlanItem> profile(const WantedProfile& one) {
    auto there = known(api_, config_path(one.name));
    if (!there) return std::unexpected(there.error());
    auto item = plan_profile(one, *there);
    links_[one.name] = one.draft.schema_id;
    return item;
  }

  Result<PlanItem> version(const WantedVersion& one) {
    const bool in_files = links_.contains(one.profile);
    auto there = known(api_, config_path(one.profile));
    if (!there) return std::unexpected(there.error());
    if (there->is_null() && !in_files) {
      return refused("version", one.profile, one.file,
                     "there is no profile " + one.profile + ", here or on the server");
    }
    KnownVersions versions;
    if (!there->is_null()) {
      auto latest = known(api_, config_path(one.profile, {"versions", "latest"}));
      if (!latest) return std::unexpected(latest.error());
      versions.latest = std::move(*latest);
      if (!one.version.empty()) {
        auto exact = known(api_, config_path(one.profile, {"versions", one.version}));
        if (!exact) return std::unexpected(exact.error());
        versions.exact = std::move(*exact);
      }
    }
    if (!versions.latest.is_null() && holds_secret(one.data)) versions.trial = try_out(one);
    auto item = plan_version(one, versions);
    if (item.change != Change::Create && item.change != Change::Update) return item;
    const auto link = in_files ? links_[one.profile] : text_at(*there, "schemaId");
    auto why = link.empty() ? Result<std::string>() : against(link, one.data);
    if (!why) return std::unexpected(why.error());
    if (!why->empty()) return refused("version", one.profile, one.file, std::move(*why));
    return item;
  }

  /// Fingerprints of secrets are the server's to make. Null if it refuses: the plan then says that
  /// they change, and the server why it refuses when the plan is carried out.
  json::Value try_out(const WantedVersion& one) {
    auto answer = api_.post(config_path(one.profile, {"versions"}) + "?dryRun=true",
                            json::Object{{"bump", "patch"}, {"data", one.data}});
    return answer ? std::move(*answer) : json::Value();
  }

  /// What a schema has against a content; empty: nothing, or it cannot be known before.
  Result<std::string> against(const std::string& link_text, const json::Value& data) {
    const auto link = schema_link(link_text, "$.schemaId");
    if (!link) return std::string();
    const auto& name = link->id.value;
    // The one in the files counts, unless the profile follows another version, or it will wait.
    const auto local = std::ranges::find(wanted_.schemas, name, &WantedSchema::name);
    const auto usable = usable_.find(name);
    const bool pinned_elsewhere = usable != usable_.end() && SemVer::parse(link->selector) &&
                                  link->selector != usable->second;
    if (local != wanted_.schemas.end() && usable != usable_.end() && !pinned_elsewhere) {
      return locally(*local, data);
    }
    json::Object body{{"data", data}};
    if (!link->selector.empty() && SemVer::parse(link->selector)) {
      body.set("version", link->selector);
    }
    auto answer = api_.post(schema_path(name, {"validate"}), std::move(body));
    if (!answer && concerns_thing(answer.error())) return std::string();
    if (!answer && answer.error().code == ErrorCode::NotFound && local != wanted_.schemas.end()) {
      return std::string();  // registered just before; the server checks it then
    }
    if (!answer && answer.error().code == ErrorCode::NotFound) {
      return "its profile follows schema " + name + ", which is neither here nor on the server";
    }
    if (!answer) return std::unexpected(answer.error());
    return failures(name, items_at(*answer, "errors"));
  }

  /// By the engine itself: the server does not have this content yet.
  static std::string locally(const WantedSchema& one, const json::Value& data) {
    const auto* formats = one.settings.find("formats");
    const bool annotate = formats != nullptr && *formats == json::Value("annotate");
    const Others none;
    const auto compiled = compile_local(one.file, one.schema, local_options(none, !annotate));
    if (!compiled) return {};  // it refers to others: the server decides
    const auto answer = validation_json(check_document(**compiled, data));
    return failures(one.name, items_at(json::Value(answer), "errors"));
  }

  static std::string failures(const std::string& name, const json::Array& errors) {
    std::string out;
    for (const auto& error : errors) {
      out += (out.empty() ? "schema " + name + ": " : "; ") + text_at(error, "path") + " " +
             text_at(error, "message");
    }
    return out;
  }

  Api& api_;
  const Wanted& wanted_;
  std::vector<PlanItem> items_;
  std::map<std::string, std::string> links_;   ///< schemaId of the profiles in the files
  std::map<std::string, std::string> usable_;  ///< versions that the schemas in the files will have
};

}  // namespace

Result<std::vector<PlanItem>> survey(Api& api, const Wanted& wanted) {
  return Survey(api, wanted).run();
}

Result<void> mark_deploys(Api& api, const Wanted& wanted, std::vector<PlanItem>& items) {
  for (auto& item : items) {
    if (item.kind != "version" || item.change == Change::Refused) continue;
    const auto there = known(api, config_path(item.name));
    if (!there) return std::unexpected(there.error());
    const auto stable = text_at(*there, "stable");
    if (item.change == Change::Same && item.version == stable) continue;
    // Of several exact numbers of one profile, the highest is meant.
    const auto higher = [&](const WantedVersion& other) {
      const auto mine = SemVer::parse(item.note);
      const auto its = SemVer::parse(other.version);
      return other.profile == item.name && mine && its && mine->precedence(*its) < 0;
    };
    if (std::ranges::any_of(wanted.versions, higher)) continue;
    item.deploys = stable.empty() ? "nothing is live yet" : stable + " is live";
  }
  return {};
}

json::Object registration_json(const WantedSchema& wanted) {
  json::Object body{{"name", wanted.name}, {"schema", wanted.schema}};
  if (!wanted.version.empty()) body.set("version", wanted.version);
  for (const auto& [name, value] : wanted.settings) body.set(std::string(name), value);
  return body;
}

}  // namespace hotswap::cli
