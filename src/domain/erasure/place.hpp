#pragma once
// Where the store keeps texts that may hold a name: every table with a column of text, and what an
// erasure does to each column. docs/erasure.md shows the same to people; a test holds this list
// against the real tables.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/erasure/eraser.hpp"

namespace hotswap::erasure {

enum class Place {
  Profiles,
  Versions,
  Tags,
  Deployments,
  Targets,
  HealthRecords,
  Instances,
  Observations,
  Events,
  Outbox,
  Schemas,
  SchemaVersions,
  Calendar,
  Channels,
  Traffic,
  ChangeLog,
  Idempotent,
  RetentionRuns,
  Erasures,
  Audit
};
inline constexpr int kPlaceCount = static_cast<int>(Place::Audit) + 1;

/// Text and Json are rewritten; Name (identifies something) and Content (immutable, under a hash)
/// are only counted; a row of Answer goes as a whole.
enum class Treatment { Text, Json, Name, Content, Answer };
struct Column {
  std::string_view name;
  Treatment treatment;
};
struct KeyColumn {
  std::string_view name;
  bool number = false;
};
struct PlaceSpec {
  Place place;
  std::string_view table;
  std::span<const KeyColumn> key;
  std::span<const Column> columns;
  bool has_revision = false;  ///< who holds a copy must find its save refused
};
[[nodiscard]] const PlaceSpec& spec_of(Place place);
/// Columns of text that hold no names: the program's own words, numbers, times and hashes.
[[nodiscard]] std::span<const std::string_view> columns_without_names();

/// One row that holds the name somewhere.
struct TextRow {
  std::vector<std::string> key;
  /// One per column of the spec. Of Content and Name columns: `1` if they hold the name, else
  /// nothing.
  std::vector<std::optional<std::string>> texts;
  bool operator==(const TextRow&) const = default;
};
struct TextPage {
  std::vector<TextRow> rows;      ///< in the order of their keys
  std::vector<std::string> last;  ///< key up to which was looked; empty: there is nothing behind
};

/// What becomes of a row.
struct RowPlan {
  std::optional<TextRow> changed;  ///< other texts
  bool removed = false;
  bool left = false;  ///< something that is not rewritten holds the name
};
[[nodiscard]] RowPlan plan(const PlaceSpec& spec, const TextRow& row, const Eraser& eraser);

}  // namespace hotswap::erasure
