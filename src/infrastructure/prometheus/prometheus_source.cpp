#include "infrastructure/prometheus/prometheus_source.hpp"

#include <array>
#include <fstream>

#include "infrastructure/prometheus/answer.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kAnswerBytes = 1 << 20;
constexpr std::size_t kGetBytes = 4096;  ///< longer queries are posted: proxies bound addresses
constexpr std::size_t kTokenBytes = 16 << 10;

std::string escaped(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// `1700000000.123`
std::string seconds(WallTime at) {
  auto milliseconds = std::to_string(at.time_since_epoch().count() % 1000);
  milliseconds.insert(0, 3 - milliseconds.size(), '0');
  return std::to_string(at.time_since_epoch().count() / 1000) + '.' + milliseconds;
}

Result<std::string> read_token(const std::string& file) {
  std::ifstream in(file);
  std::string token;
  if (!in || !std::getline(in, token) || token.size() > kTokenBytes)
    return fail(ErrorCode::Unavailable, "metrics.unreachable",
                "The token file " + file + " of Prometheus cannot be read.");
  while (token.ends_with('\r') || token.ends_with(' ')) token.pop_back();
  return token;
}

}  // namespace

PrometheusSource::PrometheusSource(Options options) : options_(std::move(options)) {}

Result<HttpRequest> PrometheusSource::request_for(const std::string& expression,
                                                  WallTime at) const {
  HttpRequest request;
  request.timeout = options_.timeout;
  request.max_response_bytes = kAnswerBytes;
  const std::string form = "query=" + escaped(expression) + "&time=" + seconds(at);
  request.url = without_slash(options_.url) + "/api/v1/query";
  request.headers = {{"Accept", "application/json"}};
  if (form.size() <= kGetBytes) {
    request.url += '?' + form;
  } else {
    request.method = "POST";
    request.body = form;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  }
  if (options_.token_file.empty()) return request;
  auto token = read_token(options_.token_file);
  if (!token) return std::unexpected(token.error());
  request.headers.emplace_back("Authorization", "Bearer " + *token);
  return request;
}

Result<std::optional<double>> PrometheusSource::query(const std::string& expression, WallTime at) {
  const auto request = request_for(expression, at);
  if (!request) return std::unexpected(request.error());
  const auto response = http_.request(*request);
  if (!response) {
    // The words begin with the address, which holds the whole query; people have it already.
    std::string words = response.error().detail;
    if (words.starts_with(request->url)) words.erase(0, request->url.size());
    return fail(ErrorCode::Unavailable, "metrics.unreachable",
                "Prometheus at " + options_.url + words);
  }
  return prometheus::read_answer(response->status, response->body);
}

}  // namespace hotswap
