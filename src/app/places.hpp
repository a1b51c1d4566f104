#pragma once
// Where a database is, as people write it: `sqlite:FOLDER`, `sqlite:FILE` or what --database takes.

#include <optional>
#include <string>
#include <variant>

#include "app/data_dir.hpp"

namespace hotswap {

struct SqlitePlace {
  std::string folder;  ///< a server's data folder; empty: a file by itself
  std::string file;
};
struct PostgresPlace {
  std::string dsn;  ///< holds a password
};
using Place = std::variant<SqlitePlace, PostgresPlace>;

/// A path that is a folder, or that ends neither in `.db` nor is a file, is a data folder. Invalid
/// `usage` naming the flag.
[[nodiscard]] Result<Place> place_of(const std::string& text, const std::string& flag);

/// For people; without the password: `sqlite:/var/lib/hotswap`, `postgres`.
[[nodiscard]] std::string name_of(const Place& place);

/// Keeps servers from this database; nothing to keep them from if no server ever worked there.
/// Conflict `server.already_running`.
[[nodiscard]] Result<std::optional<DataDirLock>> lock_of(const SqlitePlace& place);

}  // namespace hotswap
