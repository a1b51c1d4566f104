#include "servers/otlp_receiver.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

ReceivedSpan span_of(const json::Value& value) {
  ReceivedSpan span;
  span.trace = cli::text_at(value, "trace");
  span.id = cli::text_at(value, "id");
  span.parent = cli::text_at(value, "parent");
  span.name = cli::text_at(value, "name");
  span.message = cli::text_at(value, "message");
  span.state = cli::text_at(value, "state");
  span.kind = cli::int_at(value, "kind");
  span.start = number(cli::text_at(value, "start"));
  span.end = number(cli::text_at(value, "end"));
  span.failed = cli::int_at(value, "status") == 2;
  span.attributes = *value.find("attributes");
  span.resource = *value.find("resource");
  for (const auto& link : *value.find("links")->as_array())
    span.links.push_back(cli::text_at(link, "id"));
  return span;
}

}  // namespace

std::string ReceivedSpan::attribute(std::string_view wanted) const {
  const auto* value = attributes.find(wanted);
  if (value == nullptr) return {};
  const auto* text = value->as_string();
  return text == nullptr ? json::write(*value) : text->str();
}

OtlpReceiver::OtlpReceiver(int port) : folder_("hotswap-otlp") {
  auto process =
      cli::ChildProcess::start({.command = {"node", std::string(HS_OTLP_SOURCES) + "/receiver.mjs",
                                            HS_OTLP_INSTALLED, std::to_string(port)},
                                .log = folder_.path() / "log"});
  if (!process) throw std::runtime_error(process.error().detail);
  process_ = std::move(*process);
  const auto line = process_.wait_line("listening ", kPatience);
  if (!line) throw std::runtime_error("receiver of OTLP: " + process_.output());
  port_ = static_cast<int>(number(line->substr(line->rfind(' ') + 1)));
}

OtlpReceiver::~OtlpReceiver() {
  process_.send(SIGKILL);
  static_cast<void>(process_.wait(10s));
}

std::string OtlpReceiver::endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

json::Value OtlpReceiver::ask(const std::string& path) {
  const auto answer =
      http_.request({.url = endpoint() + path, .max_response_bytes = std::size_t{64} << 20});
  if (!answer) throw std::runtime_error(answer.error().detail);
  auto value = json::parse(answer->body, {.bytes = std::size_t{64} << 20});
  if (!value) throw std::runtime_error(value.error().detail);
  return std::move(*value);
}

ReceivedSpans OtlpReceiver::spans() {
  ReceivedSpans all;
  const auto received = ask("/spans");
  for (const auto& span : *received.as_array()) all.push_back(span_of(span));
  return all;
}

json::Value OtlpReceiver::metrics() { return ask("/metrics"); }

json::Array OtlpReceiver::requests() {
  const auto all = ask("/requests");
  return *all.as_array();
}

void OtlpReceiver::behaves(const std::string& json) {
  const auto answer =
      http_.request({.method = "PUT", .url = endpoint() + "/behaviour", .body = json});
  if (!answer || answer->status != 200) throw std::runtime_error("receiver of OTLP: " + json);
}

ReceivedSpans OtlpReceiver::until(const std::function<bool(const ReceivedSpans&)>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  auto all = spans();
  while (!condition(all) && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(50ms);
    all = spans();
  }
  return all;
}

ReceivedSpans named(const ReceivedSpans& spans, const std::string& name) {
  ReceivedSpans found;
  std::ranges::copy_if(spans, std::back_inserter(found),
                       [&](const ReceivedSpan& span) { return span.name == name; });
  return found;
}

const ReceivedSpan& only(const ReceivedSpans& spans, const std::string& name) {
  const auto is_it = [&](const ReceivedSpan& span) { return span.name == name; };
  if (std::ranges::count_if(spans, is_it) != 1)
    throw std::runtime_error(std::to_string(std::ranges::count_if(spans, is_it)) +
                             " spans are called " + name + ", not one");
  return *std::ranges::find_if(spans, is_it);
}

}  // namespace hotswap::testing
