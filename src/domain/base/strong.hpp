#pragma once
// Strong string types, so that an instance's id is never passed for a deployment's.

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace hotswap {

template <class Tag>
struct Strong {
  std::string value;

  Strong() = default;
  explicit Strong(std::string text) : value(std::move(text)) {}
  [[nodiscard]] bool empty() const { return value.empty(); }
  [[nodiscard]] const std::string& str() const { return value; }
  auto operator<=>(const Strong&) const = default;
};

using ProfileName = Strong<struct ProfileNameTag>;    ///< e.g. payment-service.production
using ServiceName = Strong<struct ServiceNameTag>;    ///< e.g. payment-service
using DeploymentId = Strong<struct DeploymentIdTag>;  ///< GUID
using SchemaId = Strong<struct SchemaIdTag>;          ///< a name, e.g. payments
using InstanceId = Strong<struct InstanceIdTag>;      ///< GUID

}  // namespace hotswap

/// Not noexcept: the library's tables then keep each hash instead of computing it anew, of every
/// neighbour in a bucket, when they look one up.
template <class Tag>
struct std::hash<hotswap::Strong<Tag>> {
  std::size_t operator()(const hotswap::Strong<Tag>& id) const {
    return std::hash<std::string>{}(id.value);
  }
};
