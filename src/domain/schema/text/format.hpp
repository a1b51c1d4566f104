#pragma once
// The formats of JSON Schema (2020-12, section 7.3, and those of the older drafts).

#include <optional>
#include <string_view>

namespace hotswap::schema {

enum class Format {
  DateTime,
  Date,
  Time,
  Duration,
  Email,
  IdnEmail,
  Hostname,
  IdnHostname,
  Ipv4,
  Ipv6,
  Uri,
  UriReference,
  Iri,
  IriReference,
  UriTemplate,
  Uuid,
  JsonPointer,
  RelativeJsonPointer,
  Regex
};

/// By the keyword's value (`date-time`); nothing for an unknown name, which every draft ignores.
[[nodiscard]] std::optional<Format> format_of(std::string_view name);
[[nodiscard]] std::string_view to_string(Format format);
/// Allocates nothing for text that is valid ASCII, but for Regex, which is compiled.
[[nodiscard]] bool conforms(Format format, std::string_view text);
/// What such a text looks like, for messages: `2026-11-23T18:00:00Z`.
[[nodiscard]] std::string_view example_of(Format format);

}  // namespace hotswap::schema
