#pragma once
// A binding as validator: a version that the program could not read is refused before it is swapped
// to, and the server shows why.
//
//   options.validator = validate_as<Settings>("", [](const Settings& next) {
//     return next.pool.min > next.pool.max ? std::optional("pool.min is above pool.max")
//                                          : std::nullopt;
//   });

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "hotswap/bind.hpp"
#include "hotswap/client.hpp"

namespace hotswap::sdk {

/// Refuses what cannot be bound as T at `path`, with every mistake in one line. A client of several
/// profiles asks its validator about all of them: look at Candidate::snapshot.identity().profile.
template <Bindable T>
[[nodiscard]] Validator validate_as(std::string path = "") {
  return [path = std::move(path)](const Candidate& candidate) -> std::optional<std::string> {
    const auto bound = candidate.snapshot.get<T>(path);
    return bound ? std::nullopt : std::optional(bound.error().text());
  };
}

/// The same, then asks `check` about the struct: an optional text says why not.
template <Bindable T, std::invocable<const T&> Check>
  requires std::convertible_to<std::invoke_result_t<Check, const T&>, std::optional<std::string>>
[[nodiscard]] Validator validate_as(std::string path, Check check) {
  return [path = std::move(path),
          check = std::move(check)](const Candidate& candidate) -> std::optional<std::string> {
    const auto bound = candidate.snapshot.get<T>(path);
    return bound ? std::optional<std::string>(check(*bound)) : bound.error().text();
  };
}

}  // namespace hotswap::sdk
