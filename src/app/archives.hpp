#pragma once
#include <memory>

#include "app/settings.hpp"
#include "domain/ports/archive.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"

namespace hotswap {

/// The archive that the settings name; null: there is none. Asks nobody: it need not be there yet.
/// Invalid `settings.invalid`: a bucket without credentials. `clock` and `random` must outlive it.
[[nodiscard]] Result<std::unique_ptr<Archive>> make_archive(const Settings& settings,
                                                            const Clock& clock, Random& random);

}  // namespace hotswap
