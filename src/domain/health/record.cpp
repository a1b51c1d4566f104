#include "domain/health/record.hpp"

#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr double kAnyNumber = 1e300;
constexpr std::string_view kReason = "health_record.invalid";

json::Value to_json(const RecordedSample& recorded) {
  return json::Object{{"instance", recorded.instance.str()},
                      {"at", format_time(recorded.at)},
                      {"treated", recorded.treated},
                      {"sample", to_json(recorded.sample)}};
}

Result<RecordedSample> recorded_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  RecordedSample recorded;
  recorded.instance = InstanceId(in.required_string("instance"));
  recorded.at = in.optional_time("at").value_or(WallTime{});
  recorded.treated = in.optional_bool("treated").value_or(false);
  if (const auto* sample = in.required_value("sample"); sample != nullptr) {
    auto read = sample_from_json(*sample, in.path_of("sample"));
    if (read) {
      recorded.sample = std::move(*read);
    } else {
      in.absorb(read.error());
    }
  }
  if (auto bad = in.finish(std::string(kReason))) return std::unexpected(*bad);
  return recorded;
}

json::Value to_json(const Measurement& measurement) {
  json::Object object{{"at", format_time(measurement.at)}, {"query", measurement.query}};
  if (measurement.value) object.append("value", *measurement.value);
  if (measurement.control) object.append("control", *measurement.control);
  if (!measurement.error.empty()) object.append("error", measurement.error);
  return object;
}

Result<Measurement> measurement_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  // A number that JSON cannot write (NaN) was stored as null: no data.
  const auto number = [&](std::string_view name) -> std::optional<double> {
    const auto* stored = value.find(name);
    if (stored != nullptr && stored->is_null()) {
      (void)in.optional_value(name);
      return std::nullopt;
    }
    return in.optional_double(name, -kAnyNumber, kAnyNumber);
  };
  Measurement measurement;
  measurement.at = in.optional_time("at").value_or(WallTime{});
  measurement.query = in.optional_string("query").value_or("");
  measurement.value = number("value");
  measurement.control = number("control");
  measurement.error = in.optional_string("error").value_or("");
  if (auto bad = in.finish(std::string(kReason))) return std::unexpected(*bad);
  return measurement;
}

void read_samples(json::ObjectReader& in, HealthRecord& record) {
  const auto* samples = in.optional_array("samples");
  for (std::size_t i = 0; samples != nullptr && i < samples->size(); ++i) {
    auto sample = recorded_from_json((*samples)[i], json::path_item(in.path_of("samples"), i));
    if (sample) {
      record.samples.push_back(std::move(*sample));
    } else {
      in.absorb(sample.error());
    }
  }
}

void read_measurements(json::ObjectReader& in, HealthRecord& record) {
  const auto* measurements = in.optional_object("measurements");
  if (measurements == nullptr) return;
  for (const auto& [name, value] : *measurements) {
    auto read = measurement_from_json(value, json::path_member(in.path_of("measurements"), name));
    if (read) {
      record.measurements.emplace(name, std::move(*read));
    } else {
      in.absorb(read.error());
    }
  }
}

void read_judgement(json::ObjectReader& in, HealthRecord& record) {
  const auto* judgement = in.required_value("judgement");
  if (judgement == nullptr) return;
  auto read = judgement_from_json(*judgement);
  if (read) {
    record.judgement = std::move(*read);
  } else {
    in.absorb(read.error());
  }
}

}  // namespace

json::Value to_json(const HealthRecord& record) {
  json::Array samples;
  for (const auto& sample : record.samples) samples.push_back(to_json(sample));
  json::Object measurements;
  for (const auto& [name, measurement] : record.measurements) {
    measurements.append(name, to_json(measurement));
  }
  return json::Object{{"deployment", record.deployment.str()},
                      {"sequence", record.sequence},
                      {"at", format_time(record.at)},
                      {"step", std::uint64_t{record.step}},
                      {"phase", record.phase},
                      {"waited", format_duration(record.waited)},
                      {"idle", record.idle},
                      {"judgement", to_json(record.judgement)},
                      {"samples", std::move(samples)},
                      {"measurements", std::move(measurements)}};
}

Result<HealthRecord> health_record_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  const auto count = [&](std::string_view name) {
    return static_cast<std::uint64_t>(in.optional_int(name, 0, INT64_MAX).value_or(0));
  };
  HealthRecord record;
  record.deployment = DeploymentId(in.required_string("deployment"));
  record.sequence = count("sequence");
  record.at = in.optional_time("at").value_or(WallTime{});
  record.step = count("step");
  record.phase = in.optional_string("phase").value_or("");
  record.waited = in.optional_duration("waited").value_or(Duration{});
  record.idle = in.optional_bool("idle").value_or(false);
  read_judgement(in, record);
  read_samples(in, record);
  read_measurements(in, record);
  if (auto bad = in.finish(std::string(kReason))) return std::unexpected(*bad);
  return record;
}

}  // namespace hotswap
