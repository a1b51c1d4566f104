#include "infrastructure/store/errors.hpp"

namespace hotswap::store {
namespace {

Error error(ErrorCode code, std::string reason, std::string detail) {
  return Error{code, std::move(reason), std::move(detail), {}, {}};
}

}  // namespace

Error profile_exists(const ProfileName& name) {
  return error(ErrorCode::Conflict, "config.exists",
               "A config named " + name.str() + " exists already; choose another name.");
}

Error profile_changed(const ProfileName& name) {
  return error(ErrorCode::Conflict, "config.changed",
               "Config " + name.str() + " was changed by somebody else; read it again and retry.");
}

Error profile_not_found(const ProfileName& name) {
  return error(
      ErrorCode::NotFound, "config.not_found",
      "There is no config named " + name.str() + ": list the configs, or create it first.");
}

Error generation_stale(const ProfileName& name, std::uint64_t stored, std::uint64_t wanted) {
  return error(ErrorCode::Conflict, "generation.stale",
               "Config " + name.str() + " is at generation " + std::to_string(stored) +
                   " already; generation " + std::to_string(wanted) + " came too late.");
}

Error version_exists(const ProfileName& profile, const SemVer& number) {
  return error(ErrorCode::Conflict, "version.exists",
               "Version " + number.str() + " of " + profile.str() +
                   " exists already and never changes; upload the next number.");
}

Error version_not_found(const ProfileName& profile, const SemVer& number) {
  return error(ErrorCode::NotFound, "version.not_found",
               "Config " + profile.str() + " has no version " + number.str() +
                   ": list its versions, or upload this one first.");
}

Error version_changed(const ProfileName& profile, const SemVer& number) {
  return error(ErrorCode::Conflict, "version.changed",
               "Version " + number.str() + " of " + profile.str() +
                   " is not the one that was archived: look at both.");
}

Error deployment_exists(const DeploymentId& id) {
  return error(ErrorCode::Conflict, "deployment.exists",
               "A deployment with the id " + id.str() + " exists already.");
}

Error deployment_already_active(const ProfileName& profile, const DeploymentId& other) {
  return error(ErrorCode::Conflict, "deployment.already_active",
               "Deployment " + other.str() + " of " + profile.str() +
                   " is still active; wait for it, cancel it or roll it back.");
}

Error deployment_changed(const DeploymentId& id) {
  return error(ErrorCode::Conflict, "deployment.changed",
               "Deployment " + id.str() + " has moved on meanwhile; read it again and retry.");
}

Error tag_not_found(const std::string& tag, const SemVer& number) {
  return error(ErrorCode::NotFound, "tag.not_found",
               "Version " + number.str() + " does not carry the tag " + tag + ".");
}

Error deployment_fenced(const DeploymentId& id) {
  return error(ErrorCode::Conflict, "deployment.fenced",
               "Deployment " + id.str() + " has been taken over by another node; try again.");
}

Error instance_moved(const InstanceId& id) {
  return error(ErrorCode::Conflict, "instance.moved",
               "Instance " + id.str() + " is heard of by another node by now.");
}

Error deployment_not_found(const DeploymentId& id) {
  return error(ErrorCode::NotFound, "deployment.not_found",
               "There is no deployment " + id.str() + ".");
}

Error instance_not_found(const InstanceId& id) {
  return error(ErrorCode::NotFound, "instance.not_found",
               "There is no instance " + id.str() + "; it may have been removed.");
}

Error schema_exists(const SchemaId& id) {
  return error(ErrorCode::Conflict, "schema.exists",
               "A schema named " + id.str() + " exists already; choose another name.");
}

Error schema_changed(const SchemaId& id) {
  return error(ErrorCode::Conflict, "schema.changed",
               "Schema " + id.str() + " was changed by somebody else; read it again and retry.");
}

Error schema_not_found(const SchemaId& id) {
  return error(
      ErrorCode::NotFound, "schema.not_found",
      "There is no schema named " + id.str() + ": list the schemas, or register it first.");
}

Error schema_version_exists(const SchemaId& id, const SemVer& number) {
  return error(ErrorCode::Conflict, "schema.version_exists",
               "Version " + number.str() + " of schema " + id.str() +
                   " exists already; register the next number.");
}

Error schema_version_changed(const SchemaId& id, const SemVer& number) {
  return error(ErrorCode::Conflict, "schema.changed",
               "Version " + number.str() + " of schema " + id.str() +
                   " was changed by somebody else; look at it again and retry.");
}

Error schema_version_not_found(const SchemaId& id, const SemVer& number) {
  return error(ErrorCode::NotFound, "schema.version_not_found",
               "Schema " + id.str() + " has no version " + number.str() +
                   ": list its versions, or register this one first.");
}

Error dead_letter_not_found(const std::string& id) {
  return error(ErrorCode::NotFound, "dead_letter.not_found",
               "There is no dead letter " + id + "; it may have been sent again meanwhile.");
}

Error channel_not_found(const std::string& name) {
  return error(ErrorCode::NotFound, "channel.not_found",
               "There is no channel named " + name + ": list the channels for their names.");
}

Error calendar_entry_not_found(const std::string& id) {
  return error(
      ErrorCode::NotFound, "calendar.not_found",
      "The calendar has no entry " + id + ": list the calendar for the ids of its entries.");
}

Error traffic_changed(const ServiceName& service, const std::string& environment) {
  return error(ErrorCode::Conflict, "traffic.changed",
               "The traffic of " + service.str() + " in " + environment +
                   " was changed by somebody else; read it again and retry.");
}

Error traffic_not_found(const ServiceName& service, const std::string& environment) {
  return error(ErrorCode::NotFound, "traffic.not_found",
               "Nobody has said how the traffic of " + service.str() + " in " + environment +
                   " is switched; set it first.");
}

Error idempotency_exists() {
  return error(ErrorCode::Conflict, "idempotency.exists",
               "A request with the same Idempotency-Key was answered meanwhile; send it again to "
               "get that answer.");
}

Error erasure_overtaken() {
  return error(ErrorCode::Conflict, "erasure.overtaken",
               "Something was changed while it was being erased; repeat the request to go on.");
}

Error erasure_not_found(const std::string& id) {
  return error(ErrorCode::NotFound, "erasure.not_found",
               "There is no erasure " + id + ": list the erasures for their ids.");
}

Error schema_in_use(const SchemaId& id) {
  return error(ErrorCode::Conflict, "schema.in_use",
               "Schema " + id.str() + " is followed by a config; unlink it first.");
}

Error secret_key_changed(const std::string& name) {
  return error(ErrorCode::Conflict, "secret.key_changed",
               "The store's key " + name + " was changed meanwhile; read it again.");
}

Error secret_reference_changed(const std::string& reference) {
  return error(ErrorCode::Conflict, "secret.reference_changed",
               "Another server has seen a new value of " + reference + " meanwhile.");
}

Error unavailable(std::string internal) {
  auto result = error(ErrorCode::Unavailable, "store.unavailable",
                      "The store cannot be used at the moment; try again.");
  result.internal = std::move(internal);
  return result;
}

Error busy(std::string detail) {
  return error(ErrorCode::Unavailable, "store.busy", std::move(detail));
}

}  // namespace hotswap::store
