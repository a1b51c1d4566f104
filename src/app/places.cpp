#include "app/places.hpp"

#include <filesystem>

#include "infrastructure/postgres/dsn.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgres = "postgres:";
constexpr auto kDatabase = "hotswap.db";

SqlitePlace sqlite_place(const std::string& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored) ||
                      (!path.ends_with(".db") && !std::filesystem::exists(path, ignored));
  if (!folder) return {{}, path};
  return {path, (std::filesystem::path(path) / kDatabase).string()};
}

}  // namespace

Result<Place> place_of(const std::string& text, const std::string& flag) {
  if (text.starts_with(kSqlite) && text.size() > kSqlite.size())
    return sqlite_place(text.substr(kSqlite.size()));
  if (is_postgres(text)) {
    const bool keywords = text.starts_with(kPostgres) && !text.starts_with("postgres://");
    return PostgresPlace{keywords ? text.substr(kPostgres.size()) : text};
  }
  // Not repeated: it may hold a password.
  return fail(ErrorCode::Invalid, "usage",
              flag +
                  ": name a database as sqlite:FOLDER, sqlite:FILE, postgres://… or "
                  "postgres:host=… dbname=…");
}

std::string name_of(const Place& place) {
  if (const auto* sqlite = std::get_if<SqlitePlace>(&place))
    return "sqlite:" + (sqlite->folder.empty() ? sqlite->file : sqlite->folder);
  return "postgres";
}

Result<std::optional<DataDirLock>> lock_of(const SqlitePlace& place) {
  auto folder = std::filesystem::path(place.folder);
  if (place.folder.empty()) folder = std::filesystem::absolute(place.file).parent_path();
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "server.lock", ignored))
    return std::optional<DataDirLock>();
  auto lock = DataDirLock::take(folder.string());
  if (!lock) return std::unexpected(std::move(lock.error()));
  return std::optional<DataDirLock>(std::move(*lock));
}

}  // namespace hotswap
