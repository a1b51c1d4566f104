#pragma once
// Which route a request takes. The table is data: the server, the OpenAPI test and the access test
// all walk the same one.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/query.hpp"
#include "api/server/handler.hpp"
#include "domain/json/value.hpp"
#include "orchestrator/caller.hpp"

namespace hotswap::api {

struct Services;
struct Route;

/// One request on its way through a route: who asks, and what was read of it so far.
struct Call {
  const Request& request;
  const Route& route;
  Caller caller;
  std::vector<std::string> path;  ///< values of the pattern's {…}, decoded, in order
  Query query;
  json::Value body;  ///< null if the route takes none
};

/// What a route takes as its body. Any is read by the route itself (documents).
enum class BodyKind { None, Json, OptionalJson, MergePatch, Any };
/// Whether an Idempotency-Key is honoured by storing the answer.
enum class Repeat { Stored, Natural };

struct Route {
  Method method;
  std::string_view pattern;      ///< e.g. `/api/v1/configs/{name}`
  std::optional<Action> action;  ///< nothing: open to everybody
  std::string_view query;        ///< known parameters, separated by blanks
  BodyKind body = BodyKind::None;
  Result<Reply> (*handle)(Services&, Call&);
  Repeat repeat = Repeat::Stored;  ///< of a POST
};

class Router {
 public:
  /// `routes` must outlive the router.
  explicit Router(std::span<const Route> routes);

  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> path;
  };
  /// The route of a path, still percent-encoded. HEAD takes the route of GET. Errors: NotFound
  /// `route.not_found`, Malformed `url.malformed`, MethodNotAllowed `route.method` (see
  /// methods()).
  [[nodiscard]] Result<Match> match(Method method, std::string_view path) const;
  /// For the Allow header: the path's methods, e.g. `GET, HEAD, POST`.
  [[nodiscard]] std::string methods(std::string_view path) const;

 private:
  struct Pattern {
    const Route* route;
    std::vector<std::string_view> segments;
  };
  [[nodiscard]] static bool fits(const Pattern& pattern,
                                 const std::vector<std::string_view>& segments);
  std::vector<Pattern> patterns_;
};

}  // namespace hotswap::api
