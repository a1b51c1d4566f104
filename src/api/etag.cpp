#include "api/etag.hpp"

#include <charconv>

#include "domain/base/sha256.hpp"

namespace hotswap::api {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string_view opaque(std::string_view tag) {
  tag = trim(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

}  // namespace

std::string etag_of(std::string_view body) { return '"' + sha256_hex(body).substr(0, 24) + '"'; }

std::string etag_of(std::uint64_t revision, std::string_view body) {
  return "\"r" + std::to_string(revision) + "-" + sha256_hex(body).substr(0, 24) + '"';
}

bool none_match_hits(std::string_view header, std::string_view etag) {
  if (trim(header) == "*") return true;
  while (!header.empty()) {
    // Our tags hold no comma, so that a foreign one cannot be taken for ours when cut at one.
    const auto end = std::min(header.find(','), header.size());
    if (opaque(header.substr(0, end)) == etag) return true;
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return false;
}

Result<std::optional<std::uint64_t>> revision_wanted(std::string_view if_match) {
  const auto tag = trim(if_match);
  if (tag.empty() || tag == "*") return std::nullopt;
  std::uint64_t revision = 0;
  if (tag.starts_with("\"r") && tag.ends_with('"')) {
    const auto digits = tag.substr(2, std::min(tag.find('-'), tag.size() - 1) - 2);
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, revision);
    if (error == std::errc() && stop == end) return revision;
  }
  return fail(ErrorCode::PreconditionFailed, "etag.unknown",
              "If-Match names no state of this resource: read it again and send its ETag.");
}

std::string_view header_of(const Response& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (same_header_name(header.name, name)) return header.value;
  }
  return {};
}

void apply_conditions(const Request& request, Response& response) {
  if (response.status != 200 || !response.body) return;
  if (header_of(response, "ETag").empty()) {
    response.headers.push_back({"ETag", etag_of(*response.body)});
  }
  if (!none_match_hits(request.header("If-None-Match"), header_of(response, "ETag"))) return;
  response.status = 304;
  response.content_type.clear();
  response.body = nullptr;
}

}  // namespace hotswap::api
