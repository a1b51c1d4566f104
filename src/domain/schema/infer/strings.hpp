#pragma once
// What the texts seen at one place say about the texts that belong there.

#include <span>
#include <string_view>
#include <vector>

namespace hotswap::schema {

/// The format that every one of `texts` has; empty when they are not all of one, when one is empty,
/// or when the evidence is weak: addresses also stand where names may, so one alone proves nothing.
[[nodiscard]] std::string_view common_format(std::span<const std::string_view> texts);

/// The words of a small closed set, sorted: two to five, all short and without punctuation, each
/// seen at least twice, in eight texts or more. Otherwise none.
[[nodiscard]] std::vector<std::string_view> closed_set(std::span<const std::string_view> texts);

/// Whether `name` looks like data rather than like a setting that a programmer chose: `eu-west-1`,
/// `10.0.0.7`, `EUR`, `api.example.com`, `team/payments`.
[[nodiscard]] bool looks_like_data(std::string_view name);

}  // namespace hotswap::schema
