#include "domain/schema/text/uri.hpp"

#include <optional>

#include "domain/schema/text/ascii.hpp"

namespace hotswap::schema {
namespace {

/// The five components; those that may be absent differ from empty ones.
struct Parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

std::optional<std::string_view> cut_scheme(std::string_view& text) {
  const auto colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':') return {};
  const auto scheme = text.substr(0, colon);
  if (!is_uri_scheme(scheme)) return {};
  text.remove_prefix(colon + 1);
  return scheme;
}

/// What follows the first `mark`; `text` keeps what is before it.
std::optional<std::string_view> cut_after(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {};
  const auto after = text.substr(at + 1);
  text = text.substr(0, at);
  return after;
}

Parts split(std::string_view text) {
  Parts parts;
  parts.fragment = cut_after(text, '#');
  parts.scheme = cut_scheme(text);
  parts.query = cut_after(text, '?');
  if (text.starts_with("//")) {
    const auto end = std::min(text.find('/', 2), text.size());
    parts.authority = text.substr(2, end - 2);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view in) {
  std::string out;
  const auto drop_last = [&out] { out.resize(out.rfind('/') == out.npos ? 0 : out.rfind('/')); };
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.remove_prefix(3);
    } else if (in.starts_with("./") || in.starts_with("/./")) {
      in.remove_prefix(2);
    } else if (in.starts_with("/../")) {
      in.remove_prefix(3);
      drop_last();
    } else if (in == "/.") {
      in = "/";
    } else if (in == "/..") {
      in = "/";
      drop_last();
    } else if (in == "." || in == "..") {
      in = {};
    } else {
      const auto end = std::min(in.find('/', 1), in.size());
      out += in.substr(0, end);
      in.remove_prefix(end);
    }
  }
  return out;
}

/// RFC 3986 section 5.2.3.
std::string merge(const Parts& base, std::string_view path) {
  if (base.authority && base.path.empty()) return "/" + std::string(path);
  const auto slash = base.path.rfind('/');
  const auto kept = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(base.path.substr(0, kept)) + std::string(path);
}

std::string without_fragment(const Parts& parts, std::string_view path) {
  std::string out;
  if (parts.scheme) (out += *parts.scheme) += ':';
  if (parts.authority) (out += "//") += *parts.authority;
  out += path;
  if (parts.query) (out += '?') += *parts.query;
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = is_percent_escape(text.substr(i));
    out +=
        escape ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

/// RFC 3986 section 5.2.2; what the result takes from the base is moved into `parts`.
std::string target(const Parts& base, Parts parts) {
  if (parts.scheme) return without_fragment(parts, remove_dot_segments(parts.path));
  parts.scheme = base.scheme;
  if (parts.authority) return without_fragment(parts, remove_dot_segments(parts.path));
  parts.authority = base.authority;
  if (parts.path.empty()) {
    if (!parts.query) parts.query = base.query;
    return without_fragment(parts, base.path);
  }
  const bool rooted = parts.path.starts_with('/');
  return without_fragment(
      parts, remove_dot_segments(rooted ? std::string(parts.path) : merge(base, parts.path)));
}

}  // namespace

Uri resolve(std::string_view base, std::string_view reference) {
  const Parts parts = split(reference);
  return {target(split(base), parts), percent_decoded(parts.fragment.value_or(""))};
}

}  // namespace hotswap::schema
