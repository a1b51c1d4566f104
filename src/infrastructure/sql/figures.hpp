#pragma once
#include "domain/ports/store.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<StoreFigures> figures(Session& session);

}  // namespace hotswap::sql
