#include "cli/session.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/answer.hpp"
#include "cli/visible.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "domain/json/write_yaml.hpp"

namespace hotswap::cli {
namespace {

std::string first_line(const std::string& text) {
  const auto end = text.find_first_of("\r\n");
  return text.substr(0, end);
}

int status_of(ErrorCode code) {
  for (const int status : {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 503, 504}) {
    if (error_code_of_status(status) == code) return status;
  }
  return 500;
}

}  // namespace

Session::Session(const Globals& globals, YamlReader yaml)
    : globals_(globals), yaml_(std::move(yaml)), terminal_(Terminal::of_stdout(globals.no_color)) {}

const Result<Connection>& Session::connection() {
  if (!connection_) {
    const auto contexts = load_contexts(contexts_path(), yaml_);
    connection_ = contexts ? connection_of(globals_.flags, given_by_environment(), *contexts)
                           : std::unexpected(contexts.error());
  }
  return *connection_;
}

Result<std::shared_ptr<Api>> Session::api() {
  if (!api_) {
    auto made = another_api();
    if (!made) return made;
    api_ = *made;
  }
  return api_;
}

Result<std::shared_ptr<Api>> Session::another_api() {
  const auto& known = connection();
  if (!known) return std::unexpected(known.error());
  ApiOptions options{.server = known->server.value,
                     .token = known->token.value,
                     .ca_file = known->ca_file.value,
                     .headers = trace_of_environment()};
  if (!known->token_file.value.empty()) {
    auto text = read_file(known->token_file.value);
    if (!text) {
      auto error = text.error();
      error.detail += " (token file of " + known->token_file.source + ")";
      return std::unexpected(std::move(error));
    }
    options.token = first_line(*text);
  }
  return std::make_shared<Api>(std::move(options));
}

WallTime Session::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void Session::print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Session::print_value(const json::Value& value) const {
  print(with_escapes(globals_.output == "yaml" ? json::write_yaml(value)
                                               : json::write_pretty(value) + "\n"));
}

std::string Session::stream_text(const json::Value& value) const {
  return with_escapes(globals_.output == "yaml" ? "---\n" + json::write_yaml(value)
                                                : json::write(value) + "\n");
}

json::Value Session::problem_of(const Error& error) const {
  // The server's own, unless another error was made of what came after it.
  const auto* told = api_ && api_->problem() ? &*api_->problem() : nullptr;
  if (told == nullptr || text_at(*told, "reason") != error.reason) return problem_json(error);
  auto problem = *told;
  problem.as_object()->set("detail", error.detail);
  return problem;
}

void Session::print_error(const Error& error) const {
  if (structured()) {
    print_value(problem_of(error));
    return;
  }
  std::string text = "hotswap: " + printable(error.detail);
  if (!error.reason.empty()) text += " [" + printable(error.reason) + "]";
  text += "\n";
  for (const auto& field : error.fields) {
    const auto line = printable(field.path) + ": " + printable(field.message);
    if (line != printable(error.detail)) text += "  " + line + "\n";
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
}

json::Value problem_json(const Error& error) {
  json::Object problem{{"type", "about:blank"},
                       {"title", error.reason},
                       {"status", status_of(error.code)},
                       {"detail", error.detail},
                       {"reason", error.reason}};
  json::Array fields;
  for (const auto& field : error.fields) {
    fields.emplace_back(
        json::Object{{"path", field.path}, {"keyword", field.keyword}, {"message", field.message}});
  }
  if (!fields.empty()) problem.set("errors", std::move(fields));
  return problem;
}

void Verbs::on(CLI::App* command, Verb verb) {
  // A group that means something alone is called after the verb below it.
  command->callback([this, command, verb = std::move(verb)] {
    if (command->get_subcommands().empty()) chosen_ = verb;
  });
}

Result<std::string> read_file(const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream in(path, std::ios::binary);
    std::error_code error;
    if (in && std::filesystem::is_regular_file(path, error) &&
        std::filesystem::file_size(path, error) == 0 && !error) {
      return fail(ErrorCode::Invalid, "file.empty", path + " is empty; write something into it");
    }
    if (!in || !(text << in.rdbuf())) {
      return fail(ErrorCode::Invalid, "file.unreadable",
                  "cannot read " + path + "; check the name and the rights");
    }
  }
  if (text.view().size() > limits::kBodyBytes) {
    return fail(ErrorCode::TooLarge, "file.too_large", path + " is larger than 1 MiB");
  }
  return text.str();
}

Result<json::Value> read_json_file(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto value = json::parse(*text);
  if (!value) value.error().detail = path + ": " + value.error().detail;
  return value;
}

}  // namespace hotswap::cli
