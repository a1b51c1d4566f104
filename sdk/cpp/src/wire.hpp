#pragma once
// The instance protocol's JSON (docs/protocol.md), read and written. A reader's error is a
// sentence.

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/json/value.hpp"
#include "hotswap/client.hpp"
#include "journal.hpp"

namespace hotswap::sdk {

/// A version that the server wants to run or to be staged.
struct Offer {
  Identity identity;
  json::Value data;
  std::string traceparent{};  ///< of the deployment; then of our own span in it; empty: none
};

/// What is desired of one profile.
struct Desired {
  std::optional<Offer> active;
  std::optional<Offer> staged;
};

enum class State { Received, Applied, Rejected, Staged, Running };

struct Observation {
  std::string version;
  std::uint64_t generation = 0;
  State state = State::Running;
  std::string hash;
  std::string error;
  std::string data_hash{};                           ///< for itself: the server does not ask
  std::optional<std::chrono::nanoseconds> reload{};  ///< Applied: how long it took
  bool operator==(const Observation&) const = default;
};

struct Registration {
  std::string id;
  std::string token;
  std::chrono::milliseconds interval{30'000};
  std::vector<Desired> desired;
};

struct Heard {
  std::optional<std::chrono::milliseconds> interval;
  std::vector<std::string> changed;
  std::optional<std::string> token{};  ///< the next one
};

template <class T>
using Read = std::expected<T, std::string>;

[[nodiscard]] Read<Offer> read_offer(std::string_view text);
/// Of an `activate` or `unassign`: an offer without data, maybe without version and hash.
[[nodiscard]] Read<Identity> read_identity(std::string_view text);
/// Of an `activate`; empty: none.
[[nodiscard]] std::string read_traceparent(std::string_view text);
[[nodiscard]] Read<Registration> read_registration(std::string_view text);
[[nodiscard]] Read<std::vector<Desired>> read_configs(std::string_view text);
[[nodiscard]] Read<Heard> read_heard(std::string_view text);
/// The server asks that the stream go elsewhere. What cannot be read is as if it were not there.
struct Reconnect {
  std::chrono::milliseconds after{0};  ///< within [0, 5 minutes]
  std::vector<std::string> to;         ///< addresses that have room
};
[[nodiscard]] Reconnect read_reconnect(std::string_view text);

[[nodiscard]] std::string write_registration(const ClientOptions& options,
                                             const std::string& hostname, const std::string& id);
/// Measured between two heartbeats; sent under the same sequence until it is answered, so that the
/// server counts it once.
struct Measured {
  std::uint64_t sequence = 0;
  json::Value metrics;
  std::vector<JournalLine> logs;
};
/// What is not the message's own matter.
struct Manner {
  std::set<std::string> left_out{};  ///< names of members that are not written
  std::string_view traceparent{};    ///< as a member, where no header says it; empty: none
};
/// Nothing measured: only what is observed.
[[nodiscard]] std::string write_heartbeat(const std::map<std::string, Observation>& observed,
                                          const Measured* measured, const Manner& manner = {});
/// What is answered only if it is refused, on a WebSocket.
[[nodiscard]] std::string write_acknowledgement(const std::map<std::string, Observation>& observed,
                                                const Manner& manner);
/// The data of a `problem`, which comes in place of a heartbeat's answer.
struct Refusal {
  int status = 503;                                        ///< if it says none
  std::optional<std::chrono::milliseconds> retry_after{};  ///< at most 5 minutes
};
[[nodiscard]] Refusal read_refusal(std::string_view text);
/// What a server from before them calls unknown in its refusal (problem+json), of the members of a
/// heartbeat that need not be in it.
[[nodiscard]] std::set<std::string> read_unneeded(std::string_view problem);

/// What stands on disk of a profile.
struct Copy {
  Offer offer;
  std::optional<Observation> refused;  ///< fell back from it, which no server may have heard
};
[[nodiscard]] Read<Copy> read_copy(std::string_view text);
[[nodiscard]] std::string write_copy(const Identity& identity, const json::Value& data,
                                     const std::optional<Observation>& refused);

}  // namespace hotswap::sdk
