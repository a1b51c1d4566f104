#pragma once
// What a change set can change for the sake of secrets, one struct each.

#include "domain/ports/change_kinds.hpp"
#include "domain/ports/secret_store.hpp"

namespace hotswap::change {

/// A key of the store's own. Conflict `secret.key_changed` unless what is stored is `was` (empty:
/// none).
struct PutSecretKey {
  std::string name;
  WrappedKey key;
  WrappedKey was{};
};
/// The same data keys under another key-encryption key. Those whose key is no longer `was`, and
/// versions that are gone, are left out.
struct RewrapVersions {
  struct Item {
    VersionName version;
    WrappedKey was, now;
  };
  std::vector<Item> items;
};
/// The secrets of a version that was stored with plain ones: content, hash and key, also where
/// assignments, observations and deployments name its hash. It is in the store afterwards, wherever
/// it was. NotFound version.not_found, Conflict `version.changed` unless its hash is `was` and it
/// has no key.
struct SealVersion {
  VersionName version;
  std::string was;
  std::string content;
  std::string hash;
  WrappedKey key;
};
/// Another value was seen: Conflict `secret.reference_changed` unless the stored revision is
/// state.revision (0: none stored); stores revision + 1.
struct PutSecretReference {
  SecretReferenceState state;
};

}  // namespace hotswap::change
