#pragma once
// What a change set can change for the sake of an erasure, one struct each. Who walks the store
// page by page finds rows that others changed meanwhile: each says what it saw, and is refused with
// Conflict `erasure.overtaken` where that no longer stands.

#include "domain/erasure/record.hpp"
#include "domain/ports/change_kinds_cluster.hpp"

namespace hotswap::change {

/// Insert (revision 0 and none stored), or Conflict `erasure.overtaken` unless the stored revision
/// is erasure.revision; stores revision + 1.
struct PutErasure {
  erasure::Erasure erasure;
};
/// Rewritten texts; of a row with a revision also revision + 1. Not for the audit.
struct PutTexts {
  erasure::Place place;
  struct Item {
    erasure::TextRow was, now;
  };
  std::vector<Item> items;
};
/// Those that are gone already do not matter.
struct RemoveRows {
  erasure::Place place;
  std::vector<std::vector<std::string>> keys;
};
/// An entry without a name; sequence and hash stay.
struct ReplaceAudit {
  AuditEntry entry;
  AuditErased was;
};
/// The first `limit` versions of a profile by number as text, with their tags; how many is
/// Committed::erased. Conflict `deployment.already_active`.
struct EraseVersions {
  ProfileName profile;
  std::size_t limit = 0;
};
/// Health records, targets, deployments and events of a profile, at most `limit` rows; how many of
/// each table is Committed::erased. Conflict `deployment.already_active`.
struct EraseHistory {
  ProfileName profile;
  std::size_t limit = 0;
};
/// With all its versions. Conflict `schema.in_use` while a profile follows it.
struct DeleteSchema {
  SchemaId id;
};

}  // namespace hotswap::change
