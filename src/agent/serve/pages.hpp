#pragma once
// What the program may ask its agent, as pure functions of what is in place.
//
//   GET /config[.json|.yaml|.toml|.env|.properties]   the whole
//   GET /config/pool.max   GET /config?path=pool.max  a part, by the SDK's path
//   GET /status            who we are, what runs
//   GET /health            200 if a configuration is in place (and the program runs), else 503

#include <functional>
#include <memory>

#include "agent/serve/http_text.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"
#include "hotswap/snapshot.hpp"

namespace hotswap::agent {

struct PageSources {
  std::function<std::shared_ptr<const sdk::Snapshot>()> current;  ///< nothing: none yet
  std::function<json::Value()> status;
  std::function<bool()> healthy;
};

/// An answer, or a wish to be asked again when something changed.
struct Page {
  ServeAnswer answer{};
  /// Of a long poll that found nothing new: hold it so long; then `answer` (304) is due.
  Duration wait{0};
};

[[nodiscard]] Page page_for(const ServeRequest& request, const PageSources& sources);
/// Whether a Host header names this machine: a page on the web must not read the configuration by a
/// name of its own that leads to 127.0.0.1.
[[nodiscard]] bool is_local_host(std::string_view host);

}  // namespace hotswap::agent
