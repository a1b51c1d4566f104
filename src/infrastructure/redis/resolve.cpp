#include "infrastructure/redis/resolve.hpp"

#include <netdb.h>

#include <cstring>
#include <memory>
#include <thread>

namespace hotswap::redis {
namespace {

constexpr std::size_t kAddresses = 8;  ///< of one host, tried one after the other

std::unexpected<Error> unknown_host(const Host& host, std::string why) {
  return fail(ErrorCode::Unavailable, "redis.host",
              "Redis' host " + host.name + " is not known (" + std::move(why) +
                  "): check its name and the machine's resolver");
}

Result<std::vector<SocketAddress>> ask(const Host& host, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(host.name.c_str(), std::to_string(host.port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  if (failed != 0) return unknown_host(host, ::gai_strerror(failed));
  std::vector<SocketAddress> out;
  for (const auto* at = found; at != nullptr && out.size() < kAddresses; at = at->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    out.push_back(address);
  }
  return out;
}

}  // namespace

Result<std::vector<SocketAddress>> Resolver::resolve(const Host& host, Deadline deadline) {
  if (auto numeric = ask(host, AI_NUMERICHOST)) return numeric;
  const bool pending =
      answer_.valid() && answer_.wait_for(Duration::zero()) != std::future_status::ready;
  if (pending && asked_ != host) return unknown_host(host, "the resolver is still busy");
  if (!answer_.valid()) {
    std::promise<Answer> promise;
    answer_ = promise.get_future().share();
    asked_ = host;
    std::thread([host, promise = std::move(promise)]() mutable {
      promise.set_value(ask(host, AI_ADDRCONFIG));
    }).detach();
  }
  if (answer_.wait_for(left(deadline)) != std::future_status::ready)
    return unknown_host(host, "the resolver does not answer in time");
  const auto answer = std::exchange(answer_, {});
  if (asked_ != host) return resolve(host, deadline);
  return answer.get();
}

}  // namespace hotswap::redis
