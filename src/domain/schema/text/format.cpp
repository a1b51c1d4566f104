#include "domain/schema/text/format.hpp"

#include <array>

#include "domain/schema/text/formats.hpp"
#include "domain/schema/text/pattern.hpp"

namespace hotswap::schema {
namespace {

struct Row {
  Format format;
  std::string_view name;
  std::string_view example;
};

// In the order of the enumerators.
constexpr std::array kRows = {
    Row{Format::DateTime, "date-time", "2026-11-23T18:00:00Z"},
    Row{Format::Date, "date", "2026-11-23"},
    Row{Format::Time, "time", "18:00:00+01:00"},
    Row{Format::Duration, "duration", "P1DT12H"},
    Row{Format::Email, "email", "ann@example.com"},
    Row{Format::IdnEmail, "idn-email", "ann@b\u00fccher.example"},
    Row{Format::Hostname, "hostname", "db-1.example.com"},
    Row{Format::IdnHostname, "idn-hostname", "b\u00fccher.example"},
    Row{Format::Ipv4, "ipv4", "192.0.2.1"},
    Row{Format::Ipv6, "ipv6", "2001:db8::1"},
    Row{Format::Uri, "uri", "https://example.com/path?query"},
    Row{Format::UriReference, "uri-reference", "../path#fragment"},
    Row{Format::Iri, "iri", "https://b\u00fccher.example/\u00fcber"},
    Row{Format::IriReference, "iri-reference", "../\u00fcber#uns"},
    Row{Format::UriTemplate, "uri-template", "https://example.com/users/{id}"},
    Row{Format::Uuid, "uuid", "2eb8aa08-aa98-41ea-b4aa-73b441d16380"},
    Row{Format::JsonPointer, "json-pointer", "/pool/max"},
    Row{Format::RelativeJsonPointer, "relative-json-pointer", "1/max"},
    Row{Format::Regex, "regex", "^[a-z]+$"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].format) != i) return false;
  return true;
}
static_assert(is_in_order());

const Row& row_of(Format format) { return kRows[static_cast<std::size_t>(format)]; }

}  // namespace

std::optional<Format> format_of(std::string_view name) {
  for (const auto& row : kRows)
    if (row.name == name) return row.format;
  return {};
}

std::string_view to_string(Format format) { return row_of(format).name; }
std::string_view example_of(Format format) { return row_of(format).example; }

bool conforms(Format format, std::string_view text) {
  using namespace formats;
  switch (format) {
    case Format::DateTime:
      return is_date_time(text);
    case Format::Date:
      return is_date(text);
    case Format::Time:
      return is_time(text);
    case Format::Duration:
      return is_duration(text);
    case Format::Email:
      return is_email(text, Script::Ascii);
    case Format::IdnEmail:
      return is_email(text, Script::International);
    case Format::Hostname:
      return is_hostname(text, Script::Ascii);
    case Format::IdnHostname:
      return is_hostname(text, Script::International);
    case Format::Ipv4:
      return is_ipv4(text);
    case Format::Ipv6:
      return is_ipv6(text);
    case Format::Uri:
      return is_uri(text, Relative::Refused, Script::Ascii);
    case Format::UriReference:
      return is_uri(text, Relative::Allowed, Script::Ascii);
    case Format::Iri:
      return is_uri(text, Relative::Refused, Script::International);
    case Format::IriReference:
      return is_uri(text, Relative::Allowed, Script::International);
    case Format::UriTemplate:
      return is_uri_template(text);
    case Format::Uuid:
      return is_uuid(text);
    case Format::JsonPointer:
      return is_json_pointer(text);
    case Format::RelativeJsonPointer:
      return is_relative_json_pointer(text);
    case Format::Regex:
      return Pattern::compile(text).has_value();
  }
  return false;
}

}  // namespace hotswap::schema
