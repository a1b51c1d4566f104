#pragma once
#include <string>

#include "domain/json/value.hpp"

namespace hotswap::api {

/// A deployment's report (ReportService::report) as one page that needs nothing else: styles and
/// charts inside, no scripts; light and dark, for phones and for paper. All texts are escaped.
[[nodiscard]] std::string report_html(const json::Value& report);

}  // namespace hotswap::api
