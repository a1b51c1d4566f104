#include "infrastructure/redis/connection.hpp"

#include <fstream>

namespace hotswap::redis {
namespace {

constexpr Duration kSentinelLook{200};  ///< for a look whether the master is still the same

std::unexpected<Error> not_master(const Host& host) {
  return fail(ErrorCode::Unavailable, "redis.read_only",
              "Redis at " + to_string(host) +
                  " is a replica: give the master's address, or the sentinels'");
}

Words auth(const std::string& user, const std::string& password) {
  if (user.empty()) return {"AUTH", password};
  return {"AUTH", user, password};
}

}  // namespace

Result<std::string> password_of(const Options& options) {
  if (options.password_file.empty()) return options.address.password;
  std::ifstream file(options.password_file);
  std::string line;
  std::getline(file, line);
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  if (line.empty())
    return fail(ErrorCode::Invalid, "redis.password",
                "the file " + options.password_file +
                    " holds no password for Redis: it must be readable and its first line count");
  return line;
}

void Connection::close() {
  stream_.reset();
  decoder_.reset();
}

Error Connection::failed(Error error) {
  close();
  retry_at_ = after(backoff_.next());
  last_error_ = error;
  return error;
}

Result<void> Connection::connect() {
  if (is_open()) return {};
  if (last_error_ && pause() > Duration::zero()) return std::unexpected(*last_error_);
  if (auto done = open(after(options_.connect_timeout)); !done)
    return std::unexpected(failed(std::move(done.error())));
  return {};
}

Result<void> Connection::open(Deadline deadline) {
  auto host = master(deadline);
  if (!host) return std::unexpected(host.error());
  host_ = *host;
  auto stream = Stream::open(host_, options_.tls.get(), resolver_, deadline);
  if (!stream) return std::unexpected(stream.error());
  stream_ = std::move(*stream);
  decoder_ = std::make_unique<Decoder>();
  if (auto done = log_in(deadline); !done) return done;
  return must_be_master(deadline);
}

Result<void> Connection::log_in(Deadline deadline) {
  const auto password = password_of(options_);
  if (!password) return std::unexpected(password.error());
  std::vector<std::string> database = {"SELECT", std::to_string(options_.address.database)};
  std::vector<Words> commands;
  if (!password->empty()) commands.push_back(auth(options_.address.user, *password));
  if (options_.address.database != 0) commands.push_back({database[0], database[1]});
  for (const auto& command : commands) {
    auto reply = talk(command, deadline);
    if (!reply) return std::unexpected(reply.error());
    if (reply->refused()) return std::unexpected(meaning_of(reply->text));
  }
  return {};
}

Result<void> Connection::must_be_master(Deadline deadline) {
  const auto reply = talk({"ROLE"}, deadline);
  if (!reply) return std::unexpected(reply.error());
  // A user who may not ask: a replica refuses the first write instead.
  if (reply->refused() && reply->text.starts_with("NOPERM")) return {};
  if (reply->refused()) return std::unexpected(meaning_of(reply->text));
  if (reply->list.empty() || reply->list.front().text != "master") return not_master(host_);
  return {};
}

Result<Host> Connection::master(Deadline deadline) {
  auto& hosts = options_.address.hosts;
  if (options_.address.master.empty()) return hosts.front();
  std::optional<Error> last;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    // Those that are away leave time for the rest, and for the master.
    const auto share = after(left(deadline) / static_cast<int>(hosts.size() - i + 1));
    auto host = ask_sentinel(hosts[i], share);
    if (host) {
      std::rotate(hosts.begin(), hosts.begin() + static_cast<std::ptrdiff_t>(i), hosts.end());
      return host;
    }
    last = std::move(host.error());
  }
  return fail(ErrorCode::Unavailable, "redis.sentinel",
              "no sentinel tells where Redis' master " + options_.address.master +
                  " is: " + (last ? last->detail : "none is given"));
}

Result<Host> Connection::ask_sentinel(const Host& sentinel, Deadline deadline) {
  auto stream = Stream::open(sentinel, options_.tls.get(), resolver_, deadline);
  if (!stream) return std::unexpected(stream.error());
  stream_ = std::move(*stream);
  decoder_ = std::make_unique<Decoder>();
  const Words question = {"SENTINEL", "get-master-addr-by-name", options_.address.master};
  auto reply = talk(question, deadline);
  const auto password = password_of(options_);
  // Sentinels have passwords of their own or none; the same one is tried where one is wanted.
  if (reply && reply->text.starts_with("NOAUTH") && password && !password->empty()) {
    reply = talk(auth(options_.address.user, *password), deadline);
    if (reply && !reply->refused()) reply = talk(question, deadline);
  }
  close();
  if (!reply) return std::unexpected(reply.error());
  if (reply->refused()) return std::unexpected(meaning_of(reply->text));
  if (reply->list.size() < 2)
    return fail(ErrorCode::Unavailable, "redis.sentinel",
                "the sentinel " + to_string(sentinel) + " knows no master of this name");
  const auto port = std::strtoul(reply->list[1].text.c_str(), nullptr, 10);
  if (reply->list[0].text.empty() || port == 0 || port > 65535)
    return fail(ErrorCode::Unavailable, "redis.sentinel",
                "the sentinel " + to_string(sentinel) + " gives no usable address");
  return Host{reply->list[0].text, static_cast<std::uint16_t>(port)};
}

Result<void> Connection::check() {
  if (auto done = connect(); !done) return done;
  auto done = must_be_master(after(options_.command_timeout));
  if (!done) return std::unexpected(failed(std::move(done.error())));
  backoff_.succeeded();
  if (options_.address.master.empty()) return {};
  const auto other = master_moved();
  if (!other) return {};
  auto moved = failed(Error{ErrorCode::Unavailable,
                            "redis.sentinel",
                            "Redis' master is now " + to_string(*other),
                            {},
                            {}});
  retry_at_ = {};  // who it is now is known
  return std::unexpected(std::move(moved));
}

std::optional<Host> Connection::master_moved() {
  // A connection of its own asks, so that sentinels that are away do not take the master away. One
  // of them is asked each time; when it names another master, the rest have their say: a sentinel
  // that was cut off may be wrong for long.
  auto& hosts = options_.address.hosts;
  std::rotate(hosts.begin(), hosts.begin() + 1, hosts.end());
  Connection asking(options_, backoff_.random());
  std::optional<Host> other;
  std::size_t same = 0;
  std::size_t different = 0;
  for (const auto& sentinel : hosts) {
    const auto named = asking.ask_sentinel(sentinel, after(kSentinelLook));
    if (named && *named == host_) ++same;
    if (named && *named != host_) {
      ++different;
      other = *named;
    }
    if (different == 0) return std::nullopt;
  }
  return different > same ? other : std::nullopt;
}

Result<Reply> Connection::talk(const Words& words, Deadline deadline) {
  if (auto done = stream_->write(encode(words), deadline); !done)
    return std::unexpected(done.error());
  return wait_reply(deadline);
}

Result<Reply> Connection::wait_reply(Deadline deadline) {
  while (true) {
    auto reply = decoder_->next();
    if (!reply) return std::unexpected(reply.error());
    if (*reply) return std::move(**reply);
    const auto bytes = stream_->read(deadline);
    if (!bytes) return std::unexpected(bytes.error());
    if (auto fed = decoder_->feed(*bytes); !fed) return std::unexpected(fed.error());
  }
}

Result<Reply> Connection::ask(const Words& words) {
  auto replies = ask_all({words});
  if (!replies) return std::unexpected(replies.error());
  return std::move(replies->front());
}

Result<std::vector<Reply>> Connection::ask_all(const std::vector<Words>& commands) {
  if (auto done = connect(); !done) return std::unexpected(done.error());
  const auto deadline = after(options_.command_timeout);
  std::string bytes;
  for (const auto& command : commands) bytes += encode(command);
  if (auto done = stream_->write(bytes, deadline); !done)
    return std::unexpected(failed(std::move(done.error())));
  std::vector<Reply> replies;
  std::optional<Error> refusal;
  bool useless = false;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    auto reply = wait_reply(deadline);
    if (!reply) return std::unexpected(failed(std::move(reply.error())));
    useless = useless || (reply->refused() && ends_connection(reply->text));
    if (reply->refused() && !refusal) refusal = meaning_of(reply->text);
    replies.push_back(std::move(*reply));
  }
  if (refusal) return std::unexpected(useless ? failed(std::move(*refusal)) : *refusal);
  backoff_.succeeded();
  return replies;
}

Result<void> Connection::send(const Words& words) {
  if (auto done = connect(); !done) return done;
  auto done = stream_->write(encode(words), after(options_.command_timeout));
  if (!done) return std::unexpected(failed(std::move(done.error())));
  return {};
}

Result<std::optional<Reply>> Connection::next() {
  if (!is_open())
    return fail(ErrorCode::Unavailable, "redis.unreachable", "Redis is not connected");
  while (true) {
    auto reply = decoder_->next();
    if (!reply) return std::unexpected(failed(std::move(reply.error())));
    if (*reply) return reply;
    const auto bytes = stream_->read({});
    if (!bytes && bytes.error().code == ErrorCode::Timeout) return std::nullopt;
    if (!bytes) return std::unexpected(failed(bytes.error()));
    if (auto fed = decoder_->feed(*bytes); !fed)
      return std::unexpected(failed(std::move(fed.error())));
  }
}

}  // namespace hotswap::redis
