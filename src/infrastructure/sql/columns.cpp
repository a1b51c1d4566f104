#include "infrastructure/sql/columns.hpp"

#include "domain/base/base64url.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::sql {
namespace {

/// Far above anything that is ever stored: a row must not become unreadable by a limit for input.
constexpr json::ParseLimits kStored{.bytes = std::size_t{256} << 20, .depth = 512};

}  // namespace

std::int64_t to_column(WallTime time) { return time.time_since_epoch().count(); }
Param to_column(std::optional<WallTime> time) {
  return time ? Param(to_column(*time)) : Param(std::nullopt);
}

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

std::string to_column(const std::vector<std::string>& texts) {
  json::Array array;
  for (const auto& text : texts) array.push_back(text);
  return json::write(array);
}

std::string to_column(const AuditErased& erased) {
  return erased.empty() ? std::string() : json::write(to_json(erased));
}

WallTime Columns::time() { return WallTime(Duration(integer())); }

std::optional<WallTime> Columns::optional_time() {
  if (!next_is_null()) return time();
  skip();
  return std::nullopt;
}

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

std::vector<std::string> Columns::texts() {
  std::vector<std::string> texts;
  const auto value = json();
  const auto* array = value.as_array();
  if (array == nullptr) {
    corrupt("is no list");
    return texts;
  }
  for (const auto& item : *array) {
    if (const auto* text = item.as_string()) texts.emplace_back(*text);
  }
  return texts;
}

AuditErased Columns::audit_erased() {
  if (!row_.text(next_).empty()) return document<AuditErased>(audit_erased_from_json);
  skip();
  return {};
}

void Columns::corrupt(const std::string& why) {
  if (error_) return;
  error_ = Error{ErrorCode::Internal,
                 "store.corrupt",
                 "A stored record cannot be read; restore the database from a backup.",
                 {},
                 "column " + std::to_string(next_ - 1) + ": " + why};
}

WrappedKey Columns::wrapped_key() {
  WrappedKey key{text(), {}};
  auto bytes = base64url_decode(row_.text(next_++));
  if (!bytes) corrupt("a wrapped key that is no base64");
  key.bytes = std::move(bytes).value_or("");
  return key;
}

}  // namespace hotswap::sql
