#include "infrastructure/kubernetes/secrets.hpp"

#include <fstream>
#include <thread>

#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"
#include "infrastructure/kubernetes/place.hpp"

namespace hotswap::kubernetes {
namespace {

constexpr auto kAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";
/// A Secret has at most 1 MiB; base64 and what stands around it make more of it.
constexpr std::size_t kAnswerBytes = 3 << 20;
constexpr std::size_t kTokenBytes = 64 << 10;
constexpr std::size_t kWordsBytes = 300;
constexpr int kDepth = 64;
constexpr std::string_view kWho = "The API server of Kubernetes";

std::unexpected<Error> unavailable(std::string detail, std::string internal = {}) {
  return std::unexpected(Error{ErrorCode::Unavailable,
                               "secret.unavailable",
                               std::string(kWho) + std::move(detail),
                               {},
                               std::move(internal)});
}

Result<SecretText> read_token(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  auto bytes = SecretText::sized(kTokenBytes);
  in.read(bytes.data(), static_cast<std::streamsize>(kTokenBytes));
  auto text = bytes.view().substr(0, static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  if (!in.is_open() || text.empty() || text.find_first_of("\r\n") != std::string_view::npos)
    return unavailable(" needs a token, and the file " + file + " holds none");
  return SecretText(text);
}

/// A Status object's message, for the log.
std::string words_of(const HttpResponse& response) {
  const auto body = json::parse(response.body);
  const auto* message = body ? body->find("message") : nullptr;
  const auto* text = message == nullptr ? nullptr : message->as_string();
  return text == nullptr ? std::string() : clip_utf8(text->view(), kWordsBytes);
}

std::unexpected<Error> refusal(const HttpResponse& response, const Place& place) {
  const auto words = words_of(response);
  switch (response.status) {
    case 404:
      return fail(
          ErrorCode::NotFound, "secret.not_found",
          "Kubernetes has no Secret " + place.name + " in the namespace " + place.name_space);
    case 401:
      return unavailable(
          " refuses the token: give the pod a service account, or correct "
          "--kubernetes-token-file",
          words);
    case 403:
      return std::unexpected(Error{ErrorCode::Forbidden,
                                   "secret.denied",
                                   std::string(kWho) + " denies access to the Secret " +
                                       place.text() +
                                       ": the service account needs a Role in the namespace " +
                                       place.name_space + " with the verb get on secrets",
                                   {},
                                   words});
    default:
      return unavailable(" answered " + std::to_string(response.status), words);
  }
}

bool may_pass(const Result<HttpResponse>& response) {
  if (!response)
    return response.error().code == ErrorCode::Unavailable &&
           response.error().reason != "secret.unavailable";
  return response->status == 429 || response->status >= 500;
}

}  // namespace

Options in_cluster(const std::string& host, const std::string& port) {
  const bool v6 = host.contains(':');
  return {.url = "https://" + (v6 ? '[' + host + ']' : host) + (port.empty() ? "" : ':' + port),
          .token_file = std::string(kAccount) + "token",
          .ca_file = std::string(kAccount) + "ca.crt"};
}

Result<HttpRequest> KubernetesSecrets::request_for(const std::string& path) const {
  HttpRequest request{.url = options_.url + path,
                      .headers = {{"Accept", "application/json"}},
                      .timeout = options_.timeout,
                      .max_response_bytes = kAnswerBytes,
                      .ca_file = options_.ca_file};
  if (options_.token_file.empty()) return request;
  const auto token = read_token(options_.token_file);
  if (!token) return std::unexpected(token.error());
  request.headers.emplace_back("Authorization", "Bearer " + std::string(token->view()));
  return request;
}

Result<HttpResponse> KubernetesSecrets::get(const std::string& path) {
  for (int attempt = 1;; ++attempt) {
    auto request = request_for(path);
    if (!request) return std::unexpected(request.error());
    auto response = http_.request(*request);
    wipe(request->headers.back().second);
    if (attempt < options_.attempts && may_pass(response)) {
      std::this_thread::sleep_for(options_.pause * attempt);
      continue;
    }
    if (response) return response;
    const auto& error = response.error();
    return unavailable(error.code == ErrorCode::Timeout    ? " did not answer in time"
                       : error.code == ErrorCode::TooLarge ? " sent more than a Secret can be"
                                                           : " cannot be reached",
                       error.detail);
  }
}

Result<ProvidedSecret> KubernetesSecrets::read(const SecretReference& reference) {
  const auto place = read_place(reference);
  if (!place) return std::unexpected(place.error());
  auto response = get("/api/v1/namespaces/" + place->name_space + "/secrets/" + place->name);
  if (!response) return std::unexpected(response.error());
  if (response->status != 200) return refusal(*response, *place);
  auto body = json::parse(response->body, {.bytes = kAnswerBytes + 1, .depth = kDepth});
  wipe(response->body);
  if (!body) return unavailable(" answered no JSON");
  return read_secret(std::move(*body), *place);
}

Result<void> KubernetesSecrets::check() {
  const auto response = get("/version");
  if (!response) return std::unexpected(response.error());
  if (response->status == 401) return refusal(*response, {});
  // What is not allowed to look at the version was answered nevertheless.
  if (response->status != 200 && response->status != 403)
    return unavailable(" answered " + std::to_string(response->status));
  return {};
}

}  // namespace hotswap::kubernetes
