#include "tidy/rules/bans.hpp"

#include <algorithm>

namespace hotswap::tidy {
namespace {

using Prefixes = std::vector<std::string_view>;

/// `what` is banned in files below `in`, but for those below `but`.
struct Ban {
  std::string_view what;
  Prefixes in;
  Prefixes but;
  std::string_view instead;
};

bool below(std::string_view path, const Prefixes& prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return path.starts_with(prefix); });
}
bool applies(const Ban& ban, std::string_view path) {
  return below(path, ban.in) && !below(path, ban.but);
}

const Prefixes kProduct = {"src/", "sdk/"};
const Prefixes kEverything = {"src/", "sdk/", "tests/", "examples/"};

constexpr std::string_view kNew = "new ";

const std::vector<Ban>& headers() {
  static const std::vector<Ban> kBans = {
      {"sqlite3.h", kProduct, {"src/infrastructure/sqlite/"}, "the Store port"},
      {"libpq-fe.h", kProduct, {"src/infrastructure/postgres/"}, "the Store port"},
      {"hiredis/", kProduct, {"src/infrastructure/redis/"}, "a port of domain/ports/"},
      {"curl/",
       kProduct,
       {"src/infrastructure/http_client/", "src/infrastructure/probe/", "sdk/cpp/src/"},
       "infrastructure/http_client"},
      {"openssl/",
       kProduct,
       {"src/domain/base/sha256", "src/infrastructure/crypto/", "src/infrastructure/redis/",
        "src/api/server/", "src/api/auth", "sdk/cpp/src/state_cipher", "sdk/cpp/src/ws_handshake"},
       "domain/base/sha256.hpp, infrastructure/crypto or api/auth"},
      {"boost/asio", kProduct, {"src/api/"}, "a blocking port; coroutines live in api/"},
      {"boost/beast", kProduct, {"src/api/"}, "infrastructure/http_client; servers live in api/"},
      {"protozero/", kProduct, {"src/infrastructure/otlp/"}, "the Tracer port"},
      {"zstd.h", kProduct, {"src/domain/archive/"}, "domain/archive/zstd.hpp"},
      {"pcre2.h", kProduct, {"src/domain/schema/text/"}, "domain/schema/text/pattern.hpp"},
      {"uninorm.h", kProduct, {"src/domain/schema/text/"}, "domain/schema/text"},
      {"unicase.h", kProduct, {"src/domain/schema/text/"}, "domain/schema/text"},
      {"unictype.h", kProduct, {"src/domain/schema/text/"}, "domain/schema/text"},
      {"gmock/", kEverything, {}, "a fake of tests/testing"},
  };
  return kBans;
}

const std::vector<Ban>& calls() {
  static const Prefixes kAmbient = {"src/infrastructure/", "src/app/", "src/cli/", "src/agent/"};
  static const Prefixes kConsole = {"src/app/", "src/cli/"};
  static const Prefixes kPureTests = {"tests/unit/", "tests/contract/", "tests/scenarios/"};
  // Lock-free reclamation decides by itself when a snapshot dies.
  static const Prefixes kReclaiming = {"sdk/cpp/src/cell.cpp"};
  static const std::vector<Ban> kBans = {
      {"system_clock::now", {"src/"}, kAmbient, "the Clock port (domain/ports/clock.hpp)"},
      {"steady_clock::now", {"src/"}, kAmbient, "the Clock port (domain/ports/clock.hpp)"},
      {"sleep_for", {"src/"}, kAmbient, "a deadline of the Clock port, or a condition variable"},
      {"sleep_until", {"src/"}, kAmbient, "a deadline of the Clock port, or a condition variable"},
      {"sleep_for", kPureTests, {}, "FakeClock: a test that sleeps is slow or flaky"},
      {"sleep_until", kPureTests, {}, "FakeClock: a test that sleeps is slow or flaky"},
      {"rand(", {"src/"}, kAmbient, "the Random port (domain/ports/random.hpp)"},
      {"srand(", {"src/"}, kAmbient, "the Random port (domain/ports/random.hpp)"},
      {"random_device", {"src/"}, kAmbient, "the Random port (domain/ports/random.hpp)"},
      {"getenv(", {"src/"}, kAmbient, "a setting (src/app/settings.hpp)"},
      {"std::cout", kProduct, kConsole, "a return value, or the log"},
      {"std::cerr", kProduct, kConsole, "a Result, or the log"},
      {"printf(", kProduct, kConsole, "fmt::format, or the log"},
      {"using namespace std;", kEverything, {}, "std:: where it is used"},
      {kNew, kEverything, kReclaiming, "std::make_unique, or give it to a unique_ptr at once"},
      {"delete ", kEverything, kReclaiming, "an owner: std::unique_ptr or a container"},
      {"delete[]", kEverything, {}, "std::vector"},
  };
  return kBans;
}

/// `std::unique_ptr<T>(new T…)`, which a private constructor needs, perhaps on two lines; or `new
/// (…)` in place, which allocates nothing.
bool has_owner(const Source& source, std::size_t line) {
  const auto& code = source.code[line];
  const auto at = code.find(kNew);
  const auto before = (line > 0 ? source.code[line - 1] : "") + code.substr(0, at);
  const bool handed =
      before.find("_ptr<") != std::string::npos && before.find('(') != std::string::npos;
  return handed || code.substr(at).starts_with("new (");
}

}  // namespace

Findings check_banned_headers(const Source& source) {
  Findings findings;
  for (const auto& include : includes_of(source)) {
    for (const auto& ban : headers()) {
      if (!include.target.starts_with(ban.what) || !applies(ban, source.path)) continue;
      findings.push_back(
          {source.path, include.line,
           "<" + include.target + "> does not belong here: use " + std::string(ban.instead)});
    }
  }
  return findings;
}

Findings check_banned_calls(const Source& source) {
  Findings findings;
  for (const auto& ban : calls()) {
    if (!applies(ban, source.path)) continue;
    for (std::size_t i = 0; i < source.code.size(); ++i) {
      if (!mentions(source.code[i], ban.what)) continue;
      if (ban.what == kNew && has_owner(source, i)) continue;
      findings.push_back({source.path, i + 1,
                          "`" + std::string(ban.what) + "` does not belong here: use " +
                              std::string(ban.instead)});
    }
  }
  return findings;
}

}  // namespace hotswap::tidy
