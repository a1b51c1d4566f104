#pragma once
// A signed word on where the audit's chain stood: nothing before it can be changed, and nothing cut
// off behind it, without somebody noticing who has the checkpoint and the signer's public key.

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "domain/audit/entry.hpp"

namespace hotswap {

/// Of the entries that one batch of an erasure changed, in the order of their sequence.
struct BatchProof {
  std::uint64_t count = 0;
  std::string digest;  ///< over sequence, hash and content of each
  void add(const AuditEntry& entry, const AuditErased::Mark& mark);
  bool operator==(const BatchProof&) const = default;
};
using ErasureBatch = std::pair<std::string, std::uint64_t>;  ///< id and number

/// What a walk of the chain knows behind an entry: enough to go on without what came before.
struct ChainState {
  std::uint64_t entries = 0;
  std::uint64_t erased = 0;                     ///< of them
  std::map<ErasureBatch, BatchProof> unproven;  ///< whose record is still to come
  bool operator==(const ChainState&) const = default;
};

struct AuditCheckpoint {
  std::uint64_t sequence = 0;  ///< of the last entry that it speaks of
  std::string hash;            ///< of that entry
  WallTime at{};
  /// An anchor: entries up to here were looked at, and may be removed; the walk begins here.
  std::optional<ChainState> anchor{};
  std::string key;        ///< public key of the signer, hexadecimal
  std::string signature;  ///< of signed_text(), hexadecimal
  bool operator==(const AuditCheckpoint&) const = default;
};

/// Ed25519, as the server and the command line have it. Keys and signatures are hexadecimal.
struct AuditSigning {
  std::string public_key;
  std::function<std::string(const std::string& text)> sign;
  std::function<bool(const std::string& key, const std::string& text, const std::string& signature)>
      verify;
};

/// What is signed: every field but the signature, in one canonical form.
[[nodiscard]] std::string signed_text(const AuditCheckpoint& checkpoint);
/// With key and signature.
[[nodiscard]] AuditCheckpoint signed_by(const AuditSigning& signing, AuditCheckpoint checkpoint);
[[nodiscard]] bool is_genuine(const AuditSigning& signing, const AuditCheckpoint& checkpoint);
[[nodiscard]] json::Value to_json(const AuditCheckpoint& checkpoint);
[[nodiscard]] Result<AuditCheckpoint> audit_checkpoint_from_json(const json::Value& value);

}  // namespace hotswap
