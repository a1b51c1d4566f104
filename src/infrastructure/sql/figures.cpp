#include "infrastructure/sql/figures.hpp"

#include "infrastructure/sql/columns.hpp"

namespace hotswap::sql {
namespace {

constexpr auto kCounts =
    "SELECT (SELECT count(*) FROM profiles), (SELECT count(stable) FROM profiles), "
    "(SELECT count(*) FROM outbox WHERE buried IS NULL), "
    "(SELECT min(at) FROM outbox WHERE buried IS NULL), "
    "(SELECT count(*) FROM outbox WHERE buried IS NOT NULL)";

}  // namespace

Result<StoreFigures> figures(Session& session) {
  StoreFigures figures;
  auto done = session.query(kCounts, {}, [&](const Row& row) -> Result<void> {
    Columns in(row);
    figures.profiles = in.number();
    figures.live = in.number();
    figures.outbox = in.number();
    figures.oldest = in.optional_time();
    figures.dead = in.number();
    return in.finish();
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return figures;
}

}  // namespace hotswap::sql
