#pragma once
// Named servers with what it takes to be let in, kept in one file.

#include <map>
#include <optional>
#include <string>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

struct Context {
  std::string server{}, token{}, token_file{}, ca_file{};
};
struct Contexts {
  std::string current{};  ///< used when nobody names one; may be empty
  std::map<std::string, Context> all{};

  [[nodiscard]] bool holds_tokens() const;
};

/// Reads `{"current":…,"contexts":{NAME:{server,token,tokenFile,caFile}}}`. Invalid
/// `contexts.invalid` with every bad place; the first one is named in the detail.
[[nodiscard]] Result<Contexts> contexts_from(const json::Value& value);
[[nodiscard]] json::Value contexts_json(const Contexts& contexts);
/// `eyJh…(212 characters)`: enough to tell tokens apart, not enough to use one.
[[nodiscard]] std::string masked_token(const std::string& token);

/// Values as people gave them: flags, or the environment.
struct Given {
  std::string server{}, token{}, token_file{}, ca_file{}, context{};
};
/// A value, and where it comes from: `--server`, `HOTSWAP_SERVER`, `context prod`, `default`.
struct Sourced {
  std::string value;
  std::string source;
};
struct Connection {
  Sourced context, server, token, token_file, ca_file;
};

inline constexpr auto kDefaultServer = "http://127.0.0.1:8400";

/// A flag wins over the environment, that over the context, that over the default. A context's
/// token and authority are for its own server: they stay out when another server is named.
/// NotFound `context.not_found`.
[[nodiscard]] Result<Connection> connection_of(const Given& flags, const Given& environment,
                                               const Contexts& contexts);

/// What is wrong with a token that was refused, as far as it says so itself: `the token expired 2h
/// ago`. Nothing when it looks good; it is not verified. `now`: seconds since 1970.
[[nodiscard]] std::optional<std::string> token_trouble(const std::string& token, std::int64_t now);

}  // namespace hotswap::cli
