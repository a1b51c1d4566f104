#pragma once
// Every kind of change; docs/schema-changes.md explains them line by line.

#include <span>
#include <string_view>

namespace hotswap::schema::compat {

/// What a change of the kind usually does; the verdict on a real one is worked out, not looked up.
enum class Usually { Nothing, Backward, Forward, Both };

struct Kind {
  std::string_view name;
  std::string_view meaning;
  Usually breaks;
  bool words = false;  ///< for people only; no version is more than a patch because of it
};

[[nodiscard]] std::span<const Kind> all_kinds();
/// Null for an unknown name.
[[nodiscard]] const Kind* kind(std::string_view name);

}  // namespace hotswap::schema::compat
