#pragma once
#include <string>
#include <vector>

#include "cli/actions.hpp"
#include "cli/apply/manifest.hpp"

namespace hotswap::cli {

/// The documents that `-f` names: files, folders with all below them, `-` for standard input (YAML
/// or JSON). Hidden files, READMEs and editors' leftovers are passed over; another file that is no
/// document is refused where one is expected. Invalid `apply.invalid`, `file.unreadable`.
[[nodiscard]] Result<std::vector<ManifestFile>> manifest_files(
    const std::vector<std::string>& names, const TextForms& forms);

}  // namespace hotswap::cli
