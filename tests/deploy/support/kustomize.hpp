#pragma once
// As much of kustomize as deploy/kubernetes uses, exactly: resources, components, patches by
// RFC 6902, the namespace and image tags. Anything else in a kustomization is refused.

#include "deploy/support/documents.hpp"

namespace hotswap::deploy {

/// What `kubectl kustomize FOLDER` prints, as one value an object; throws, with the file, on what
/// it would refuse (a file that is not there, a patch that meets nothing) and on what this cannot
/// do.
[[nodiscard]] std::vector<json::Value> rendered(const std::filesystem::path& folder);

}  // namespace hotswap::deploy
