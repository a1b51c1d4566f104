#include "api/server/response_head.hpp"

#include <array>
#include <charconv>
#include <chrono>

#include "api/server/request_parser.hpp"

namespace hotswap::api {
namespace {

// A page of ours brings its own styles and pictures; it loads and runs nothing, and stands in no
// frame.
constexpr std::string_view kPageRules =
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n";

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_clean(std::string& out, std::string_view text) {
  const auto start = out.size();
  out.append(text);
  for (auto i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out.append(": ");
  append_clean(out, value);
  out.append("\r\n");
}

void append_padded(std::string& out, unsigned value) {
  out.push_back(static_cast<char>('0' + value / 10));
  out.push_back(static_cast<char>('0' + value % 10));
}

bool has_no_body(int status) { return status == 204 || status == 304; }

bool has_field(const Response& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (same_header_name(header.name, name)) return true;
  }
  return false;
}

// What browsers must not do with an answer. Everything here belongs to whoever asked, so nothing
// between keeps it unless the answer itself says otherwise.
void append_protection(std::string& out, const Response& response, const HeadContext& context) {
  out.append("X-Content-Type-Options: nosniff\r\n");
  if (!has_field(response, "Cache-Control")) out.append("Cache-Control: no-store\r\n");
  const bool page = response.content_type.starts_with("text/html");
  if (page && !has_field(response, "Content-Security-Policy")) out.append(kPageRules);
  if (context.tls) out.append("Strict-Transport-Security: max-age=31536000\r\n");
}

}  // namespace

void append_head(std::string& out, const Response& response, const HeadContext& context) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.push_back(' ');
  out.append(reason_phrase(response.status));
  out.append("\r\nDate: ").append(context.date).append("\r\n");
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  if (!context.open_end && !has_no_body(response.status)) {
    out.append("Content-Length: ");
    append_number(out, response.body ? response.body->size() : 0);
    out.append("\r\n");
  }
  for (const auto& header : response.headers) append_field(out, header.name, header.value);
  if (response.status == 503 && !has_field(response, "Retry-After")) {
    append_field(out, "Retry-After", "1");
  }
  append_protection(out, response, context);
  if (!context.request_id.empty()) append_field(out, "X-Request-Id", context.request_id);
  if (!context.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (context.http10) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

std::string http_date(WallTime time) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::string text(kDays[std::chrono::weekday{day}.c_encoding()]);
  text.append(", ");
  append_padded(text, static_cast<unsigned>(date.day()));
  text.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  append_number(text, static_cast<std::size_t>(static_cast<int>(date.year())));
  text.append(" ");
  append_padded(text, static_cast<unsigned>(clock.hours().count()));
  text.append(":");
  append_padded(text, static_cast<unsigned>(clock.minutes().count()));
  text.append(":");
  append_padded(text, static_cast<unsigned>(clock.seconds().count()));
  text.append(" GMT");
  return text;
}

}  // namespace hotswap::api
