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

}  // namespace

Fleet::Fleet(Server& server) : server_(server), loop_(server.port(), server.tls()) {
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
  member.stream->send(
      request_text("GET", "/api/v1/instances/" + member.id + "/stream", member.token));
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
  auto& in = member.stream->in;
  if (!member.open) {
    const auto head = in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    if (!in.starts_with("HTTP/1.1 200")) give_up("a stream was refused: " + in);
    in.erase(0, head + 4);
    member.open = true;
    ++open_;
  }
  for (auto end = in.find("\n\n"); end != std::string::npos; end = in.find("\n\n")) {
    take(member, std::string_view(in).substr(0, end));
    in.erase(0, end + 2);
  }
  if (in.empty()) in.shrink_to_fit();
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
  std::string body = "{\"status\":\"healthy\",\"observed\":{\"";
  body.append(member_text(frame, "profile")).append("\":{\"version\":\"");
  body.append(member_text(frame, "version")).append("\",\"generation\":");
  body.append(member_text(frame, "generation"))
      .append(",\"state\":\"")
      .append(state)
      .append("\",\"hash\":\"");
  body.append(member_text(frame, "hash")).append("\"}}}");
  requests_->submit(
      request_text("POST", "/api/v1/instances/" + member.id + "/heartbeat", member.token, body),
      [this](const HttpAnswer& answer) {
        if (answer.status != 200) give_up("an acknowledgement was refused");
        ++progress_.acknowledged;
        progress_.last_acknowledgement = Clock::now();
      });
}

}  // namespace hotswap::perf
