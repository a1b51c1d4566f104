#include "api/resources/words.hpp"

#include <algorithm>

#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string lower_trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

}  // namespace

Response json_answer(int status, const json::Value& value) {
  return make_response(status, "application/json", json::write(value));
}

Response located(int status, std::string location, const json::Value& value) {
  auto response = json_answer(status, value);
  response.headers.push_back({"Location", std::move(location)});
  return response;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

std::string_view bearer_token(const Request& request) {
  const auto header = request.header("Authorization");
  if (header.size() <= kBearer.size() ||
      !same_header_name(header.substr(0, kBearer.size()), kBearer)) {
    return {};
  }
  return header.substr(kBearer.size());
}

bool asks_for(const Request& request, std::string_view media_type) {
  auto accept = request.header("Accept");
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    const auto part = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    if (lower_trimmed(part.substr(0, part.find(';'))) == media_type) return true;
  }
  return false;
}

std::string content_type_of(const Request& request) {
  const auto header = request.header("Content-Type");
  return lower_trimmed(header.substr(0, header.find(';')));
}

bool is_json_type(std::string_view content_type) {
  return content_type == "application/json" ||
         (content_type.starts_with("application/") && content_type.ends_with("+json"));
}

Result<std::pair<std::string, std::string>> label_filter(const Query& query) {
  std::pair<std::string, std::string> label;
  if (!query.has("label")) return label;
  const auto text = query.text("label");
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return fail_field("query.invalid", "?label", "format", "must be key=value");
  }
  label.first = text.substr(0, equals);
  label.second = text.substr(equals + 1);
  return label;
}

ProfileName profile_in(const Call& call) { return ProfileName(call.path[0]); }

}  // namespace hotswap::api
