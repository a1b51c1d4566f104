#pragma once
// Where people are told, as people arrange it: channels, and what could not be delivered.

#include "domain/ports/channel_sender.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class NotificationService {
 public:
  static constexpr std::size_t kChannels = 100;

  struct Parts {
    Store& store;
    Committer& committer;
    ChannelSender& channels;
    const Clock& clock;
    Random& random;
  };
  explicit NotificationService(const Parts& parts) : parts_(parts) {}

  /// By name.
  [[nodiscard]] Result<std::vector<Channel>> list(const Caller& caller);
  /// Conflict `channel.exists`, Invalid `channel.invalid`, RateLimited `channel.too_many`.
  [[nodiscard]] Result<Channel> create(const Caller& caller, const json::Value& body);
  /// NotFound `channel.not_found`. Without a target, or with the one that reads show, the target
  /// stays; the name is the path's.
  [[nodiscard]] Result<Channel> replace(const Caller& caller, const std::string& name,
                                        const json::Value& body);
  [[nodiscard]] Result<void> remove(const Caller& caller, const std::string& name);
  /// Sends a test message now. Unavailable `channel.undelivered` with the receiver's answer.
  [[nodiscard]] Result<void> test(const Caller& caller, const std::string& name);

  /// Newest first.
  [[nodiscard]] Result<Page<OutboxItem>> dead_letters(const Caller& caller,
                                                      const PageRequest& page);
  /// Back into the outbox. NotFound `dead_letter.not_found`.
  [[nodiscard]] Result<void> replay(const Caller& caller, const std::string& id);
  /// Thrown away. NotFound `dead_letter.not_found`.
  [[nodiscard]] Result<void> discard(const Caller& caller, const std::string& id);

 private:
  [[nodiscard]] Result<Channel> find(const std::string& name);
  /// The change, and the audit's line of who made it.
  [[nodiscard]] Result<void> keep(const Caller& caller, ChangeSet changes, std::string resource,
                                  std::string detail);

  const Parts parts_;
};

/// `{"id","kind","receiver","at","attempts","error","notice":{…}}`: a dead letter as people see it,
/// URLs cut.
[[nodiscard]] json::Value dead_letter_json(const OutboxItem& item);

}  // namespace hotswap
