#include "domain/erasure/record.hpp"

#include <array>

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::erasure {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

constexpr std::array<std::string_view, 6> kSteps = {"versions", "profile", "history",
                                                    "schema",   "texts",   "done"};

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4U];
    hex += kDigits[static_cast<unsigned char>(c) & 0xFU];
  }
  return hex;
}

/// RFC 8018, the first block, which is all of 32 bytes.
std::string pbkdf2(std::string_view name, const std::string& salt, std::uint32_t iterations) {
  using namespace std::string_literals;
  std::string block = from_hex(hmac_sha256_hex(name, salt + "\0\0\0\1"s));
  std::string sum = block;
  for (std::uint32_t i = 1; i < iterations; ++i) {
    block = from_hex(hmac_sha256_hex(name, block));
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = static_cast<char>(sum[k] ^ block[k]);
  }
  return to_hex(sum);
}

json::Value counts_json(const Counts& counts) {
  json::Object object;
  for (const auto& [table, rows] : counts) object.append(table, rows);
  return object;
}

Counts read_counts(json::ObjectReader& in, std::string_view name) {
  Counts counts;
  if (const auto* object = in.optional_object(name)) {
    for (const auto& [table, rows] : *object)
      counts.emplace(std::string(table), static_cast<std::uint64_t>(rows.as_int().value_or(0)));
  }
  return counts;
}

json::Value proof_json(const NameProof& proof) {
  return json::Object{{"algorithm", "PBKDF2-HMAC-SHA256"},
                      {"salt", proof.salt},
                      {"iterations", std::uint64_t{proof.iterations}},
                      {"hash", proof.hash}};
}

NameProof read_proof(json::ObjectReader& outer) {
  NameProof proof;
  const auto* value = outer.required_value("nameProof");
  if (value == nullptr) return proof;
  json::ObjectReader in(*value, "$.nameProof");
  in.required_string("algorithm");
  proof.salt = in.required_string("salt");
  proof.iterations =
      static_cast<std::uint32_t>(in.optional_int("iterations", 1, 10'000'000).value_or(1));
  proof.hash = in.required_string("hash");
  if (const auto bad = in.finish("erasure.invalid")) outer.absorb(*bad);
  return proof;
}

std::uint64_t read_number(json::ObjectReader& in, std::string_view name) {
  return static_cast<std::uint64_t>(in.optional_int(name, 0, INT64_MAX).value_or(0));
}

void read_progress(json::ObjectReader& in, Erasure& erasure) {
  const auto step = in.required_string("step");
  for (std::size_t i = 0; i < kSteps.size(); ++i)
    if (kSteps[i] == step) erasure.step = static_cast<Step>(i);
  erasure.schema = in.required_string("schema");
  const auto place = in.required_string("place");
  for (int i = 0; i < kPlaceCount; ++i)
    if (spec_of(static_cast<Place>(i)).table == place) erasure.place = static_cast<Place>(i);
  erasure.after = in.optional_strings("after");
  erasure.pass = static_cast<std::uint32_t>(read_number(in, "pass"));
  erasure.found = in.optional_bool("found").value_or(false);
  erasure.batches = read_number(in, "batches");
  erasure.revision = read_number(in, "revision");
}

}  // namespace

std::string_view to_string(Kind kind) { return kind == Kind::Person ? "person" : "profile"; }

NameProof prove(std::string_view name, std::string salt, std::uint32_t iterations) {
  auto hash = pbkdf2(name, salt, iterations);
  return {std::move(salt), iterations, std::move(hash)};
}

bool fits(const NameProof& proof, std::string_view name) {
  return pbkdf2(name, proof.salt, proof.iterations) == proof.hash;
}

std::string pseudonym(const Erasure& erasure) { return "erased-" + erasure.id; }

bool is_done(const Erasure& erasure) { return erasure.step == Step::Done; }

json::Value to_json(const Erasure& erasure) {
  json::Object object{{"id", erasure.id},
                      {"kind", to_string(erasure.kind)},
                      {"state", is_done(erasure) ? "done" : "running"},
                      {"pseudonym", pseudonym(erasure)},
                      {"reason", erasure.reason},
                      {"by", erasure.by},
                      {"startedAt", format_time(erasure.started)}};
  if (erasure.finished) object.append("finishedAt", format_time(*erasure.finished));
  object.append("nameProof", proof_json(erasure.proof));
  object.append("chainBefore", erasure.chain_before);
  object.append("chainAfter", erasure.chain_after);
  object.append("rewritten", counts_json(erasure.rewritten));
  object.append("removed", counts_json(erasure.removed));
  object.append("left", counts_json(erasure.left));
  return object;
}

json::Value stored_json(const Erasure& erasure) {
  const json::Value shown = to_json(erasure);
  json::Object object = *shown.as_object();
  json::Array after;
  for (const auto& part : erasure.after) after.emplace_back(part);
  object.append("step", kSteps.at(static_cast<std::size_t>(erasure.step)));
  object.append("schema", erasure.schema);
  object.append("place", spec_of(erasure.place).table);
  object.append("after", std::move(after));
  object.append("pass", std::uint64_t{erasure.pass});
  object.append("found", erasure.found);
  object.append("batches", erasure.batches);
  object.append("revision", erasure.revision);
  return object;
}

Result<Erasure> erasure_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Erasure erasure;
  erasure.id = in.required_string("id");
  erasure.kind = in.required_string("kind") == "profile" ? Kind::Profile : Kind::Person;
  in.required_string("state");
  in.required_string("pseudonym");
  erasure.reason = in.required_string("reason");
  erasure.by = in.required_string("by");
  erasure.started = in.optional_time("startedAt").value_or(WallTime());
  erasure.finished = in.optional_time("finishedAt");
  erasure.proof = read_proof(in);
  erasure.chain_before = in.required_string("chainBefore");
  erasure.chain_after = in.required_string("chainAfter");
  erasure.rewritten = read_counts(in, "rewritten");
  erasure.removed = read_counts(in, "removed");
  erasure.left = read_counts(in, "left");
  read_progress(in, erasure);
  if (auto bad = in.finish("erasure.invalid")) return std::unexpected(std::move(*bad));
  return erasure;
}

Result<Request> request_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Request request;
  const auto person = in.optional_string("person");
  const auto profile = in.optional_string("profile");
  request.kind = profile ? Kind::Profile : Kind::Person;
  request.name = profile.value_or(person.value_or(""));
  request.reason = in.required_string("reason");
  request.force = in.optional_bool("force").value_or(false);
  request.dry_run = in.optional_bool("dryRun").value_or(false);
  const std::string_view field = profile ? "profile" : "person";
  if (person && profile) in.mistake("person", "oneOf", "goes without profile: erase one at a time");
  if (request.name.empty() || request.name.size() > 2 * limits::kNameBytes)
    in.mistake(field, "length", "must be a name of 1 to 256 bytes");
  const bool fits_in = request.reason.size() <= limits::kDescriptionBytes;
  if (in.has("reason") && (request.reason.empty() || !fits_in))
    in.mistake("reason", "length", "must say why, in 1 to 4096 bytes: it stands in the proof");
  if (!request.name.empty() && request.reason.contains(request.name))
    in.mistake("reason", "content", "stands in the proof: leave the name out of it");
  if (auto bad = in.finish("erasure.invalid")) return std::unexpected(std::move(*bad));
  return request;
}

void advance(Erasure& erasure, std::vector<std::string> last) {
  erasure.after = std::move(last);
  if (!erasure.after.empty()) return;
  if (erasure.place != Place::Audit) {
    erasure.place = static_cast<Place>(static_cast<int>(erasure.place) + 1);
    return;
  }
  if (!erasure.found || erasure.pass >= kPasses) {
    erasure.step = Step::Done;
    return;
  }
  erasure.place = Place::Profiles;
  erasure.found = false;
  ++erasure.pass;
  erasure.left.clear();
}

}  // namespace hotswap::erasure
