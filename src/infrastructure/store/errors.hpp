#pragma once
// The refusals of a store, worded once, so that every store gives the same reason and sentence.

#include "domain/ports/store.hpp"

namespace hotswap::store {

[[nodiscard]] Error profile_exists(const ProfileName& name);
[[nodiscard]] Error profile_changed(const ProfileName& name);
[[nodiscard]] Error profile_not_found(const ProfileName& name);
[[nodiscard]] Error generation_stale(const ProfileName& name, std::uint64_t stored,
                                     std::uint64_t wanted);
[[nodiscard]] Error version_exists(const ProfileName& profile, const SemVer& number);
[[nodiscard]] Error version_not_found(const ProfileName& profile, const SemVer& number);
[[nodiscard]] Error version_changed(const ProfileName& profile, const SemVer& number);
[[nodiscard]] Error tag_not_found(const std::string& tag, const SemVer& number);
[[nodiscard]] Error deployment_exists(const DeploymentId& id);
[[nodiscard]] Error deployment_already_active(const ProfileName& profile,
                                              const DeploymentId& other);
[[nodiscard]] Error deployment_changed(const DeploymentId& id);
[[nodiscard]] Error deployment_fenced(const DeploymentId& id);
[[nodiscard]] Error instance_moved(const InstanceId& id);
[[nodiscard]] Error deployment_not_found(const DeploymentId& id);
[[nodiscard]] Error instance_not_found(const InstanceId& id);
[[nodiscard]] Error schema_exists(const SchemaId& id);
[[nodiscard]] Error schema_changed(const SchemaId& id);
[[nodiscard]] Error schema_not_found(const SchemaId& id);
[[nodiscard]] Error schema_version_exists(const SchemaId& id, const SemVer& number);
[[nodiscard]] Error schema_version_changed(const SchemaId& id, const SemVer& number);
[[nodiscard]] Error schema_version_not_found(const SchemaId& id, const SemVer& number);
[[nodiscard]] Error dead_letter_not_found(const std::string& id);
[[nodiscard]] Error channel_not_found(const std::string& name);
[[nodiscard]] Error calendar_entry_not_found(const std::string& id);
[[nodiscard]] Error traffic_changed(const ServiceName& service, const std::string& environment);
[[nodiscard]] Error traffic_not_found(const ServiceName& service, const std::string& environment);
[[nodiscard]] Error idempotency_exists();
[[nodiscard]] Error erasure_overtaken();
[[nodiscard]] Error erasure_not_found(const std::string& id);
[[nodiscard]] Error schema_in_use(const SchemaId& id);
[[nodiscard]] Error secret_key_changed(const std::string& name);
[[nodiscard]] Error secret_reference_changed(const std::string& reference);
[[nodiscard]] Error unavailable(std::string internal);
[[nodiscard]] Error busy(std::string detail);

}  // namespace hotswap::store
