#pragma once
// Redis' protocol as values. The protocol itself stays hiredis'.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

struct redisReader;

namespace hotswap::redis {

struct Reply {
  enum class Kind { Nothing, Status, Text, Number, List, Refusal };
  Kind kind = Kind::Nothing;
  std::string text;  ///< of a status, a text or a refusal
  std::int64_t number = 0;
  std::vector<Reply> list;

  [[nodiscard]] bool refused() const { return kind == Kind::Refusal; }
};

using Words = std::vector<std::string_view>;

/// One command as the bytes to send.
[[nodiscard]] std::string encode(const Words& words);

/// What a refusal means for us: Unavailable with a reason and a remedy; Redis' words are internal.
[[nodiscard]] Error meaning_of(std::string_view refusal);
/// Whether the connection is of no use any more after it: not the master, not let in, starting.
[[nodiscard]] bool ends_connection(std::string_view refusal);

/// Puts replies together from what arrives in pieces. One thread.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Unavailable `redis.protocol`: this is no Redis, or a reply is larger than any of ours.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// The next whole reply, nothing if it is not there yet.
  [[nodiscard]] Result<std::optional<Reply>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t waiting_ = 0;  ///< bytes since the last whole reply
};

}  // namespace hotswap::redis
