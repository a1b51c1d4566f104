#pragma once
// What the client holds of each profile: the active snapshot, a staged one, the last previous ones,
// and what it says of them to the server. Changes come from one thread at a time; reports and
// configurations may be asked for from any.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/mutex.hpp"
#include "hotswap/client.hpp"
#include "wire.hpp"

namespace hotswap::sdk {

class Book {
 public:
  /// `primary`: the profile of config(); empty: the first that comes.
  Book(std::string primary, Validator validator, Applier applier = {});

  /// A server that invents profiles must fill neither memory nor disk.
  static constexpr std::size_t kProfiles = 256;
  [[nodiscard]] bool has_room_for(const std::string& profile) const;

  enum class Effect {
    None,      ///< known already, or older than what is known
    Reported,  ///< there is something to tell the server
    Swapped    ///< and the active snapshot is another
  };
  Effect apply(Offer offer);
  Effect stage(Offer offer);
  /// Nothing: no copy with these hashes is held, so it must be fetched.
  std::optional<Effect> activate(const Identity& identity);
  void unassign(const Identity& identity);
  /// Starts from a copy on disk. False: its hash or the validator speaks against it.
  bool restore(Offer offer);
  /// A copy on disk of what ran before: to go back to. False as above.
  bool restore_pinned(Offer offer);
  /// A copy on disk of what was staged; after restore(). False as above, or it is out of date.
  bool restore_staged(Offer offer);
  /// What was fallen back from before the program was started anew.
  void restore_refused(const std::string& profile, const Observation& refused);
  /// Swaps to the pinned version; the one that ran counts as rejected, also if there is none to
  /// swap to. Its version, or why not.
  std::expected<std::string, std::string> fall_back(const std::string& profile,
                                                    std::string_view reason);
  /// The server does not know this instance any more: its generations begin anew.
  void forget_generations();

  [[nodiscard]] std::map<std::string, Observation> report() const;
  /// The server has heard `told`: what was applied there is running from now on.
  void heard(const std::map<std::string, Observation>& told);

  Config& config();
  Config& config(const std::string& profile);
  [[nodiscard]] std::shared_ptr<const Snapshot> active(const std::string& profile) const;
  /// What is to be kept on disk.
  struct Kept {
    std::shared_ptr<const Snapshot> active;
    std::shared_ptr<const Snapshot> staged;
    std::shared_ptr<const Snapshot> pinned;
    std::optional<Observation> refused;
  };
  [[nodiscard]] Kept kept(const std::string& profile) const;
  /// The profile of config(); empty until it is known.
  [[nodiscard]] std::string primary() const;
  bool wait_ready(std::chrono::steady_clock::time_point until);

 private:
  using Held = std::shared_ptr<const Snapshot>;
  struct Profile {
    Held active;
    Held staged;
    std::deque<Held> previous;  ///< newest first
    /// Ran before the active one and was left for a newer one: what is gone back from is not kept
    /// as a way back.
    Held pinned;
    std::optional<Observation> left;  ///< that was fallen back from, until something else comes
    bool refuse_left = false;         ///< under whatever generation it comes next
    std::uint64_t active_seen = 0;
    std::uint64_t staged_seen = 0;
    std::optional<Observation> observation;
    std::unique_ptr<Config> own;
    std::vector<Config*> configs;  ///< to publish to: own, maybe also the primary one
  };

  Profile& profile_at(const std::string& name) HS_REQUIRES(mutex_);
  void pin(Profile& profile, const Held& next) HS_REQUIRES(mutex_);
  [[nodiscard]] static Held find_held(const Profile& profile, const Identity& identity);
  [[nodiscard]] static bool is_refused(const Profile& profile, const Identity& identity);
  /// It is what was fallen back from before the generations began anew: no wish to try again.
  [[nodiscard]] bool refuses_left(const Identity& identity) HS_EXCLUDES(mutex_);
  /// Rejects what runs, for want of anything to put in its place.
  void reject_running(const std::string& name, std::string_view reason) HS_EXCLUDES(mutex_);
  [[nodiscard]] bool is_news(const Offer& offer, bool staged) HS_EXCLUDES(mutex_);
  /// Verifies hash and validator, or takes the held copy; error: the reason to reject.
  [[nodiscard]] std::expected<Held, std::string> check(Offer& offer, bool staged)
      HS_EXCLUDES(mutex_);
  [[nodiscard]] std::optional<std::string> judge(const Candidate& candidate) const;
  /// Why it cannot take effect, if the applier says so.
  [[nodiscard]] std::optional<std::string> put_in_place(const Snapshot& next,
                                                        Application::Cause cause)
      HS_EXCLUDES(mutex_);
  /// A validator may take its time: a heartbeat meanwhile says that the bytes are here.
  void receive(const Identity& identity) HS_EXCLUDES(mutex_);
  Effect reject(const Identity& identity, std::string reason) HS_EXCLUDES(mutex_);
  /// `begun`: when the swap to it did, for whom it is told.
  void install(Held snapshot, State state,
               std::optional<std::chrono::steady_clock::time_point> begun = {}) HS_EXCLUDES(mutex_);
  void observe(Profile& profile, const Identity& identity, State state) HS_REQUIRES(mutex_);

  const Validator validator_;
  const Applier applier_;
  mutable Mutex mutex_;
  CondVar ready_;
  std::string primary_name_ HS_GUARDED_BY(mutex_);
  Config primary_;
  std::map<std::string, Profile> profiles_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::sdk
