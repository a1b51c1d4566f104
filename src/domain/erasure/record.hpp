#pragma once
// An erasure: what was asked, how far it is, and what it proves in the end. It never holds the name
// itself, only a salted, slow hash, by which somebody who knows the name can find its record.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/erasure/place.hpp"

namespace hotswap::erasure {

enum class Kind { Person, Profile };
[[nodiscard]] std::string_view to_string(Kind kind);  ///< `person`, `profile`

/// PBKDF2-HMAC-SHA-256 of the name, 32 bytes in hexadecimal.
struct NameProof {
  std::string salt;  ///< as it is, no hexadecimal
  std::uint32_t iterations = 0;
  std::string hash;
  bool operator==(const NameProof&) const = default;
};
inline constexpr std::uint32_t kIterations = 20'000;
[[nodiscard]] NameProof prove(std::string_view name, std::string salt,
                              std::uint32_t iterations = kIterations);
[[nodiscard]] bool fits(const NameProof& proof, std::string_view name);

/// What is done in which order; each step may be repeated without harm.
enum class Step {
  Versions,  ///< of the profile: contents, and what lies in the archive
  Profile,   ///< itself, with tags, assignments and observations
  History,   ///< its deployments and events
  Schema,    ///< that no other profile follows
  Texts,     ///< the name wherever it stands
  Done
};

struct Erasure {
  std::string id;  ///< 8 hexadecimal digits; the pseudonym is `erased-` and these
  Kind kind = Kind::Person;
  std::string reason, by;
  WallTime started{};
  std::optional<WallTime> finished;
  NameProof proof;
  std::string chain_before;  ///< hash of the last audit entry before it began
  std::string chain_after;   ///< and before its own last entry
  /// Rows by table: rewritten, removed, and those that still hold the name.
  std::map<std::string, std::uint64_t> rewritten, removed, left;
  std::uint64_t revision = 0;  ///< compare-and-swap token

  // How far it is.
  Step step = Step::Texts;
  std::string schema;  ///< that the profile followed, for Step::Schema
  Place place = Place::Profiles;
  std::vector<std::string> after;  ///< key in the place
  std::uint32_t pass = 1;          ///< over all places, until one finds nothing more
  bool found = false;              ///< something to rewrite in this pass
  std::uint64_t batches = 0;       ///< of audit entries
  bool operator==(const Erasure&) const = default;
};
/// Rows that come up between two passes are few; a pass that finds nothing ends it.
inline constexpr std::uint32_t kPasses = 4;

[[nodiscard]] std::string pseudonym(const Erasure& erasure);
[[nodiscard]] bool is_done(const Erasure& erasure);

/// The proof, for people.
[[nodiscard]] json::Value to_json(const Erasure& erasure);
/// For the store: everything.
[[nodiscard]] json::Value stored_json(const Erasure& erasure);
[[nodiscard]] Result<Erasure> erasure_from_json(const json::Value& value);

/// `{"profile": …}` or `{"person": …}` with reason, force and dryRun; reason `erasure.invalid`.
struct Request {
  Kind kind = Kind::Person;
  std::string name, reason;
  bool force = false, dry_run = false;
};
[[nodiscard]] Result<Request> request_from_json(const json::Value& value);

/// The step after a page of texts: further in the place, the next place, another pass, or the end.
void advance(Erasure& erasure, std::vector<std::string> last);

}  // namespace hotswap::erasure
