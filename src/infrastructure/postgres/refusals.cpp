#include "infrastructure/postgres/refusals.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hotswap::postgres {
namespace {

constexpr int kOldest = 150000;

/// Libpq tells no SQLSTATE of a connection that failed: its words must do.
struct Sign {
  std::string_view words;
  ErrorCode code;
  std::string_view reason;
  std::string_view detail;
};

constexpr std::array kSigns = {
    Sign{"42501", ErrorCode::Forbidden, "store.no_rights",
         "The database's user may not create tables in its schema: GRANT CREATE ON SCHEMA public "
         "to it, or make it the database's owner."},
    Sign{"42P07", ErrorCode::Conflict, "store.foreign_database",
         "The database of --database has tables of another program: give HotSwap one of its own."},
    Sign{"password authentication failed", ErrorCode::Forbidden, "store.refused",
         "PostgreSQL refuses the user or the password of --database."},
    Sign{"no password supplied", ErrorCode::Forbidden, "store.refused",
         "PostgreSQL asks for a password: give one in HOTSWAP_DATABASE or a .pgpass file."},
    Sign{"no pg_hba.conf entry", ErrorCode::Forbidden, "store.refused",
         "PostgreSQL lets this user in from nowhere here: add a line to its pg_hba.conf."},
    Sign{"invalid connection option", ErrorCode::Invalid, "store.bad_address",
         "--database has a keyword that PostgreSQL does not know."},
    Sign{"invalid URI", ErrorCode::Invalid, "store.bad_address",
         "--database is no proper URL: postgres://user:password@host:5432/database, with what is "
         "special in a name or password as %40, %2F, …"},
    Sign{"invalid integer value", ErrorCode::Invalid, "store.bad_address",
         "--database has a word where a number belongs; write what is special in a password as "
         "%40, %2F, %3A, …"},
    Sign{"invalid port number", ErrorCode::Invalid, "store.bad_address",
         "The port of --database is no number from 1 to 65535."},
    Sign{"missing \"=\"", ErrorCode::Invalid, "store.bad_address",
         "--database is neither a URL nor keywords such as host=db dbname=hotswap."},
    Sign{"invalid sslmode value", ErrorCode::Invalid, "store.bad_address",
         "--database has an sslmode that PostgreSQL does not know."},
    Sign{"\" does not exist", ErrorCode::NotFound, "store.no_database",
         "PostgreSQL knows no such database or user: create it, or correct --database."},
    Sign{"could not translate host name", ErrorCode::Unavailable, "store.unavailable",
         "The host of --database is not known."},
    Sign{"session is read-only", ErrorCode::Unavailable, "store.unavailable",
         "No host of --database takes writes: they are standbys."},
    Sign{"Connection refused", ErrorCode::Unavailable, "store.unavailable",
         "Nobody answers at the address of --database."},
    Sign{"No such file", ErrorCode::Unavailable, "store.unavailable",
         "Nobody answers at the socket of --database."},
    Sign{"timeout", ErrorCode::Unavailable, "store.unavailable",
         "Nobody answers at the address of --database."},
    Sign{"starting up", ErrorCode::Unavailable, "store.unavailable",
         "PostgreSQL is still starting."},
    Sign{"SSL", ErrorCode::Unavailable, "store.unavailable",
         "The TLS connection to PostgreSQL failed: look at sslmode and sslrootcert."},
};

}  // namespace

Result<void> check_version(int version) {
  if (version >= kOldest) return {};
  return fail(ErrorCode::Conflict, "store.old_server",
              "The database's server is PostgreSQL " + std::to_string(version / 10000) +
                  "; HotSwap needs 15 or later.");
}

Error explained(Error error) {
  const auto* sign = std::ranges::find_if(
      kSigns, [&](const Sign& known) { return error.internal.contains(known.words); });
  if (sign == kSigns.end()) return error;
  // Of an address that was read wrongly, any part may be the password.
  const bool may_tell = sign->code != ErrorCode::Invalid && !error.internal.contains('@');
  return {sign->code,
          std::string(sign->reason),
          std::string(sign->detail),
          {},
          may_tell ? std::move(error.internal) : std::string()};
}

}  // namespace hotswap::postgres
