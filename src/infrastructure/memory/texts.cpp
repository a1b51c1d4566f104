#include "infrastructure/memory/texts.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/registry/record_json.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

using erasure::Place;
using Cells = std::vector<std::optional<std::string>>;
using Key = std::vector<std::string>;

json::Value to_json(const std::map<std::string, std::string>& labels) {
  json::Object object;
  for (const auto& [key, label] : labels) object.append(key, label);
  return object;
}
json::Value to_json(const std::vector<std::string>& texts) {
  json::Array array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

json::Value to_json(const std::vector<HookCall>& calls) {
  json::Array array;
  for (const auto& call : calls) array.push_back(hotswap::to_json(call));
  return array;
}

/// Writes a row's values down as texts.
struct Reader {
  Cells cells{};

  void text(const std::string& text) { cells.emplace_back(text); }
  void only_counted(const std::string& text) { cells.emplace_back(text); }
  template <class T, class Read>
  void document(const T& value, Read) {
    cells.emplace_back(json::write(to_json(value)));
  }
  template <class T, class Read>
  void document(const std::optional<T>& value, Read) {
    cells.push_back(value ? std::optional(json::write(to_json(*value))) : std::nullopt);
  }
  void value(const json::Value& value) { cells.emplace_back(json::write(value)); }
  void saved(std::uint64_t) {}
};

/// Reads them back, in the same order.
struct Writer {
  const Cells& cells;
  std::size_t next = 0;

  void text(std::string& text) { text = cells[next++].value_or(""); }
  void only_counted(const std::string&) { ++next; }
  template <class T, class Read>
  void document(T& value, Read read) {
    take(read, value);
  }
  template <class T, class Read>
  void document(std::optional<T>& value, Read read) {
    if (!cells[next]) {
      value.reset();
      ++next;
      return;
    }
    if (!value) value.emplace();
    take(read, *value);
  }
  void value(json::Value& value) {
    if (auto parsed = json::parse(cells[next++].value_or("null"))) value = std::move(*parsed);
  }
  void saved(std::uint64_t& revision) { ++revision; }

 private:
  /// A text that cannot be read leaves the value as it is, as a database would refuse to.
  template <class T, class Read>
  void take(Read read, T& value) {
    const auto parsed = json::parse(cells[next++].value_or("null"));
    if (!parsed) return;
    if (Result<T> result = read(*parsed)) value = std::move(*result);
  }
};

Result<std::map<std::string, std::string>> read_labels(const json::Value& value) {
  std::map<std::string, std::string> labels;
  if (const auto* object = value.as_object()) {
    for (const auto& [key, label] : *object)
      if (const auto* text = label.as_string()) labels.emplace(key, *text);
  }
  return labels;
}
Result<std::vector<std::string>> read_texts(const json::Value& value) {
  std::vector<std::string> texts;
  if (const auto* array = value.as_array()) {
    for (const auto& item : *array)
      if (const auto* text = item.as_string()) texts.emplace_back(*text);
  }
  return texts;
}
Result<Strategy> read_strategy(const json::Value& value) { return strategy_from_json(value, "$"); }
Result<HealthPolicy> read_health(const json::Value& value) {
  return health_policy_from_json(value, "$");
}
Result<Access> read_access(const json::Value& value) { return access_from_json(value, "$"); }

Result<std::vector<HookCall>> read_hook_calls(const json::Value& value) {
  std::vector<HookCall> calls;
  if (const auto* array = value.as_array()) {
    for (const auto& item : *array) {
      auto call = hook_call_from_json(item);
      if (!call) return std::unexpected(std::move(call.error()));
      calls.push_back(std::move(*call));
    }
  }
  return calls;
}

/// The texts of one row, in the order of its place's columns.
struct Visit {
  void operator()(Profile& p, auto& io) const {
    io.text(p.description);
    io.document(p.labels, read_labels);
    io.document(p.strategy, read_strategy);
    io.document(p.health, read_health);
    io.document(p.access, read_access);
    io.text(p.created_by);
    io.only_counted(p.name.value);
    io.only_counted(p.service.value);
    io.saved(p.revision);
  }
  void operator()(StoredVersion& v, auto& io) const {
    io.text(v.version.author);
    io.text(v.version.message);
    io.text(v.version.failed_reason);
    io.only_counted(v.version.content);
  }
  void operator()(State::Tag& t, auto& io) const { io.only_counted(t.tag); }
  void operator()(StoredDeployment& stored, auto& io) const {
    Deployment& d = stored.row;
    io.document(d.strategy, read_strategy);
    io.document(d.health, read_health);
    io.document(d.plan, plan_from_json);
    io.text(d.reason);
    io.text(d.created_by);
    io.document(d.state, deployment_state_from_json);
    io.document(d.baseline, baseline_from_json);
    io.document(d.judgement, judgement_from_json);
    io.document(d.fit, fleet_fit_from_json);
    io.document(d.proof, rollback_proof_from_json);
    io.document(d.hook_calls, read_hook_calls);
    io.document(d.pools, pool_switch_from_json);
    io.document(d.approval, approval_from_json);
    io.value(d.request);
    io.saved(d.revision);
  }
  void operator()(Target& t, auto& io) const {
    io.text(t.reason);
    io.only_counted(t.zone);
  }
  void operator()(HealthRecord& r, auto& io) const { io.document(r, health_record_from_json); }
  void operator()(Instance& i, auto& io) const {
    io.document(i.labels, read_labels);
    for (const auto* name :
         {&i.id.value, &i.service.value, &i.hostname, &i.version, &i.health_url, &i.pool, &i.zone})
      io.only_counted(*name);
  }
  void operator()(Observation& o, auto& io) const { io.text(o.error); }
  void operator()(TimelineEvent& e, auto& io) const {
    io.text(e.actor);
    io.text(e.message);
    io.value(e.data);
  }
  void operator()(OutboxItem& o, auto& io) const {
    io.value(o.payload);
    io.text(o.error);
  }
  void operator()(DeadLetter& d, auto& io) const { (*this)(d.item, io); }
  void operator()(RegisteredSchema& s, auto& io) const {
    io.text(s.description);
    io.text(s.loosened_by);
    io.text(s.created_by);
    io.only_counted(s.id.value);
    io.saved(s.revision);
  }
  void operator()(StoredSchemaVersion& stored, auto& io) const {
    SchemaVersion& v = stored.version;
    io.text(v.author);
    io.text(v.message);
    io.document(v.decision, schema_decision_from_json);
    io.only_counted(v.uri);
    io.only_counted(json::write(to_json(v.references)));
    io.only_counted({});  // comparisons are made of contents
    io.only_counted(v.content);
    io.saved(v.revision);
  }
  void operator()(CalendarEntry& c, auto& io) const {
    io.document(c, stored_calendar_entry_from_json);
  }
  void operator()(Channel& c, auto& io) const {
    io.text(c.target);
    io.document(c.profiles, read_texts);
    io.text(c.created_by);
    io.only_counted(c.name);
  }
  void operator()(Traffic& t, auto& io) const {
    io.text(t.error);
    io.text(t.changed_by);
    io.only_counted(json::write(hotswap::to_json(t.router)));
    io.only_counted(json::write(to_json(t.pools)));
    io.saved(t.revision);
  }
  void operator()(RetentionRun& r, auto& io) const { io.document(r, retention_run_from_json); }
  void operator()(State::Logged& c, auto& io) const { io.value(c.change.body); }
  void operator()(change::PutIdempotent& i, auto& io) const {
    io.only_counted(i.headers);
    io.only_counted(i.body);
  }
  void operator()(erasure::Erasure& e, auto& io) const {
    json::Value record = erasure::stored_json(e);
    io.value(record);
    if (auto read = erasure::erasure_from_json(record)) e = std::move(*read);
    io.saved(e.revision);
  }
  void operator()(AuditEntry& a, auto& io) const {
    io.text(a.actor);
    io.text(a.address);
    io.text(a.resource);
    io.text(a.detail);
  }
};

std::string number(std::uint64_t value) {
  auto text = std::to_string(value);
  return std::string(20 - text.size(), '0') + text;
}

std::string part(const std::string& text) { return text; }
template <class Tag>
std::string part(const Strong<Tag>& name) {
  return name.value;
}
std::string part(std::uint64_t value) { return number(value); }

/// From the key of a map, or from the value where the map is in another order.
struct KeyOf {
  template <class A, class B>
  Key operator()(const std::pair<A, B>& key, const auto&) const {
    return {part(key.first), part(key.second)};
  }
  Key operator()(const State::OutboxPlace&, const OutboxItem& item) const { return {item.id}; }
  Key operator()(const std::pair<WallTime, std::string>& key, const RetentionRun&) const {
    return {key.second};
  }
  Key operator()(std::uint64_t, const DeadLetter& letter) const { return {letter.item.id}; }
  Key operator()(std::uint64_t, const CalendarEntry& entry) const { return {entry.id}; }
  Key operator()(std::uint64_t, const erasure::Erasure& erasure) const { return {erasure.id}; }
  Key operator()(const auto& key, const auto&) const { return {part(key)}; }
};

/// Calls `use` with the maps that hold a place.
template <class AnyState, class Use>
void in_place(AnyState& s, Place place, Use use) {
  switch (place) {
    case Place::Profiles:
      return use(s.profiles);
    case Place::Versions:
      return use(s.versions);
    case Place::Tags:
      return use(s.tags);
    case Place::Deployments:
      return use(s.deployments);
    case Place::Targets:
      return use(s.targets);
    case Place::HealthRecords:
      return use(s.health_records);
    case Place::Instances:
      return use(s.instances);
    case Place::Observations:
      return use(s.observations);
    case Place::Events:
      return use(s.events);
    case Place::Outbox:
      use(s.outbox);
      return use(s.dead_letters);
    case Place::Schemas:
      return use(s.schemas);
    case Place::SchemaVersions:
      return use(s.schema_versions);
    case Place::Calendar:
      return use(s.calendar);
    case Place::Channels:
      return use(s.channels);
    case Place::Traffic:
      return use(s.traffics);
    case Place::RetentionRuns:
      return use(s.retention_runs);
    case Place::ChangeLog:
      return use(s.changes);
    case Place::Idempotent:
      return use(s.idempotent);
    case Place::Erasures:
      return use(s.erasures);
    case Place::Audit:
      return use(s.audit);
  }
}

}  // namespace

Texts texts_of(const State& state, Place place) {
  Texts texts;
  in_place(state, place, [&](const auto& map) {
    for (const auto& [key, value] : map) {
      auto copy = value;
      Reader reader;
      Visit()(copy, reader);
      texts.emplace(KeyOf()(key, value), std::move(reader.cells));
    }
  });
  return texts;
}

Result<void> put_texts(State& state, UndoLog& log, Place place, const erasure::TextRow& row) {
  bool found = false;
  in_place(state, place, [&](auto& map) {
    for (auto& [key, value] : map) {
      if (KeyOf()(key, value) != row.key) continue;
      auto next = value;
      Writer writer{row.texts};
      Visit()(next, writer);
      log.put(map, key, std::move(next));
      found = true;
      return;
    }
  });
  if (!found) return std::unexpected(store::erasure_overtaken());
  return {};
}

void remove_row(State& state, UndoLog& log, Place place, const Key& wanted) {
  in_place(state, place, [&](auto& map) {
    for (auto& [key, value] : map) {
      if (KeyOf()(key, value) != wanted) continue;
      const auto gone = key;
      log.erase(map, gone);
      return;
    }
  });
}

}  // namespace hotswap::memory
