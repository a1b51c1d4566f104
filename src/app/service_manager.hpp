#pragma once
#include <string_view>

namespace hotswap {

/// Tells systemd how the process stands, e.g. `READY=1` or `STOPPING=1` (sd_notify(3),
/// Type=notify). Does nothing where nobody listens: without NOTIFY_SOCKET, or if its socket is
/// gone.
void tell_service_manager(std::string_view state);

}  // namespace hotswap
