#include "api/router.hpp"

#include <algorithm>

namespace hotswap::api {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> out;
  if (!path.empty()) path.remove_prefix(1);
  while (true) {
    const auto end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    if (end == path.size()) return out;
    path.remove_prefix(end + 1);
  }
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

Router::Router(std::span<const Route> routes) {
  for (const auto& route : routes) patterns_.push_back({&route, split_path(route.pattern)});
}

bool Router::fits(const Pattern& pattern, const std::vector<std::string_view>& segments) {
  return std::ranges::equal(pattern.segments, segments, [](auto wanted, auto given) {
    return is_parameter(wanted) ? !given.empty() : wanted == given;
  });
}

Result<Router::Match> Router::match(Method method, std::string_view path) const {
  const auto segments = split_path(path);
  const auto wanted = method == Method::Head ? Method::Get : method;
  const Pattern* found = nullptr;
  bool known = false;
  for (const auto& pattern : patterns_) {
    if (!fits(pattern, segments)) continue;
    known = true;
    // The first that fits wins: literal segments stand before parameters in the table.
    if (pattern.route->method == wanted && found == nullptr) found = &pattern;
  }
  if (!known) {
    return fail(ErrorCode::NotFound, "route.not_found",
                "There is no such resource. /docs lists all routes.");
  }
  if (found == nullptr) {
    return fail(ErrorCode::MethodNotAllowed, "route.method",
                "This resource takes " + methods(path) + ".");
  }
  Match match{found->route, {}};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_parameter(found->segments[i])) continue;
    auto value = percent_decode(segments[i], false);
    if (!value) {
      return fail(ErrorCode::Malformed, "url.malformed",
                  "The URL has a broken %-escape or bytes that are no UTF-8 text.");
    }
    match.path.push_back(std::move(*value));
  }
  return match;
}

std::string Router::methods(std::string_view path) const {
  const auto segments = split_path(path);
  std::string out;
  for (const auto& pattern : patterns_) {
    if (!fits(pattern, segments)) continue;
    if (!out.empty()) out += ", ";
    out += to_string(pattern.route->method);
    if (pattern.route->method == Method::Get) out += ", HEAD";
  }
  return out;
}

}  // namespace hotswap::api
