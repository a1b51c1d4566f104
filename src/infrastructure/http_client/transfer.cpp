#include "infrastructure/http_client/transfer.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "domain/net/socket_address.hpp"

namespace hotswap::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256 << 10;

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_http(std::string_view url) {
  const auto scheme = lower(url.substr(0, url.find("://")));
  return scheme == "http" || scheme == "https";
}

long milliseconds(Duration duration) { return static_cast<long>(duration.count()); }

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "http.invalid_request", std::move(detail));
}

}  // namespace

std::string url_host(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
    return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(host, &curl_free);
  return host;
}

Transfer::Transfer(CURL* handle, const HttpRequest& request, const OnData& on_data,
                   const net::Reach* reach)
    : handle_(handle),
      request_(request),
      on_data_(on_data),
      reach_(reach),
      host_(reach != nullptr ? url_host(request.url) : std::string()) {}

Transfer::~Transfer() {
  curl_easy_reset(handle_);  // forgets what points into this; connections stay
  curl_slist_free_all(headers_);
}

Result<void> Transfer::prepare(const HttpHeaders& trace) {
  if (!is_token(request_.method)) return invalid("The method " + request_.method + " is none.");
  if (has_line_break(request_.url)) return invalid("The URL contains a line break.");
  // Without it, curl waits a second for "100 Continue" before it sends a larger body. But it signs
  // this line, too, which it does not send: no server would take that signature for right.
  if (!request_.aws) headers_ = curl_slist_append(headers_, "Expect:");
  auto added = add_headers(request_.headers);
  if (added && !request_.aws) added = add_headers(trace);
  if (!added) return added;
  set_options();
  if (request_.aws && !trace.empty()) add_unsigned(trace);
  return {};
}

Result<void> Transfer::add_headers(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || has_line_break(value)) {
      return invalid("The header " + name + " cannot be sent.");
    }
    // curl takes "name:" for "leave this header out"; an empty value is written with a semicolon.
    const auto line = value.empty() ? name + ";" : name + ": " + value;
    headers_ = curl_slist_append(headers_, line.c_str());
  }
  return {};
}

void Transfer::set_options() {
  const auto set = [this](CURLoption option, auto value) {
    curl_easy_setopt(handle_, option, value);
  };
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
  if (!on_data_) set(CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  set(CURLOPT_HTTPHEADER, headers_);
  set(CURLOPT_ERRORBUFFER, problem_);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  if (request_.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (request_.aws) sign(*request_.aws);
  if (request_.once) set(CURLOPT_FRESH_CONNECT, 1L);
  if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
  if (reach_ != nullptr) {
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  }
  if (request_.insecure) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

void Transfer::sign(const AwsSigning& aws) {
  const auto how = "aws:amz:" + aws.region + ':' + aws.service;
  curl_easy_setopt(handle_, CURLOPT_AWS_SIGV4, how.c_str());  // curl copies all three
  curl_easy_setopt(handle_, CURLOPT_USERNAME, aws.access_key.c_str());
  curl_easy_setopt(handle_, CURLOPT_PASSWORD, aws.secret_key.c_str());
}

/// Proxies on the way, those of a mesh above all, write a trace's headers anew, after which no
/// signature of them would fit. curl signs every header that it is given, but not User-Agent, which
/// it writes as it stands.
void Transfer::add_unsigned(const HttpHeaders& headers) {
  std::string lines = "hotswap";
  for (const auto& [name, value] : headers)
    if (!has_line_break(value)) lines.append("\r\n").append(name).append(": ").append(value);
  curl_easy_setopt(handle_, CURLOPT_USERAGENT, lines.c_str());  // curl copies it
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const bool taken = static_cast<Transfer*>(self)->take_header({data, size * count});
  return taken ? size * count : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const bool taken = static_cast<Transfer*>(self)->take_body({data, size * count});
  return taken ? size * count : 0;
}

curl_socket_t Transfer::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto ip = net::ip_of(address->addr);
  if (!ip || !transfer.reach_->allows(transfer.host_, *ip)) {
    transfer.refused_ = ip ? net::refusal(*ip) : "it is no IP address";
    return CURL_SOCKET_BAD;
  }
  transfer.refused_.clear();
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool Transfer::take_header(std::string_view line) {
  last_byte_ = std::chrono::steady_clock::now();
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = true;
    return false;
  }
  if (line.starts_with("HTTP/")) {  // of "100 Continue", or of the answer itself
    response_.headers.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.emplace_back(lower(trimmed(line.substr(0, colon))),
                                 std::string(trimmed(line.substr(colon + 1))));
  return true;
}

bool Transfer::take_body(std::string_view data) {
  last_byte_ = std::chrono::steady_clock::now();
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (on_data_ && status / 100 == 2) {
    ended_by_caller_ = !on_data_(data);
    return !ended_by_caller_;
  }
  if (response_.body.size() + data.size() > request_.max_response_bytes) {
    ended_by_caller_ = request_.cut_response;
    too_large_ = !ended_by_caller_;
    if (ended_by_caller_)
      response_.body.append(data.substr(0, request_.max_response_bytes - response_.body.size()));
    return false;
  }
  response_.body.append(data);
  return true;
}

Result<HttpResponse> Transfer::finish(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (code == CURLE_OK || ended_by_caller_) return std::move(response_);
  const auto words = std::string(problem_[0] != '\0' ? problem_ : curl_easy_strerror(code));
  if (too_large_) {
    return fail(ErrorCode::TooLarge, "http.too_large",
                "The answer of " + request_.url + " is too large.");
  }
  if (!refused_.empty()) {
    return fail(ErrorCode::Forbidden, "http.address_refused",
                request_.url + " is not called: " + refused_ + ".");
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return fail(ErrorCode::Timeout, "http.timeout",
                request_.url + " did not answer in time: " + words + ".");
  }
  // curl says "unsupported protocol" of an answer in HTTP/0.9, too: whatever is no HTTP.
  if (code == CURLE_WEIRD_SERVER_REPLY ||
      (code == CURLE_UNSUPPORTED_PROTOCOL && is_http(request_.url))) {
    return fail(ErrorCode::Unavailable, "http.unreachable", request_.url + " does not speak HTTP.");
  }
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    return invalid(request_.url + " is no http or https URL.");
  }
  return fail(ErrorCode::Unavailable, "http.unreachable",
              request_.url + " cannot be reached: " + words + ".");
}

}  // namespace hotswap::http
