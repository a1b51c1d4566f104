#include "domain/audit/checkpoint.hpp"

#include "domain/base/sha256.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

/// In front of what is signed: a signature of another purpose is none of a checkpoint.
constexpr std::string_view kPurpose = "hotswap.audit.checkpoint/1\n";

json::Value state_json(const ChainState& state) {
  json::Array unproven;
  for (const auto& [batch, proof] : state.unproven)
    unproven.push_back(json::Object{{"erasure", batch.first},
                                    {"batch", batch.second},
                                    {"count", proof.count},
                                    {"digest", proof.digest}});
  return json::Object{
      {"entries", state.entries}, {"erased", state.erased}, {"unproven", std::move(unproven)}};
}

json::Object unsigned_json(const AuditCheckpoint& checkpoint) {
  json::Object object{{"sequence", checkpoint.sequence},
                      {"hash", checkpoint.hash},
                      {"at", format_time(checkpoint.at)}};
  if (checkpoint.anchor) object.append("anchor", state_json(*checkpoint.anchor));
  object.append("key", checkpoint.key);
  return object;
}

std::uint64_t read_number(json::ObjectReader& in, std::string_view name) {
  const auto number = in.optional_int(name, 0, INT64_MAX);
  if (!number && !in.has(name)) in.mistake(name, "required", "is required");
  return static_cast<std::uint64_t>(number.value_or(0));
}

ChainState read_state(const json::Value& value, json::ObjectReader& outer) {
  json::ObjectReader in(value, outer.path_of("anchor"));
  ChainState state;
  state.entries = read_number(in, "entries");
  state.erased = read_number(in, "erased");
  if (const auto* unproven = in.optional_array("unproven")) {
    for (const auto& item : *unproven) {
      json::ObjectReader batch(item, in.path_of("unproven"));
      ErasureBatch key;
      key.first = batch.required_string("erasure");
      key.second = read_number(batch, "batch");
      BatchProof proof;
      proof.count = read_number(batch, "count");
      proof.digest = batch.required_string("digest");
      if (const auto bad = batch.finish("audit.invalid")) in.absorb(*bad);
      state.unproven.emplace(std::move(key), std::move(proof));
    }
  }
  if (const auto bad = in.finish("audit.invalid")) outer.absorb(*bad);
  return state;
}

}  // namespace

void BatchProof::add(const AuditEntry& entry, const AuditErased::Mark& mark) {
  ++count;
  digest = sha256_hex(digest + '\n' + std::to_string(entry.sequence) + ' ' + entry.hash + ' ' +
                      mark.content);
}

std::string signed_text(const AuditCheckpoint& checkpoint) {
  return std::string(kPurpose) + json::write(unsigned_json(checkpoint));
}

AuditCheckpoint signed_by(const AuditSigning& signing, AuditCheckpoint checkpoint) {
  checkpoint.key = signing.public_key;
  checkpoint.signature = signing.sign(signed_text(checkpoint));
  return checkpoint;
}

bool is_genuine(const AuditSigning& signing, const AuditCheckpoint& checkpoint) {
  return signing.verify(checkpoint.key, signed_text(checkpoint), checkpoint.signature);
}

json::Value to_json(const AuditCheckpoint& checkpoint) {
  auto object = unsigned_json(checkpoint);
  object.append("signature", checkpoint.signature);
  return object;
}

Result<AuditCheckpoint> audit_checkpoint_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  AuditCheckpoint checkpoint;
  checkpoint.sequence = read_number(in, "sequence");
  checkpoint.hash = in.required_string("hash");
  checkpoint.at = in.optional_time("at").value_or(WallTime{});
  if (const auto* anchor = in.optional_value("anchor")) checkpoint.anchor = read_state(*anchor, in);
  checkpoint.key = in.required_string("key");
  checkpoint.signature = in.required_string("signature");
  if (auto bad = in.finish("audit.invalid")) return std::unexpected(std::move(*bad));
  return checkpoint;
}

}  // namespace hotswap
