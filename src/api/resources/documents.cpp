#include "api/resources/documents.hpp"

#include "api/formats/yaml.hpp"
#include "api/render/html_words.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/words.hpp"
#include "domain/base/assert.hpp"

namespace hotswap::api {
namespace {

using html::escaped;

constexpr std::string_view kHead =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
    "content='width=device-width'><title>HotSwap</title><style>body{font:16px/1.5 "
    "system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}code{background:#8882;"
    "padding:.1em .3em;border-radius:3px}h2{margin-top:2rem}table{border-collapse:collapse}"
    "td,th{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}}</style>";

std::string text_of(const json::Value& value, std::string_view name) {
  const auto* member = value.find(name);
  const auto* text = member ? member->as_string() : nullptr;
  return text ? *text : std::string();
}

/// Markdown's `code` as HTML; nothing else of it is used within a line.
std::string inline_html(std::string_view text) {
  std::string out;
  bool code = false;
  for (const char c : escaped(text)) {
    if (c != '`') {
      out += c;
      continue;
    }
    out += code ? "</code>" : "<code>";
    code = !code;
  }
  return out;
}

std::string upper(std::string text) {
  for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::string operation_html(const std::string& path, const std::string& method,
                           const json::Value& operation) {
  std::string out = "<tr><td><code>" + upper(method) + "</code><td><code>" + escaped(path) +
                    "</code><td>" + inline_html(text_of(operation, "summary"));
  if (const auto text = text_of(operation, "description"); !text.empty()) {
    out += "<br><small>" + inline_html(text) + "</small>";
  }
  return out + "</tr>\n";
}

Response page_of(std::string text) {
  auto response = make_response(200, "text/html; charset=utf-8", std::move(text));
  response.headers.push_back(
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

}  // namespace

const json::Value& openapi_document() {
  static const json::Value document = [] {
    auto value = yaml_to_json(kOpenApiYaml);
    HS_ASSERT(value.has_value());  // a test reads the same file
    return std::move(*value);
  }();
  return document;
}

std::string docs_html() {
  std::string out(kHead);
  out +=
      "<h1>HotSwap HTTP API</h1><p>The whole contract: <a href=/openapi.json>OpenAPI 3.1</a>. "
      "Errors: <a href=/docs/errors>every reason with its remedy</a>.</p><table>\n";
  const auto* paths = openapi_document().find("paths");
  HS_ASSERT(paths != nullptr && paths->as_object() != nullptr);
  for (const auto& [path, methods] : *paths->as_object()) {
    for (const auto& [method, operation] : *methods.as_object()) {
      if (method != "parameters") out += operation_html(path, method, operation);
    }
  }
  return out + "</table></html>\n";
}

std::string errors_html() {
  std::string out(kHead);
  std::string_view rest = kErrorsText;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with("### ")) {
      const auto reason = escaped(line.substr(4));
      out += "<h3 id=\"" + reason + "\"><code>" + reason + "</code></h3>\n";
    } else if (line.starts_with("## ")) {
      out += "<h2>" + inline_html(line.substr(3)) + "</h2>\n";
    } else if (line.starts_with("# ")) {
      out += "<h1>" + inline_html(line.substr(2)) + "</h1>\n";
    } else if (!line.empty()) {
      out += "<p>" + inline_html(line) + "</p>\n";
    }
  }
  return out + "</html>\n";
}

Result<Reply> openapi_json(Services&, Call&) { return json_answer(200, openapi_document()); }

Result<Reply> docs_page(Services&, Call&) { return page_of(docs_html()); }

Result<Reply> errors_page(Services&, Call&) { return page_of(errors_html()); }

}  // namespace hotswap::api
