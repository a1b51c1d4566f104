#include "infrastructure/redis/reply.hpp"

#include <hiredis/hiredis.h>

#include "domain/base/limits.hpp"

namespace hotswap::redis {
namespace {

/// A cached document is our largest reply.
constexpr std::size_t kReplyBytes = 2 * limits::kDocumentBytes;

std::unexpected<Error> garbled(std::string words) {
  Error error{ErrorCode::Unavailable,
              "redis.protocol",
              "what answers at Redis' address does not speak its protocol: check host, port and "
              "whether it wants TLS",
              {},
              std::move(words)};
  return std::unexpected(std::move(error));
}

Reply to_reply(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_STRING:
      reply.kind = Reply::Kind::Text;
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::Status;
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::Refusal;
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::Number;
      reply.number = from.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::List;
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.list.push_back(to_reply(*from.element[i]));
      break;
    default:
      break;
  }
  if (from.str != nullptr) reply.text.assign(from.str, from.len);
  return reply;
}

struct Meaning {
  std::string_view prefix, reason, detail;
};

constexpr Meaning kMeanings[] = {
    {"NOAUTH", "redis.auth", "Redis wants a password: give it in the URL or in a password file"},
    {"WRONGPASS", "redis.auth", "Redis does not take this user and password: check them"},
    {"ERR AUTH", "redis.auth", "Redis has no password set, but one was given: leave it out"},
    {"ERR invalid password", "redis.auth", "Redis does not take this password: check it"},
    {"NOPERM", "redis.auth",
     "Redis' user may not do this: it needs +@all or the commands in docs/redis.md"},
    {"READONLY", "redis.read_only",
     "this Redis is a replica: give the master's address, or the sentinels'"},
    {"OOM", "redis.full", "Redis is at its maxmemory: raise it or let it evict"},
    {"MISCONF", "redis.read_only",
     "Redis cannot write its snapshot and takes no writes: see its log"},
    {"NOREPLICAS", "redis.read_only", "Redis lacks replicas and takes no writes: see its log"},
    {"MASTERDOWN", "redis.read_only", "this Redis is a replica that has lost its master"},
    {"LOADING", "redis.loading", "Redis is loading its data: it is asked again"},
    {"ERR DB index", "redis.database", "Redis has no database of this number: correct the URL"},
};

}  // namespace

std::string encode(const Words& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  const int size =
      redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (size < 0) return {};
  std::string out(bytes, static_cast<std::size_t>(size));
  redisFreeCommand(bytes);
  return out;
}

Error meaning_of(std::string_view refusal) {
  for (const auto& meaning : kMeanings)
    if (refusal.starts_with(meaning.prefix))
      return {ErrorCode::Unavailable,
              std::string(meaning.reason),
              std::string(meaning.detail),
              {},
              std::string(refusal)};
  return {ErrorCode::Unavailable,
          "redis.refused",
          "Redis refuses a command: see the server's log",
          {},
          std::string(refusal)};
}

bool ends_connection(std::string_view refusal) {
  for (const auto* prefix : {"READONLY", "NOAUTH", "WRONGPASS", "MASTERDOWN", "LOADING"})
    if (refusal.starts_with(prefix)) return true;
  return false;
}

void Decoder::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

Decoder::Decoder() : reader_(redisReaderCreate()) {}
Decoder::~Decoder() = default;

Result<void> Decoder::feed(std::string_view bytes) {
  waiting_ += bytes.size();
  if (waiting_ > kReplyBytes) return garbled("a reply is too large");
  if (!reader_ || redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
    return garbled(reader_ ? reader_->errstr : "no memory");
  return {};
}

Result<std::optional<Reply>> Decoder::next() {
  void* found = nullptr;
  if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) return garbled(reader_->errstr);
  if (found == nullptr) return std::nullopt;
  waiting_ = reader_->len - reader_->pos;
  auto reply = to_reply(*static_cast<redisReply*>(found));
  freeReplyObject(found);
  return reply;
}

}  // namespace hotswap::redis
