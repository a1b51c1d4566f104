// The governing half of SchemaService: rules of a schema, and decisions about breaking versions.
#include "domain/base/limits.hpp"
#include "domain/config/merge_patch.hpp"
#include "domain/json/reader.hpp"
#include "orchestrator/schema_records.hpp"
#include "orchestrator/schema_service.hpp"

namespace hotswap {
namespace {

constexpr int kConflictRetries = 5;

/// What a mode forbids or looks at, so that two can be compared.
struct Guards {
  bool backward, forward, all_versions, strict;
  explicit Guards(const RegisteredSchema& schema)
      : backward(forbids(schema.compatibility, &schema::Comparison::backward)),
        forward(forbids(schema.compatibility, &schema::Comparison::forward)),
        all_versions(compared_versions(schema.compatibility, {{1, 0, 0}, {2, 0, 0}}).size() == 2),
        strict(schema.policy == schema::Policy::Strict) {}
  bool weaker_than(const Guards& other) const {
    return (other.backward && !backward) || (other.forward && !forward) ||
           (other.all_versions && !all_versions) || (other.strict && !strict);
  }

 private:
  static bool forbids(CompatibilityMode mode, schema::Effect schema::Comparison::* direction) {
    schema::Comparison broken;
    broken.*direction = schema::Effect::Breaking;
    return breaks(mode, broken);
  }
};

std::string rules_of(const RegisteredSchema& schema) {
  return std::string(to_string(schema.compatibility)) + " " +
         std::string(schema::to_string(schema.policy));
}

json::Value describe(const RegisteredSchema& schema) {
  return json::Object{{"description", schema.description},
                      {"compatibility", std::string(to_string(schema.compatibility))},
                      {"policy", std::string(schema::to_string(schema.policy))}};
}

Result<void> read_rules(const json::Value& description, RegisteredSchema& schema) {
  json::ObjectReader in(description, "$");
  schema.description = in.optional_string("description").value_or("");
  if (schema.description.size() > limits::kDescriptionBytes)
    in.mistake("description", "maxLength",
               "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  if (const auto text = in.optional_string("compatibility")) {
    const auto mode = compatibility_from_string(*text);
    if (!mode)
      in.mistake("compatibility", "enum",
                 "must be NONE, BACKWARD, FORWARD, FULL, or one of the last three with "
                 "_TRANSITIVE");
    schema.compatibility = mode.value_or(schema.compatibility);
  } else if (!in.has("compatibility")) {
    schema.compatibility = CompatibilityMode::Backward;
  }
  if (const auto text = in.optional_string("policy")) {
    const auto policy = schema::policy_from_string(*text);
    if (!policy) in.mistake("policy", "enum", "must be strict or lenient");
    schema.policy = policy.value_or(schema.policy);
  } else if (!in.has("policy")) {
    schema.policy = schema::Policy::Strict;
  }
  if (auto bad = in.finish("schema.invalid")) return std::unexpected(*bad);
  return {};
}

std::unexpected<Error> not_pending(const SchemaVersion& version) {
  std::string detail = to_string(SchemaRef{version.schema, version.number}) + " is " +
                       std::string(to_string(version.state)) + " already";
  if (version.decision) detail += ", by " + version.decision->by;
  return fail(ErrorCode::Conflict, "schema.not_pending", detail + ": nothing is to be decided.");
}

Result<void> check_decision(const SchemaService::Decide& decision) {
  const bool blank = decision.comment.find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank)
    return fail_field("schema.invalid", "$.comment", "minLength",
                      "say why, for those who come after you");
  if (decision.comment.size() > limits::kDescriptionBytes)
    return fail_field("schema.invalid", "$.comment", "maxLength",
                      "must have at most " + std::to_string(limits::kDescriptionBytes) + " bytes");
  return {};
}

}  // namespace

Result<void> SchemaService::set_rules(const Caller& caller, const RegisteredSchema& from,
                                      RegisteredSchema& to) {
  const bool decides = authorize(caller.principal, Action::SchemaDecide).has_value();
  // Whoever else may decide and has set the rules has seen them.
  if (decides && caller.principal.subject != from.loosened_by) to.loosened_by.clear();
  if (!Guards(to).weaker_than(Guards(from))) return {};
  auto linked = store_.profiles_linked(from.id);
  if (!linked) return std::unexpected(linked.error());
  if (!used_in_production(*linked)) return {};
  to.loosened_by = caller.principal.subject;
  if (decides) return {};
  return fail(ErrorCode::Forbidden, "schema.rules_guarded",
              "Production follows schema " + from.id.value + ": loosening its rules (" +
                  rules_of(from) + " to " + rules_of(to) +
                  ") would let breaking changes in unseen. Ask an Admin.");
}

Result<RegisteredSchema> SchemaService::update(const Caller& caller, const SchemaId& id,
                                               const json::Value& patch,
                                               std::optional<std::uint64_t> if_match) {
  if (auto ok = authorize(caller.principal, Action::SchemaRegister); !ok)
    return std::unexpected(ok.error());
  auto schema = store_.schema(id);
  if (!schema) return schema;
  if (if_match && *if_match != schema->revision)
    return fail(ErrorCode::PreconditionFailed, "schema.changed",
                "The schema has changed since you read it: read it again and repeat the change.");
  const RegisteredSchema before = *schema;
  if (auto done = read_rules(json::merge_patch(describe(before), patch), *schema); !done)
    return std::unexpected(done.error());
  if (patch.find("compatibility") != nullptr || patch.find("policy") != nullptr)
    if (auto ok = set_rules(caller, before, *schema); !ok) return std::unexpected(ok.error());
  schema->updated_at = clock_.wall();
  const bool same_rules = rules_of(before) == rules_of(*schema);
  std::string message = same_rules ? "Schema " + id.value + " updated"
                                   : "Rules of schema " + id.value + " changed from " +
                                         rules_of(before) + " to " + rules_of(*schema);
  if (!schema->loosened_by.empty() && schema->loosened_by != before.loosened_by)
    message += "; what " + schema->loosened_by +
               " registers waits for somebody else until another Admin sets the rules";
  ChangeSet changes;
  changes.push_back(change::UpdateSchema{*schema});
  record(changes, caller,
         {schema->updated_at, "schema.updated", message, *describe(*schema).as_object()}, {}, {});
  changes.push_back(
      change::AppendAudit{audit_entry(caller, "schema.update", "schemas/" + id.value,
                                      same_rules ? "" : rules_of(*schema), schema->updated_at)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  ++schema->revision;
  return schema;
}

Result<SchemaVersion> SchemaService::decide(const Caller& caller, const Decide& decision) {
  if (auto ok = authorize(caller.principal, Action::SchemaDecide); !ok)
    return std::unexpected(ok.error());
  if (auto ok = check_decision(decision); !ok) return std::unexpected(ok.error());
  for (int attempt = 0;; ++attempt) {
    bool overtaken = false;
    auto done = try_decide(caller, decision, overtaken);
    if (done || !overtaken || attempt == kConflictRetries) return done;
  }
}

Result<SchemaVersion> SchemaService::try_decide(const Caller& caller, const Decide& decision,
                                                bool& overtaken) {
  auto schema = store_.schema(decision.id);
  if (!schema) return std::unexpected(schema.error());
  auto version = store_.schema_version(decision.id, decision.number);
  if (!version) return version;
  if (version->state != SchemaState::PendingApproval) return not_pending(*version);
  if (version->hash != decision.hash)
    return fail(ErrorCode::Conflict, "schema.changed",
                "This content is no longer what you saw: " + version->author +
                    " registered other content under the number. Look at it, then decide.");
  auto linked = store_.profiles_linked(decision.id);
  if (!linked) return std::unexpected(linked.error());
  if (auto ok = may_decide(*version, caller.principal.subject, used_in_production(*linked)); !ok)
    return std::unexpected(ok.error());
  if (decision.approve) {
    if (auto ok = uri_is_free(*version); !ok) return std::unexpected(ok.error());
    if (auto ok = compared_with_today(*schema, *version, overtaken); !ok)
      return std::unexpected(ok.error());
  }
  auto compiled = cache_.compile(*version);
  if (!compiled) return std::unexpected(compiled.error());
  const auto impact = study_impact(store_, open_, **compiled, *linked);
  if (!impact) return std::unexpected(impact.error());
  const WallTime now = clock_.wall();
  version->state = decision.approve ? SchemaState::Approved : SchemaState::Rejected;
  version->decision =
      SchemaDecision{caller.principal.subject, now, decision.comment, version->hash};
  schema->updated_at = now;
  ChangeSet changes;
  changes.push_back(change::UpdateSchema{*schema});
  changes.push_back(change::UpdateSchemaVersion{*version});
  record_decision(changes, caller, *version, *linked, *impact);
  auto committed = commit_named(*version, std::move(changes));
  overtaken = !committed && committed.error().code == ErrorCode::Conflict;
  if (!committed) return std::unexpected(committed.error());
  ++version->revision;
  return version;
}

void SchemaService::record_decision(ChangeSet& changes, const Caller& caller,
                                    const SchemaVersion& version,
                                    const std::vector<Profile>& linked,
                                    const SchemaImpact& impact) {
  const SchemaDecision& decision = *version.decision;
  const bool approved = version.state == SchemaState::Approved;
  const std::string word = approved ? "approved" : "rejected";
  const std::string message = "Schema " + version.schema.value + " " + version.number.str() + " " +
                              word + " by " + decision.by + ": " + decision.comment;
  json::Object data = record_data(version);
  data.set("comment", decision.comment);
  data.set("author", version.author);
  record(changes, caller, {decision.at, "schema." + word, message, std::move(data)}, linked,
         impact);
  changes.push_back(notification(version, "info", message, decision.at));
  changes.push_back(change::AppendAudit{
      audit_entry(caller, approved ? "schema.approve" : "schema.reject",
                  "schemas/" + version.schema.value + "/versions/" + version.number.str(),
                  decision.hash + ": " + decision.comment, decision.at)});
}

}  // namespace hotswap
