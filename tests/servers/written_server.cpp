#include "servers/written_server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "domain/json/parse.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

std::string text_at(const json::Value& value, std::string_view outer, std::string_view inner) {
  const auto* object = value.find(outer);
  const auto* text = object == nullptr ? nullptr : object->find(inner);
  return text == nullptr || text->as_string() == nullptr ? "" : text->as_string()->str();
}

}  // namespace

WrittenServer::WrittenServer(const std::string& script, Options options)
    : script_(std::string(HS_WRITTEN_SERVERS) + '/' + script),
      options_(std::move(options)),
      folder_("hotswap-written") {
  if (options_.tls) make_certificate();
  start();
}

void WrittenServer::make_certificate() const {
  const auto& host = options_.host_in_certificate;
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos;
  auto made = cli::ChildProcess::start(
      {.command = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=written",
                   "-addext", std::string("subjectAltName=") + (address ? "IP:" : "DNS:") + host,
                   "-keyout", (folder_.path() / "key.pem").string(), "-out", ca_file()},
       .log = folder_.path() / "openssl.log"});
  if (!made || made->wait(kPatience) != 0) throw std::runtime_error("openssl req");
}

void WrittenServer::start() {
  std::vector<std::string> command = {"/usr/bin/python3", "-B", script_, "--port",
                                      std::to_string(port_)};
  if (options_.tls)
    command.insert(command.end(),
                   {"--tls-cert", ca_file(), "--tls-key", (folder_.path() / "key.pem").string()});
  command.insert(command.end(), options_.more.begin(), options_.more.end());
  auto process =
      cli::ChildProcess::start({.command = std::move(command), .log = folder_.path() / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  const auto line = process_.wait_line("listening ", kPatience);
  if (!line) throw std::runtime_error(script_ + ": " + process_.output());
  port_ = cli::port_in(*line);
}

void WrittenServer::kill() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
}

std::string WrittenServer::url() const {
  return (options_.tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::string WrittenServer::file(const std::string& name, const std::string& text) const {
  const auto path = folder_.path() / name;
  std::ofstream(path) << text;
  return path.string();
}

json::Value WrittenServer::call(const std::string& method, const std::string& path,
                                const std::string& body, const HttpHeaders& headers, int also) {
  const HttpRequest request{
      .method = method, .url = url() + path, .headers = headers, .body = body, .insecure = true};
  const auto response = http_.request(request);
  if (!response) throw std::runtime_error(response.error().detail);
  if (response->status / 100 != 2 && response->status != also)
    throw std::runtime_error(method + ' ' + path + ": " + std::to_string(response->status) + ' ' +
                             response->body);
  if (response->body.empty()) return {};
  return json::parse(response->body).value_or(json::Value());
}

std::size_t WrittenServer::calls(const std::string& method_and_path) {
  const auto all = call("GET", "/test/calls", "");
  const auto* items = all.as_array();
  if (items == nullptr) throw std::runtime_error("no list of calls");
  return static_cast<std::size_t>(std::ranges::count_if(
      *items, [&](const auto& item) { return item.as_string()->starts_with(method_and_path); }));
}

std::vector<std::string> WrittenServer::traces(const std::string& method_and_path) {
  const auto all = call("GET", "/test/traces", "");
  const auto* items = all.as_array();
  if (items == nullptr) throw std::runtime_error("no list of traces");
  std::vector<std::string> found;
  for (const auto& item : *items) {
    const auto& pair = *item.as_array();
    if (pair.at(0).as_string()->starts_with(method_and_path))
      found.push_back(pair.at(1).as_string()->str());
  }
  return found;
}

json::Value VaultServer::post(const std::string& path, const std::string& body,
                              const std::string& name_space) {
  HttpHeaders headers = {{"X-Vault-Token", "root"}};
  if (!name_space.empty()) headers.emplace_back("X-Vault-Namespace", name_space);
  return call("POST", "/v1/" + path, body, headers);
}

void VaultServer::remove(const std::string& path) {
  static_cast<void>(call("DELETE", "/v1/" + path, "", {{"X-Vault-Token", "root"}}));
}

void VaultServer::has_policy(const std::string& name, const std::string& text,
                             const std::string& name_space) {
  std::string escaped;
  for (const char c : text) escaped += c == '"' ? std::string("\\\"") : std::string(1, c);
  post("sys/policies/acl/" + name, "{\"policy\":\"" + escaped + "\"}", name_space);
}

std::string VaultServer::makes_token(const std::string& policy, const std::string& options) {
  const auto made = post("auth/token/create", "{\"policies\":[\"" + policy + "\"]" +
                                                  (options.empty() ? "" : ",") + options + '}');
  return text_at(made, "auth", "client_token");
}

std::string VaultServer::has_approle(const std::string& role, const std::string& options) {
  post("sys/auth/approle", R"({"type":"approle"})");
  post("auth/approle/role/" + role, '{' + options + '}');
  const auto read =
      call("GET", "/v1/auth/approle/role/" + role + "/role-id", "", {{"X-Vault-Token", "root"}});
  return text_at(read, "data", "role_id");
}

std::string VaultServer::makes_secret_id(const std::string& role, const std::string& options) {
  return text_at(post("auth/approle/role/" + role + "/secret-id", '{' + options + '}'), "data",
                 "secret_id");
}

}  // namespace hotswap::testing
