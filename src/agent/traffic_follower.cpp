#include "agent/traffic_follower.hpp"

#include <functional>

#include "backoff.hpp"
#include "domain/json/parse.hpp"
#include "sse_parser.hpp"

namespace hotswap::agent {
namespace {

constexpr std::size_t kFrameBytes = 64 << 10;

std::optional<TrafficState> state_in(const std::string& data) {
  const auto value = json::parse(data);
  if (!value) return std::nullopt;
  TrafficState state;
  const auto text = [&](std::string_view name, std::string& into) {
    const auto* member = value->find(name);
    const auto* found = member != nullptr ? member->as_string() : nullptr;
    if (found != nullptr) into = *found;
    return found != nullptr;
  };
  const auto* generation = value->find("generation");
  const auto number = generation != nullptr ? generation->as_int() : std::nullopt;
  const bool whole = text("service", state.service) && text("environment", state.environment) &&
                     text("live", state.live) && text("idle", state.idle);
  if (!whole || !number || *number < 0) return std::nullopt;
  state.generation = static_cast<std::uint64_t>(*number);
  return state;
}

}  // namespace

TrafficFollower::TrafficFollower(TrafficFollowerOptions options)
    : options_(std::move(options)), file_(options_.file) {}

TrafficFollower::~TrafficFollower() { stop(); }

void TrafficFollower::start() {
  writer_ = std::jthread([this](const std::stop_token& stop) { write(stop); });
  reader_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

void TrafficFollower::stop() {
  for (auto* thread : {&reader_, &writer_}) {
    thread->request_stop();
    wake_.notify_all();
    if (thread->joinable()) thread->join();
  }
}

void TrafficFollower::say(const std::string& line) const {
  if (options_.log) options_.log("traffic: " + line);
}

void TrafficFollower::wait(const std::stop_token& stop, Duration duration) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, duration, [] { return false; });
}

void TrafficFollower::take(const std::string& data) {
  auto state = state_in(data);
  if (!state) return say("the server sent what cannot be read; is it newer than this agent?");
  {
    const std::lock_guard lock(mutex_);
    wanted_ = std::move(state);
    connected_ = true;
  }
  wake_.notify_all();
}

std::string TrafficFollower::read_stream(const std::string& server, const std::stop_token& stop) {
  HttpRequest request;
  request.url =
      server + "/api/v1/services/" + options_.service + '/' + options_.environment + "/traffic";
  request.headers = {{"Authorization", "Bearer " + options_.token()},
                     {"Accept", "text/event-stream"}};
  request.idle_timeout = options_.silence;
  request.ca_file = options_.ca_file;
  sdk::SseParser parser(kFrameBytes);
  const auto on_frame = [this](const sdk::SseFrame& frame) {
    if (frame.event == "traffic") take(frame.data);
    return true;
  };
  const auto answer = http_.stream(
      request,
      [&](std::string_view bytes) {
        return parser.feed(bytes, on_frame) == sdk::SseParser::Outcome::More;
      },
      stop);
  if (!answer) return answer.error().detail;
  if (answer->status == 200) return "the stream ended";
  return "HTTP " + std::to_string(answer->status) + " " + answer->body.substr(0, 300);
}

void TrafficFollower::follow(const std::stop_token& stop) {
  sdk::Backoff backoff(options_.backoff_min, options_.backoff_max,
                       std::hash<std::string>{}(options_.file.output.string()));
  std::string last;
  for (std::size_t turn = 0; !stop.stop_requested(); ++turn) {
    const std::string& server = options_.servers[turn % options_.servers.size()];
    const std::string why = read_stream(server, stop);
    if (stop.stop_requested()) return;
    if (why != last) say(server + ": " + why + "; connecting again");
    last = why;
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(connected_, false)) backoff.reset();
    }
    wait(stop, backoff.next());
  }
}

void TrafficFollower::write(const std::stop_token& stop) {
  sdk::Backoff backoff(options_.backoff_min, options_.backoff_max, 1);
  std::string last;
  while (!stop.stop_requested()) {
    TrafficState state;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return wanted_.has_value(); })) return;
      state = *std::exchange(wanted_, std::nullopt);
    }
    const auto done = file_.apply(state);
    if (done) {
      if (*done) say(state.live + " is live in " + options_.file.output.string());
      backoff.reset();
      last.clear();
      continue;
    }
    if (done.error().detail != last) say(done.error().detail + "; the old file stays for now");
    last = done.error().detail;
    wait(stop, backoff.ceiling());
    static_cast<void>(backoff.next());
    const std::lock_guard lock(mutex_);
    if (!wanted_) wanted_ = state;  // again, unless something newer has come
  }
}

}  // namespace hotswap::agent
