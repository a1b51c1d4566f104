#pragma once
// What support needs of a running server, in one file.

#include <functional>
#include <string>
#include <vector>

#include "cli/api_client.hpp"
#include "domain/archive/tar.hpp"

namespace hotswap::cli {

/// A file of the bundle, or why there is none.
struct BundleEntry {
  std::string name;
  std::string from;  ///< `GET /metrics`
  std::size_t bytes = 0;
  std::size_t masked = 0;  ///< places that this program masked
  std::string sha256;
  std::string error;  ///< not empty: it could not be had, and this is why
};

/// Masks all that goes into it. One that cannot be had is on record, and hinders no other.
class Bundle {
 public:
  using Told = std::function<void(const BundleEntry&)>;

  /// `known`: secrets of this program's own, which must not get into it.
  Bundle(WallTime at, std::vector<std::string> known, Told told)
      : at_(at), tar_(at), known_(std::move(known)), told_(std::move(told)) {}

  void add(const std::string& name, const std::string& from, std::string_view content);
  void miss(const std::string& name, const std::string& from, const Error& error);
  /// The answer of a GET, pretty where it is JSON; nothing if it could not be had.
  std::optional<json::Value> take(Api& api, const std::string& name, const std::string& path);
  /// The same of text.
  void take_text(Api& api, const std::string& name, const Call& call);

  [[nodiscard]] const std::vector<BundleEntry>& entries() const { return entries_; }
  [[nodiscard]] std::size_t masked() const;
  /// With its manifest: zstd of tar. `head` are the manifest's first members.
  [[nodiscard]] Result<std::string> finish(json::Object head);

 private:
  const WallTime at_;
  archive::Tar tar_;
  const std::vector<std::string> known_;
  const Told told_;
  std::vector<BundleEntry> entries_;
};

/// Whom to ask beside the server itself.
struct BundleNodes {
  std::vector<std::string> urls;
  bool all = false;  ///< of the cluster, the dead ones, too
};
/// A folder for every node that answers; one that does not is missed as `nodes/NAME/`, with its
/// reason. Names of those that answered.
[[nodiscard]] json::Array collect_nodes(Bundle& bundle, Api& api, const BundleNodes& wanted);
/// What belongs to one node, below `nodes/NAME/`.
void collect_node(Bundle& bundle, Api& api, const std::string& name);
/// What all nodes share: the cluster, what is under way with why and since when, calendar,
/// retention.
void collect_shared(Bundle& bundle, Api& api);

}  // namespace hotswap::cli
