#pragma once
// A parsed configuration with the index of its paths: what a Snapshot reads from.

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/json/value.hpp"
#include "hotswap/detail/table.hpp"

namespace hotswap::sdk::detail {

/// Never moved or changed once built: its nodes point into it.
struct Document {
  json::Value root;
  std::string paths;
  std::vector<Node> nodes;
  std::vector<const json::Value*> values;  ///< of each node
  std::vector<std::uint32_t> items;
  std::vector<Slot> slots;

  [[nodiscard]] Table table() const;
  /// The JSON value at `path`, or nullptr.
  [[nodiscard]] const json::Value* at(std::string_view path) const;
};

/// `name` as it stands in a path.
void append_name(std::string& path, std::string_view name);

/// `a number`, `null`: for people.
std::string_view kind_words(const Node& node);

/// All paths of one document together; a hostile one multiplies long names by many leaves.
inline constexpr std::size_t kIndexPathBytes = std::size_t{32} << 20U;

/// Error: the sentence for a rejection (the index would grow beyond its limit).
std::expected<std::shared_ptr<const Document>, std::string> make_document(json::Value root);

/// The document of an empty configuration, shared by all.
const std::shared_ptr<const Document>& empty_document();

}  // namespace hotswap::sdk::detail
