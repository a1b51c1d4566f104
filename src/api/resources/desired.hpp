#pragma once
#include <string>

#include "domain/base/error.hpp"
#include "domain/fleet/instance.hpp"

namespace hotswap::api {

class FrameCache;

/// `[{"profile","version","generation","hash","data":{…},"staged":{…}?}]`, as registration and
/// polling give it. Left out is what cannot be had now, and with `secrets` false what holds any.
[[nodiscard]] Result<std::string> desired_text(FrameCache& frames,
                                               const std::vector<Assignment>& assignments,
                                               bool secrets = true);
/// Changes exactly when the desired state does; costs no content.
[[nodiscard]] std::string desired_etag(FrameCache& frames,
                                       const std::vector<Assignment>& assignments);

}  // namespace hotswap::api
