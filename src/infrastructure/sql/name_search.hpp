#pragma once
// Finds a name in the texts of any table: the statements are made from the list of places
// (domain/erasure/place.hpp).

#include "domain/erasure/place.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

[[nodiscard]] Result<erasure::TextPage> texts(Session& session, erasure::Place place,
                                              const erasure::Eraser& name,
                                              const std::vector<std::string>& after,
                                              std::size_t scan);

/// `(profile, number)`
[[nodiscard]] std::string key_list(const erasure::PlaceSpec& spec);
/// A key's parts as its columns take them, which must live until the statement is done.
[[nodiscard]] std::vector<Param> key_params(const erasure::PlaceSpec& spec,
                                            const std::vector<std::string>& key);

}  // namespace hotswap::sql
