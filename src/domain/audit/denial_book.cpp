#include "domain/audit/denial_book.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace hotswap {
namespace {

constexpr std::size_t kPrefixBytes = 8;
constexpr const char* kEverybodyElse = "*";

/// Without the port: each attempt has another.
std::string host_of(const std::string& address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const auto colon = address.find(':');
  return address.find(':', colon + 1) == std::string::npos ? address.substr(0, colon) : address;
}

std::string kind_of(const Refusal& refusal) {
  return refusal.action + " (" + refusal.why + ", " + refusal.resource + ")";
}

}  // namespace

std::string network_of(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  const auto host = host_of(address);
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) return host;
  std::fill(bytes.begin() + kPrefixBytes, bytes.end(), 0);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return std::string(text.data()) + "/64";
}

bool DenialBook::note(const Refusal& refusal, MonoTime now) {
  auto caller = network_of(refusal.address) + '\n' + refusal.subject;
  auto found = windows_.find(caller);
  if (found == windows_.end()) {
    const bool room = windows_.size() < kCallers;
    if (!room) caller = kEverybodyElse;
    const auto [place, fresh] = windows_.try_emplace(caller);
    found = place;
    if (fresh) found->second.since = now;
    if (room) return true;
  }
  auto& window = found->second;
  ++window.count;
  window.last = refusal;
  const auto kind = kind_of(refusal);
  const auto known = window.kinds.find(kind);
  if (known != window.kinds.end())
    ++known->second;
  else if (window.kinds.size() < kKinds)
    window.kinds.emplace(kind, 1);
  else
    ++window.other_kinds;
  return false;
}

GatheredRefusals DenialBook::gathered(const Window& window) {
  GatheredRefusals out{window.last, window.count, {}};
  out.detail = std::to_string(window.count) + " more within a minute: ";
  bool first = true;
  for (const auto& [kind, count] : window.kinds) {
    if (!first) out.detail += ", ";
    first = false;
    out.detail += std::to_string(count) + " of " + kind;
  }
  if (window.other_kinds > 0)
    out.detail += " and " + std::to_string(window.other_kinds) + " of other kinds";
  if (window.kinds.size() > 1 || window.other_kinds > 0) out.last.resource = "several";
  return out;
}

// A flood that goes on is one entry for each minute: its next window begins without a first.
std::vector<GatheredRefusals> DenialBook::due(MonoTime now) {
  std::vector<GatheredRefusals> out;
  for (auto it = windows_.begin(); it != windows_.end();) {
    auto& window = it->second;
    if (now - window.since < kWindow) {
      ++it;
      continue;
    }
    if (window.count == 0) {
      it = windows_.erase(it);
      continue;
    }
    out.push_back(gathered(window));
    window = {.since = now, .last = {}, .kinds = {}};
    ++it;
  }
  return out;
}

std::vector<GatheredRefusals> DenialBook::rest() {
  std::vector<GatheredRefusals> out;
  for (const auto& [caller, window] : windows_)
    if (window.count > 0) out.push_back(gathered(window));
  windows_.clear();
  return out;
}

}  // namespace hotswap
