#include "api/resources/gate.hpp"

#include <algorithm>

namespace hotswap::api {
namespace {

enum Scope : std::uint64_t { kAddress, kPrincipal, kInstance, kBootstrap, kFailures };

/// An IPv4 address, or the /64 that one customer has of IPv6.
std::string address_key(const std::string& address) {
  const auto ip = net::address_of_peer(address);
  if (!ip) return address;
  const auto inner = net::innermost(*ip);
  return {reinterpret_cast<const char*>(inner.bytes.data()), inner.v4 ? 4U : 8U};
}

std::string seconds_text(std::chrono::nanoseconds wait) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return std::to_string(std::max<std::int64_t>(whole, 1));
}

void set_header(Response& response, const std::string& name, std::string value) {
  const auto found =
      std::ranges::find_if(response.headers, [&](const Header& h) { return h.name == name; });
  if (found != response.headers.end())
    found->value = std::move(value);
  else
    response.headers.push_back({name, std::move(value)});
}

/// Every value of a header that may come several times, with commas.
std::string joined(const Request& request, std::string_view name) {
  std::string all;
  for (const Header& header : request.headers) {
    if (!same_header_name(header.name, name)) continue;
    all += (all.empty() ? "" : ",") + header.value;
  }
  return all;
}

}  // namespace

Gate::Gate(GateOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), table_(options_.seed) {}

net::Origin Gate::origin_of(const Request& request) const {
  net::Way way{.peer = request.peer, .tls = request.tls};
  std::string forwarded;
  std::string proto;
  if (!options_.proxies.empty()) {
    forwarded = joined(request, "X-Forwarded-For");
    proto = joined(request, "X-Forwarded-Proto");
    way.forwarded_for = forwarded;
    way.proto = proto;
  }
  auto origin = net::origin_of(way, options_.proxies);
  origin.fit_for_secrets = origin.fit_for_secrets || options_.insecure_secrets;
  return origin;
}

Gate::Budget Gate::address_budget(const std::string& address) const {
  return {"address", kAddress, &options_.address, address_key(address)};
}

Gate::Budget Gate::failure_budget(const std::string& address) const {
  return {"failures", kFailures, &options_.failures, address_key(address)};
}

Gate::Budget Gate::own_budget(const Principal& who) const {
  if (who.instance) return {"instance", kInstance, &options_.instance, who.instance->str()};
  const bool bootstrap = who.roles.size() == 1 && who.has(Role::Instance);
  if (bootstrap) return {"bootstrap", kBootstrap, &options_.bootstrap, who.subject};
  return {"principal", kPrincipal, &options_.principal, who.subject};
}

Result<void> Gate::take(const Budget& budget) {
  if (!budget.rate->limits()) return {};
  const auto grant = table_.take(budget.scope, budget.key, *budget.rate, clock_.mono());
  if (grant.granted) return {};
  if (options_.on_refused) options_.on_refused(budget.name);
  return fail(ErrorCode::RateLimited, "rate." + std::string(budget.name),
              "Too many requests of this " +
                  std::string(budget.name == "bootstrap" ? "token" : budget.name) + ": wait " +
                  seconds_text(grant.wait) + " s (Retry-After) and ask less often.");
}

Result<void> Gate::admit(const Principal& who, const std::string& address) {
  const auto own = own_budget(who);
  // Thousands of instances may stand behind one address: each has its own budget alone.
  if (own.scope == kPrincipal)
    if (auto may = take(address_budget(address)); !may) return may;
  return take(own);
}

Result<void> Gate::admit_stranger(const std::string& address) {
  return take(address_budget(address));
}

Error Gate::refuse(const std::string& address, Error refused) {
  const auto budget = failure_budget(address);
  if (!budget.rate->limits()) return refused;
  const auto grant = table_.take(budget.scope, budget.key, *budget.rate, clock_.mono());
  if (grant.granted) return refused;
  if (options_.on_refused) options_.on_refused(budget.name);
  return {ErrorCode::RateLimited,
          "rate.failures",
          "Too many refused tokens from this address: wait " + seconds_text(grant.wait) +
              " s, and ask the operators of this server for a good one.",
          {},
          {}};
}

void Gate::describe(const Error& error, const Caller& caller, Response& response) {
  for (const auto& budget : {address_budget(caller.address), failure_budget(caller.address),
                             own_budget(caller.principal)}) {
    if (error.reason != "rate." + std::string(budget.name)) continue;
    const auto grant = table_.look(budget.scope, budget.key, *budget.rate, clock_.mono());
    const auto window = budget.rate->interval * budget.rate->burst;
    const auto name = '"' + std::string(budget.name) + '"';
    const auto wait = seconds_text(grant.wait);
    set_header(response, "Retry-After", wait);
    set_header(response, "RateLimit-Policy",
               name + ";q=" + std::to_string(budget.rate->burst) + ";w=" + seconds_text(window));
    set_header(response, "RateLimit", name + ";r=" + std::to_string(grant.left) + ";t=" + wait);
    return;
  }
}

}  // namespace hotswap::api
