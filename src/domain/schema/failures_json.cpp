#include "domain/schema/failures_json.hpp"

namespace hotswap::schema {

json::Array failures_json(const std::vector<Failure>& failures) {
  json::Array out;
  for (const auto& failure : failures) {
    json::Object item{{"path", failure.path},
                      {"keyword", failure.keyword},
                      {"message", failure.message},
                      {"schemaPath", failure.keyword_location},
                      {"causes", failures_json(failure.causes)}};
    if (!failure.absolute_location.empty()) item.append("schemaUri", failure.absolute_location);
    out.emplace_back(std::move(item));
  }
  return out;
}

}  // namespace hotswap::schema
