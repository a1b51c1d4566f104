#include "infrastructure/redis/redis_locks.hpp"

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

// One script for all names: a round trip, and nobody comes between. Answers 1 for each key held.
// The first key is the owner's own: a server that takes no writes fails every call, not only those
// that find a free lock, so that nobody believes in it by turns.
constexpr std::string_view kHold = R"lua(
redis.call('SET', KEYS[1], '', 'PX', ARGV[2])
local held = {}
for i = 2, #KEYS do
  local key = KEYS[i]
  local owner = redis.call('GET', key)
  if owner == ARGV[1] then
    held[i - 1] = redis.call('PEXPIRE', key, ARGV[2])
  elseif owner then
    held[i - 1] = 0
  else
    held[i - 1] = redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
  end
end
return held
)lua";
constexpr std::string_view kRelease = R"lua(
local released = 0
for i = 2, #KEYS do
  local key = KEYS[i]
  if redis.call('GET', key) == ARGV[1] then released = released + redis.call('DEL', key) end
end
return released
)lua";

std::unexpected<Error> strange() {
  return fail(ErrorCode::Unavailable, "redis.refused",
              "Redis answers a script strangely: is something between that changes it?");
}

}  // namespace

RedisLocks::RedisLocks(const redis::Options& options, std::string prefix, std::string owner,
                       Random& random)
    : prefix_(std::move(prefix) + "lock:"),
      owner_(std::move(owner)),
      owner_key_(prefix_ + "owner:" + owner_),
      client_(options, random) {}

Result<redis::Reply> RedisLocks::run(std::string_view script, const std::vector<std::string>& names,
                                     std::string_view argument) {
  std::vector<std::string> keys;
  keys.reserve(names.size() + 1);
  keys.push_back(owner_key_);
  for (const auto& name : names) keys.push_back(prefix_ + name);
  const auto count = std::to_string(keys.size());
  redis::Words words = {"EVAL", script, count};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), {owner_, argument});
  return client_.ask(words);
}

Result<std::set<std::string>> RedisLocks::hold(const std::vector<std::string>& names) {
  const auto lease = std::to_string(Duration(limits::kLease).count());
  // Also without names: whether Redis answers is always told.
  auto reply = run(kHold, names, lease);
  if (!reply) return std::unexpected(std::move(reply.error()));
  if (reply->kind != redis::Reply::Kind::List || reply->list.size() != names.size())
    return strange();
  std::set<std::string> held;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (reply->list[i].number == 1) held.insert(names[i]);
  return held;
}

Result<void> RedisLocks::release(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  auto reply = run(kRelease, names, "");
  if (!reply) return std::unexpected(std::move(reply.error()));
  if (reply->kind != redis::Reply::Kind::Number) return strange();
  return {};
}

}  // namespace hotswap
