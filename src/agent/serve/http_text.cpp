#include "agent/serve/http_text.hpp"

#include <algorithm>
#include <charconv>

#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// %XX resolved; nothing if one is broken or hides a NUL.
std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
      continue;
    }
    unsigned byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto* end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end || byte == 0)
      return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

bool parse_query(std::string_view text, std::map<std::string, std::string>& into) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals), true);
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return false;
    into[*std::move(name)] = *std::move(value);
  }
  return true;
}

bool parse_first_line(std::string_view line, ServeRequest& into) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first) return false;
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
  into.keep_alive = version == "HTTP/1.1";
  into.method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  if (!target.starts_with('/') || target.contains(' ')) return false;
  const auto mark = std::min(target.find('?'), target.size());
  auto path = decoded(target.substr(0, mark), false);
  if (!path) return false;
  into.path = *std::move(path);
  return parse_query(target.substr(std::min(mark + 1, target.size())), into.query);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Service Unavailable";
  }
}

}  // namespace

std::string ServeRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<std::string> ServeRequest::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ServeRequest> parse_request(std::string_view head) {
  ServeRequest request;
  bool first = true;
  while (first || !head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (std::exchange(first, false)) {
      if (!parse_first_line(line, request)) return std::nullopt;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    request.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
  }
  const auto connection = lower(request.header("connection"));
  if (connection == "close") request.keep_alive = false;
  if (connection == "keep-alive") request.keep_alive = true;
  return request;
}

std::string answer_text(const ServeAnswer& answer, bool keep_alive, bool head_only) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
  out.append(reason_phrase(answer.status)).append("\r\n");
  if (answer.status != 304) {
    out += "Content-Type: " + answer.type + "\r\n";
    out += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  for (const auto& [name, value] : answer.headers) out += name + ": " + value + "\r\n";
  out += "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n";
  out += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  if (!head_only && answer.status != 304) out += answer.body;
  return out;
}

ServeAnswer problem_answer(int status, std::string_view reason, std::string_view detail) {
  return {.status = status,
          .type = "application/problem+json",
          .body = json::write(
                      json::Object{{"status", status}, {"reason", reason}, {"detail", detail}}) +
                  '\n'};
}

}  // namespace hotswap::agent
