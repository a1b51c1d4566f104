#pragma once
// One function for each format, by the grammar that the specification names; format.cpp picks.

#include <string_view>

namespace hotswap::schema::formats {

/// Which characters besides ASCII a grammar admits.
enum class Script { Ascii, International };

// RFC 3339: section 5.6, and appendix A for durations. A second of 60 stands only where a leap
// second can be: 23:59 UTC, with a date on a month's last day.
[[nodiscard]] bool is_date(std::string_view text);
[[nodiscard]] bool is_time(std::string_view text);
[[nodiscard]] bool is_date_time(std::string_view text);
[[nodiscard]] bool is_duration(std::string_view text);

[[nodiscard]] bool is_ipv4(std::string_view text);  ///< RFC 2673: four decimals, no leading zeros
[[nodiscard]] bool is_ipv6(std::string_view text);  ///< RFC 4291, without zone
/// RFC 1123, and RFC 5890 to 5893 for labels that are internationalized.
[[nodiscard]] bool is_hostname(std::string_view text, Script script);
[[nodiscard]] bool is_email(std::string_view text, Script script);  ///< RFC 5321, RFC 6531

enum class Relative { Refused, Allowed };
/// RFC 3986; International: RFC 3987.
[[nodiscard]] bool is_uri(std::string_view text, Relative relative, Script script);
[[nodiscard]] bool is_uri_template(std::string_view text);  ///< RFC 6570

[[nodiscard]] bool is_json_pointer(std::string_view text);           ///< RFC 6901
[[nodiscard]] bool is_relative_json_pointer(std::string_view text);  ///< handrews-…-01
[[nodiscard]] bool is_uuid(std::string_view text);                   ///< RFC 4122, any version

}  // namespace hotswap::schema::formats
