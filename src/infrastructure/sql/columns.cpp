#include "infrastructure/sql/columns.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::sql {
namespace {

/// Far above anything that is ever stored: a row must not become unreadable by a limit for input.
constexpr json::ParseLimits kStored{.bytes = std::size_t{256} << 20, .depth = 512};

}  // namespace

std::int64_t to_column(WallTime time) { return time.time_since_epoch().count(); }
std::int64_t to_column(std::uint64_t number) { return static_cast<std::int64_t>(number); }
std::int64_t to_column(bool flag) { return flag ? 1 : 0; }

std::string to_column(const Labels& labels) {
  json::Object object;
  for (const auto& [key, value] : labels) object.append(key, value);
  return json::write(object);
}

std::optional<std::string> to_column(const std::optional<SemVer>& version) {
  return version ? std::optional(version->str()) : std::nullopt;
}

WallTime Columns::time() { return WallTime(Duration(integer())); }

SemVer Columns::version() { return take<SemVer>(SemVer::parse(row_.text(next_++))); }

std::optional<SemVer> Columns::optional_version() {
  if (!next_is_null()) return version();
  skip();
  return std::nullopt;
}

json::Value Columns::json() { return take<json::Value>(json::parse(row_.text(next_++), kStored)); }

Labels Columns::labels() {
  Labels labels;
  const auto value = json();
  const auto* object = value.as_object();
  if (object == nullptr) {
    corrupt("labels are no object");
    return labels;
  }
  for (const auto& [key, label] : *object) {
    if (const auto* text = label.as_string()) labels.emplace(key, *text);
  }
  return labels;
}

void Columns::corrupt(const std::string& why) {
  if (error_) return;
  error_ = Error{ErrorCode::Internal,
                 "store.corrupt",
                 "A stored record cannot be read; restore the database from a backup.",
                 {},
                 "column " + std::to_string(next_ - 1) + ": " + why};
}

}  // namespace hotswap::sql
