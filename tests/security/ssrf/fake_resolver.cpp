#include "security/ssrf/fake_resolver.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <algorithm>
#include <map>
#include <mutex>

namespace hotswap::testing {
namespace {

struct Name {
  std::vector<std::vector<std::string>> answers;
  std::size_t asked = 0;
};

std::mutex mutex;
std::map<std::string, Name>& names() {
  static std::map<std::string, Name> known;
  return known;
}

std::vector<std::string> answer(const char* host) {
  const std::lock_guard lock(mutex);
  const auto found = host == nullptr ? names().end() : names().find(host);
  if (found == names().end()) return {};
  auto& name = found->second;
  return name.answers[std::min(name.asked++, name.answers.size() - 1)];
}

using Resolve = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

Resolve real() {
  static const auto function = reinterpret_cast<Resolve>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return function;
}

}  // namespace

void resolves(const std::string& name, std::vector<std::vector<std::string>> answers) {
  const std::lock_guard lock(mutex);
  names()[name] = {std::move(answers), 0};
}

std::size_t asked(const std::string& name) {
  const std::lock_guard lock(mutex);
  return names()[name].asked;
}

}  // namespace hotswap::testing

// Chains what the C library makes of the numeric addresses; its freeaddrinfo frees any chain.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using hotswap::testing::real;
  const auto addresses = hotswap::testing::answer(host);
  if (addresses.empty()) return real()(host, service, hints, found);
  addrinfo* first = nullptr;
  addrinfo** end = &first;
  for (const auto& address : addresses) {
    addrinfo any{};
    if (hints != nullptr) any = *hints;
    any.ai_family = AF_UNSPEC;
    any.ai_flags &= ~AI_ADDRCONFIG;
    if (const int failed = real()(address.c_str(), service, &any, end); failed != 0) return failed;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  *found = first;
  return 0;
}
