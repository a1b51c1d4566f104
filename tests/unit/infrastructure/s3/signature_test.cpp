#include "unit/infrastructure/s3/signature.hpp"

#include <algorithm>
#include <sstream>

#include "domain/base/sha256.hpp"

namespace hotswap::testing {
namespace {

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string hmac(const std::string& key, const std::string& text) {
  return bytes_of(hmac_sha256_hex(key, text));
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::string sorted(const std::string& query) {
  auto pairs = split(query, '&');
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& pair : pairs) out += (out.empty() ? "" : "&") + pair;
  return out;
}

}  // namespace

SignedRequest parse_request(const std::string& text) {
  SignedRequest request;
  const auto end = text.find("\r\n\r\n");
  std::istringstream in(text.substr(0, end));
  std::string target;
  std::string line;
  in >> request.method >> target;
  std::getline(in, line);
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    const auto colon = line.find(':');
    auto name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] =
        line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
  }
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  if (end != std::string::npos) request.body = text.substr(end + 4);
  return request;
}

std::map<std::string, std::string> authorization_of(const SignedRequest& request) {
  std::map<std::string, std::string> parts;
  const auto found = request.headers.find("authorization");
  if (found == request.headers.end()) return parts;
  for (auto part : split(found->second.substr(found->second.find(' ') + 1), ',')) {
    while (part.starts_with(' ')) part.erase(0, 1);
    parts[part.substr(0, part.find('='))] = part.substr(part.find('=') + 1);
  }
  return parts;
}

std::string signature_of(const SignedRequest& request, const std::string& secret) {
  auto authorization = authorization_of(request);
  const auto scope = split(authorization["Credential"], '/');  // key, day, region, service, end
  if (scope.size() != 5) return "no credential";
  std::string canonical =
      request.method + '\n' + request.path + '\n' + sorted(request.query) + '\n';
  for (const auto& name : split(authorization["SignedHeaders"], ';'))
    canonical += name + ':' + request.headers.at(name) + '\n';
  canonical +=
      '\n' + authorization["SignedHeaders"] + '\n' + request.headers.at("x-amz-content-sha256");
  const auto to_sign = "AWS4-HMAC-SHA256\n" + request.headers.at("x-amz-date") + '\n' + scope[1] +
                       '/' + scope[2] + '/' + scope[3] + '/' + scope[4] + '\n' +
                       sha256_hex(canonical);
  const auto key = hmac(hmac(hmac(hmac("AWS4" + secret, scope[1]), scope[2]), scope[3]), scope[4]);
  return hmac_sha256_hex(key, to_sign);
}

}  // namespace hotswap::testing
