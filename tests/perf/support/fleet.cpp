#include "perf/support/fleet.hpp"

#include "perf/support/give_up.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPool = 64;
constexpr std::size_t kOpenAtOnce = 256;  // connections whose answer is awaited together
constexpr auto kLimit = 60s;

/// The text of a member of flat JSON, without quotes.
std::string_view member_text(std::string_view json, std::string_view name) {
  const auto key = '"' + std::string(name) + "\":";
  const auto at = json.find(key);
  if (at == std::string_view::npos) give_up("no " + std::string(name) + " in an answer");
  auto value = json.substr(at + key.size());
  if (!value.starts_with('"')) return value.substr(0, value.find_first_of(",}"));
  value.remove_prefix(1);
  return value.substr(0, value.find('"'));
}

std::string registration(std::size_t number) {
  return "{\"serviceName\":\"" + std::string(kService) + "\",\"environment\":\"" + kEnvironment +
         "\",\"hostname\":\"host-" + std::to_string(number) + "\",\"zone\":\"z" +
         std::to_string(number % 3) + "\",\"version\":\"1.0.0\"}";
}

/// A GET that asks for a WebSocket.
std::string upgrade_text(std::string_view path, std::string_view token) {
  auto text = request_text("GET", path, token);
  text.insert(text.size() - 2,
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  return text;
}

/// The payload of a whole unmasked frame, and the bytes of all of it; 0 if it is not there yet.
std::pair<std::string_view, std::size_t> server_frame(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return {};
  const std::size_t wide = byte(1) == 126 ? 2 : byte(1) == 127 ? 8 : 0;
  if (bytes.size() < 2 + wide) return {};
  std::size_t size = wide == 0 ? byte(1) : 0;
  for (std::size_t i = 0; i < wide; ++i) size = size << 8 | byte(2 + i);
  if (bytes.size() < 2 + wide + size) return {};
  return {bytes.substr(2 + wide, size), 2 + wide + size};
}

/// A masked frame, as a client's are. `text` has at most 65,535 bytes.
std::string client_frame(std::string_view text) {
  constexpr std::string_view kMask = "\x37\xfa\x21\x3d";
  std::string out = "\x81";
  if (text.size() < 126) {
    out += static_cast<char>(0x80U | text.size());
  } else {
    out += '\xFE';
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 0xFF);
  }
  out += kMask;
  const auto from = out.size();
  out += text;
  for (std::size_t i = 0; i < text.size(); ++i)
    out[from + i] = static_cast<char>(out[from + i] ^ kMask[i % kMask.size()]);
  return out;
}

}  // namespace

Fleet::Fleet(Server& server, Stream stream)
    : server_(server), stream_(stream), loop_(server.port(), server.tls()) {
  requests_.emplace(loop_, kPool);
}

double Fleet::register_instances(std::size_t count, std::size_t first) {
  const auto start = Clock::now();
  members_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    requests_->submit(
        request_text("POST", "/api/v1/instances", server_.token(), registration(first + i)),
        [&member = members_[i]](const HttpAnswer& answer) {
          if (answer.status != 201) give_up("an instance was not registered");
          member.id = member_text(answer.body, "id");
          member.token = member_text(answer.body, "token");
        });
  }
  loop_.run_until([&] { return requests_->unanswered() == 0; }, kLimit, "registration");
  return static_cast<double>(count) / seconds_since(start);
}

void Fleet::open_streams() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    open_stream(members_[i]);
    if ((i + 1) % kOpenAtOnce != 0 && i + 1 != members_.size()) continue;
    loop_.run_until([&] { return open_ == i + 1; }, kLimit, "opening streams");
  }
}

void Fleet::storm_back() {
  requests_.reset();
  loop_.close_all();
  open_ = 0;
  for (auto& member : members_) {
    member.open = false;
    open_stream(member);
  }
  loop_.run_until([&] { return open_ == members_.size(); }, kLimit, "the storm");
  requests_.emplace(loop_, kPool);
}

void Fleet::open_stream(Member& member) {
  member.stream = &loop_.connect();
  member.stream->on_bytes = [this, &member] { arrived(member); };
  const auto path = "/api/v1/instances/" + member.id + "/stream";
  member.stream->send(stream_ == Stream::WebSocket ? upgrade_text(path, member.token)
                                                   : request_text("GET", path, member.token));
}

void Fleet::beat(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    const auto& member = members_[i % members_.size()];
    requests_->submit(request_text("POST", "/api/v1/instances/" + member.id + "/heartbeat",
                                   member.token, R"({"status":"healthy"})"),
                      [](const HttpAnswer& answer) {
                        if (answer.status != 200) give_up("a heartbeat was refused");
                      });
  }
  loop_.run_until([&] { return requests_->unanswered() == 0; }, kLimit, "heartbeats");
}

void Fleet::arrived(Member& member) {
  if (!member.open && !take_head(member)) return;
  stream_ == Stream::WebSocket ? take_messages(member) : take_events(member);
  auto& in = member.stream->in;
  if (in.empty()) in.shrink_to_fit();
}

bool Fleet::take_head(Member& member) {
  auto& in = member.stream->in;
  const auto head = in.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  if (!in.starts_with(stream_ == Stream::WebSocket ? "HTTP/1.1 101" : "HTTP/1.1 200"))
    give_up("a stream was refused: " + in);
  in.erase(0, head + 4);
  member.open = true;
  ++open_;
  return true;
}

void Fleet::take_messages(Member& member) {
  auto& in = member.stream->in;
  for (;;) {
    const auto [event, size] = server_frame(in);
    if (size == 0) return;
    if (in.front() != '\x81') give_up("a WebSocket was closed");
    take(member, event);
    in.erase(0, size);
  }
}

void Fleet::take_events(Member& member) {
  auto& in = member.stream->in;
  for (auto end = in.find("\n\n"); end != std::string::npos; end = in.find("\n\n")) {
    take(member, std::string_view(in).substr(0, end));
    in.erase(0, end + 2);
  }
}

void Fleet::take(const Member& member, std::string_view frame) {
  const bool staged = frame.starts_with("event: stage");
  const bool activated = frame.starts_with("event: activate");
  if (!staged && !activated && !frame.starts_with("event: config")) return;
  const auto now = Clock::now();
  ++progress_.delivered;
  progress_.last_delivery = now;
  progress_.bytes += frame.size();
  if (activated) {
    if (progress_.activated++ == 0) progress_.first_activation = now;
    progress_.last_activation = now;
  }
  acknowledge(member, frame, staged ? "staged" : "applied");
}

void Fleet::acknowledge(const Member& member, std::string_view frame, std::string_view state) {
  const bool on_stream = stream_ == Stream::WebSocket;
  std::string body = on_stream ? "{\"observed\":{\"" : "{\"status\":\"healthy\",\"observed\":{\"";
  body.append(member_text(frame, "profile")).append("\":{\"version\":\"");
  body.append(member_text(frame, "version")).append("\",\"generation\":");
  body.append(member_text(frame, "generation"))
      .append(",\"state\":\"")
      .append(state)
      .append("\",\"hash\":\"");
  body.append(member_text(frame, "hash")).append("\"}}}");
  if (on_stream) {
    member.stream->send(client_frame(body));
    return acknowledged();
  }
  requests_->submit(
      request_text("POST", "/api/v1/instances/" + member.id + "/heartbeat", member.token, body),
      [this](const HttpAnswer& answer) {
        if (answer.status != 200) give_up("an acknowledgement was refused");
        acknowledged();
      });
}

void Fleet::acknowledged() {
  ++progress_.acknowledged;
  progress_.last_acknowledgement = Clock::now();
}

}  // namespace hotswap::perf
