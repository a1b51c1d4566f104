#pragma once
#include <string_view>

namespace hotswap::api {

/// Of the report's page: light and dark, from a phone to paper.
extern const std::string_view kReportStyle;

}  // namespace hotswap::api
