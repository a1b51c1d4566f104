#include "agent/serve/pages.hpp"

#include <algorithm>
#include <array>

#include "agent/render/format.hpp"
#include "document.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

constexpr std::string_view kConfig = "/config";

struct Media {
  std::string_view type;
  Format format;
};
constexpr std::array<Media, 8> kMedia = {{{"application/json", Format::Json},
                                          {"application/yaml", Format::Yaml},
                                          {"application/x-yaml", Format::Yaml},
                                          {"text/yaml", Format::Yaml},
                                          {"application/toml", Format::Toml},
                                          {"text/x-java-properties", Format::Properties},
                                          {"text/x-env", Format::Env},
                                          {"*/*", Format::Json}}};

std::string type_of(Format format) {
  const auto* found = std::ranges::find(kMedia, format, &Media::format);
  return std::string(found->type) + (format == Format::Json ? "" : "; charset=utf-8");
}

/// Which form is wanted; the text alone is for values that are plain.
struct Form {
  std::optional<Format> format;  ///< nothing: plain text
};

std::optional<Form> form_of_accept(const std::string& accept) {
  if (accept.empty()) return Form{Format::Json};
  std::string_view rest = accept;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    auto type = rest.substr(0, std::min(rest.find(';'), end));
    while (type.starts_with(' ')) type.remove_prefix(1);
    while (type.ends_with(' ')) type.remove_suffix(1);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (type == "text/plain") return Form{std::nullopt};
    if (type == "application/*") return Form{Format::Json};
    const auto* found = std::ranges::find(kMedia, type, &Media::type);
    if (found != kMedia.end()) return Form{found->format};
  }
  return std::nullopt;
}

/// What is asked for of the configuration.
struct Wish {
  std::string path;  ///< empty: the whole
  Form form{Format::Json};
};

Result<Wish> wish_of(const ServeRequest& request) {
  Wish wish;
  const auto rest = std::string_view(request.path).substr(kConfig.size());
  std::optional<std::string> word = request.parameter("format");
  if (rest.starts_with('.')) word = rest.substr(1);
  if (rest.starts_with('/')) {
    wish.path = rest.substr(1);
    std::ranges::replace(wish.path, '/', '.');
  }
  if (const auto path = request.parameter("path")) wish.path = *path;
  if (word == "text") {
    wish.form = {};
    wish.form.format.reset();
    return wish;
  }
  if (word) {
    const auto format = format_of_word(*word);
    if (!format)
      return fail(ErrorCode::NotFound, "serve.format",
                  "there is no format " + *word + ": json, yaml, toml, env, properties, text");
    wish.form.format = *format;
    return wish;
  }
  const auto form = form_of_accept(request.header("accept"));
  if (!form)
    return fail(ErrorCode::UnsupportedMediaType, "serve.format",
                "nothing of Accept can be made: application/json, application/yaml, "
                "application/toml, text/x-env, text/x-java-properties, text/plain");
  wish.form = *form;
  return wish;
}

Result<std::string> body_of(const json::Value& value, const Form& form) {
  if (form.format) return render(value, *form.format);
  if (const auto* text = value.as_string()) return text->str();
  return json::write(value);
}

ServeAnswer refusal(const Error& error) {
  const int status = error.code == ErrorCode::NotFound               ? 404
                     : error.code == ErrorCode::UnsupportedMediaType ? 406
                                                                     : 400;
  return problem_answer(status, error.reason, error.detail);
}

ServeAnswer config_answer(const sdk::Snapshot& snapshot, const Wish& wish) {
  const auto* value = snapshot.document()->at(wish.path);
  if (value == nullptr)
    return problem_answer(
        404, "serve.path",
        "nothing stands at " + wish.path + " of version " + snapshot.identity().version);
  const auto body = body_of(*value, wish.form);
  if (!body) return refusal(body.error());
  const auto& identity = snapshot.identity();
  return {.status = 200,
          .type = wish.form.format ? type_of(*wish.form.format) : "text/plain; charset=utf-8",
          .body = *body,
          .headers = {{"ETag", '"' + sha256_hex(*body).substr(0, 32) + '"'},
                      {"X-HotSwap-Profile", identity.profile},
                      {"X-HotSwap-Version", identity.version},
                      {"X-HotSwap-Generation", std::to_string(identity.generation)}}};
}

Page config_page(const ServeRequest& request, const PageSources& sources) {
  Duration wait{0};
  if (const auto text = request.parameter("wait")) {
    const auto read = read_duration(*text);
    if (!read) return {problem_answer(400, "serve.wait", "?wait: " + read.error().detail)};
    wait = std::min<Duration>(*read, limits::kLongPollMax);
  }
  const auto wish = wish_of(request);
  if (!wish) return {refusal(wish.error())};
  const auto snapshot = sources.current();
  if (!snapshot)
    return {
        problem_answer(503, "serve.no_configuration", "no configuration has come yet: see /status"),
        wait};
  auto answer = config_answer(*snapshot, *wish);
  const auto known = request.header("if-none-match");
  if (answer.status == 200 && !known.empty() && known.contains(answer.headers.front().second)) {
    answer.status = 304;
    return {std::move(answer), wait};
  }
  return {std::move(answer)};
}

}  // namespace

Page page_for(const ServeRequest& request, const PageSources& sources) {
  if (request.method != "GET" && request.method != "HEAD")
    return {problem_answer(405, "serve.method", "only GET and HEAD: nothing can be changed here")};
  const std::string_view path = request.path;
  if (path == "/status") return {{.body = json::write_pretty(sources.status()) + '\n'}};
  if (path == "/health") {
    const bool fine = sources.healthy();
    return {{.status = fine ? 200 : 503,
             .body = fine ? "{\"status\":\"ok\"}\n" : "{\"status\":\"unavailable\"}\n"}};
  }
  const bool whole_word =
      path.starts_with(kConfig) &&
      (path.size() == kConfig.size() || path[kConfig.size()] == '/' || path[kConfig.size()] == '.');
  if (whole_word) return config_page(request, sources);
  return {problem_answer(404, "serve.not_found", "there are /config, /status and /health")};
}

bool is_local_host(std::string_view host) {
  const auto is = [&](std::string_view name) {
    return host == name || (host.starts_with(name) && host[name.size()] == ':');
  };
  if (is("localhost") || is("[::1]")) return true;
  const auto address = host.substr(0, host.find(':'));
  return address.starts_with("127.") &&
         address.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace hotswap::agent
