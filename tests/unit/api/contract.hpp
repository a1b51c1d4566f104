#pragma once
// Holds real answers against the OpenAPI document with our own schema engine: the status must be
// documented for the route, the media type too, and the body must satisfy its schema.

#include <map>
#include <memory>
#include <string>

#include "api/router.hpp"
#include "api/server/http.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap::api::testing {

class Contract {
 public:
  Contract();
  /// What is wrong with the answer, in words; empty if it is as documented.
  [[nodiscard]] std::string complaint(const Request& request, const Response& response);

 private:
  using Compiled = std::shared_ptr<const schema::Schema>;
  [[nodiscard]] const json::Value* documented(const Route& route, int status) const;
  [[nodiscard]] std::string against(const json::Value& schema, const std::string& body);
  [[nodiscard]] Compiled compiled(const json::Value& schema);

  Router router_;
  json::Value definitions_;
  std::map<std::string, Compiled> compiled_;  ///< by the schema's text
};

/// One for all tests, since compiling takes longer than asking.
[[nodiscard]] Contract& contract();

}  // namespace hotswap::api::testing
