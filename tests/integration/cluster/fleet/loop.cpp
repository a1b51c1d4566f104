#include "integration/cluster/fleet/loop.hpp"

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::fleet {
namespace {

using namespace std::chrono_literals;

constexpr auto kBeat = 2000ms;
constexpr auto kSilence = 20s;  ///< of a stream: its server pings more often
constexpr long kAnswerMs = 5000, kConnectMs = 1500;
constexpr int kLookMs = 20;
constexpr int kSpread = 400;  ///< of reconnections, milliseconds

WallTime wall_now() {
  return WallTime(
      std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace

Fleet::Loop::Loop(Options options) : options_(std::move(options)), multi_(curl_multi_init()) {
  for (std::size_t i = 0; i < options_.count; ++i) {
    auto& agent = agents_.emplace_back();
    agent.number = i;
    agent.server = i % options_.servers.size();
    agent.loop = this;
    agent.stream = curl_easy_init();
    agent.request = curl_easy_init();
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Fleet::Loop::~Loop() {
  thread_.request_stop();
  thread_.join();
  for (auto& agent : agents_) {
    for (CURL* handle : {agent.stream, agent.request}) {
      curl_multi_remove_handle(multi_, handle);
      curl_easy_cleanup(handle);
    }
    curl_slist_free_all(agent.headers);
    curl_slist_free_all(agent.json_headers);
  }
  curl_multi_cleanup(multi_);
}

std::chrono::milliseconds Fleet::Loop::jitter(int most) {
  return std::chrono::milliseconds(std::uniform_int_distribution(1, most)(random_));
}

std::string Fleet::Loop::url(const Agent& agent, const std::string& path) const {
  return options_.servers[agent.server] + path;
}

void Fleet::Loop::make_headers(Agent& agent, const std::string& token) {
  curl_slist_free_all(agent.headers);
  curl_slist_free_all(agent.json_headers);
  const auto bearer = "Authorization: Bearer " + token;
  agent.headers = curl_slist_append(nullptr, bearer.c_str());
  agent.json_headers = curl_slist_append(nullptr, bearer.c_str());
  agent.json_headers = curl_slist_append(agent.json_headers, "Content-Type: application/json");
}

void Fleet::Loop::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::size_t open = 0;
    for (auto& agent : agents_) {
      look_after(agent);
      open += agent.open ? 1 : 0;
    }
    book_.connected(open);
    int under_way = 0;
    curl_multi_perform(multi_, &under_way);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) finished(*message);
    curl_multi_poll(multi_, nullptr, 0, kLookMs, nullptr);
  }
}

void Fleet::Loop::look_after(Agent& agent) {
  const auto now = Steady::now();
  if (agent.streaming && now - agent.last_heard > kSilence) {
    elsewhere(agent);
    close_stream(agent, jitter(kSpread));
  }
  if (agent.asked != Asked::Nothing) return;
  const auto mine = "/api/v1/instances/" + agent.id;
  if (agent.token.empty()) {
    if (now < agent.register_at) return;
    make_headers(agent, options_.token);
    json::Object body{{"serviceName", options_.service},
                      {"environment", "Production"},
                      {"hostname", "host-" + std::to_string(agent.number)},
                      {"zone", "z" + std::to_string(agent.number % 3)}};
    if (!agent.id.empty()) body.append("id", agent.id);
    return ask(agent, Asked::Registration, "/api/v1/instances", json::write(body));
  }
  if (!agent.streaming && now >= agent.stream_at) open_stream(agent);
  if (std::exchange(agent.fetch, false)) return ask(agent, Asked::Configs, mine + "/configs", "");
  if (!agent.say && now < agent.beat_at) return;
  agent.say = false;
  agent.beat_at = now + kBeat;
  ask(agent, Asked::Heartbeat, mine + "/heartbeat",
      json::write(json::Object{{"status", "healthy"}, {"observed", agent.mind.observed()}}));
}

void Fleet::Loop::open_stream(Agent& agent) {
  agent.frames = {};
  agent.last_heard = Steady::now();
  const auto address = url(agent, "/api/v1/instances/" + agent.id + "/stream");
  curl_easy_setopt(agent.stream, CURLOPT_URL, address.c_str());
  curl_easy_setopt(agent.stream, CURLOPT_HTTPHEADER, agent.headers);
  curl_easy_setopt(agent.stream, CURLOPT_WRITEFUNCTION, on_stream);
  curl_easy_setopt(agent.stream, CURLOPT_WRITEDATA, &agent);
  curl_easy_setopt(agent.stream, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(agent.stream, CURLOPT_HEADERDATA, &agent);
  curl_easy_setopt(agent.stream, CURLOPT_PRIVATE, &agent);
  curl_easy_setopt(agent.stream, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(agent.stream, CURLOPT_NOSIGNAL, 1L);
  curl_multi_add_handle(multi_, agent.stream);
  agent.streaming = true;
}

void Fleet::Loop::close_stream(Agent& agent, std::chrono::milliseconds pause) {
  if (!agent.streaming) return;
  curl_multi_remove_handle(multi_, agent.stream);
  if (agent.open) book_.reconnected();
  agent.streaming = agent.open = false;
  agent.stream_at = Steady::now() + pause;
}

void Fleet::Loop::ask(Agent& agent, Asked what, const std::string& path, const std::string& body) {
  agent.asked = what;
  agent.answer.clear();
  const auto address = url(agent, path);
  curl_easy_setopt(agent.request, CURLOPT_URL, address.c_str());
  curl_easy_setopt(agent.request, CURLOPT_HTTPHEADER, agent.json_headers);
  if (body.empty())
    curl_easy_setopt(agent.request, CURLOPT_HTTPGET, 1L);
  else
    curl_easy_setopt(agent.request, CURLOPT_COPYPOSTFIELDS, body.c_str());
  curl_easy_setopt(agent.request, CURLOPT_WRITEFUNCTION, on_answer);
  curl_easy_setopt(agent.request, CURLOPT_WRITEDATA, &agent);
  curl_easy_setopt(agent.request, CURLOPT_PRIVATE, &agent);
  curl_easy_setopt(agent.request, CURLOPT_TIMEOUT_MS, kAnswerMs);
  curl_easy_setopt(agent.request, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(agent.request, CURLOPT_NOSIGNAL, 1L);
  curl_multi_add_handle(multi_, agent.request);
}

void Fleet::Loop::elsewhere(Agent& agent) {
  agent.server = (agent.server + 1) % options_.servers.size();
}

void Fleet::Loop::finished(CURLMsg& message) {
  if (message.msg != CURLMSG_DONE) return;
  CURL* handle = message.easy_handle;
  const auto code = message.data.result;
  void* found = nullptr;
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &found);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  auto& agent = *static_cast<Agent*>(found);
  if (handle == agent.stream) {
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT) elsewhere(agent);
    // Who is not known registers by its next heartbeat, which is answered 404 as well.
    return close_stream(agent, jitter(kSpread));
  }
  curl_multi_remove_handle(multi_, handle);
  answered(agent, code == CURLE_OK ? status : 0);
}

void Fleet::Loop::answered(Agent& agent, long status) {
  const auto asked = std::exchange(agent.asked, Asked::Nothing);
  const bool good = status == 200 || status == 201;
  if (status == 0) elsewhere(agent);
  if (asked == Asked::Registration) {
    if (good) return registered(agent);
    agent.register_at = Steady::now() + jitter(kSpread);
    return;
  }
  if (status == 404 || status == 401) {
    agent.token.clear();
    agent.register_at = Steady::now() + jitter(kSpread);
    return close_stream(agent, 0ms);
  }
  if (!good) {
    // What was to be said is said again.
    agent.beat_at = std::min(agent.beat_at, Steady::now() + jitter(kSpread));
    agent.fetch = agent.fetch || asked == Asked::Configs;
    return;
  }
  const auto answer = json::parse(agent.answer);
  if (!answer) return book_.breach("an answer that is no JSON");
  if (asked == Asked::Configs)
    for (const auto& taken : agent.mind.take_all(*answer)) take(agent, taken);
  else if (!cli::items_at(*answer, "changed").empty())
    agent.fetch = true;
}

void Fleet::Loop::registered(Agent& agent) {
  const auto answer = json::parse(agent.answer);
  if (!answer) return book_.breach("a registration that is no JSON");
  agent.id = cli::text_at(*answer, "id");
  agent.token = cli::text_at(*answer, "token");
  make_headers(agent, agent.token);
  agent.mind.forget_generations();
  for (const auto& taken : agent.mind.take_all(*answer)) take(agent, taken);
  agent.stream_at = Steady::now();
  agent.beat_at = Steady::now() + jitter(static_cast<int>(kBeat.count()));
}

void Fleet::Loop::take(Agent& agent, const Taken& taken) {
  if (!taken.breach.empty()) book_.breach(agent.id + ": " + taken.breach);
  agent.say = agent.say || taken.say;
  agent.fetch = agent.fetch || taken.fetch;
  if (!taken.applied) return;
  const auto& running = agent.mind.held().at(taken.profile).running;
  book_.applied(
      {agent.number, wall_now(), agent.id, taken.profile, running.version, running.generation});
}

std::size_t Fleet::Loop::on_stream(char* data, std::size_t size, std::size_t count, void* self) {
  auto& agent = *static_cast<Agent*>(self);
  if (!agent.open) return size * count;
  agent.last_heard = Steady::now();
  for (const auto& frame : agent.frames.take({data, size * count})) {
    const auto taken = agent.mind.take(frame);
    agent.loop->take(agent, taken);
    if (!taken.reconnect) continue;
    agent.stream_at = Steady::now() + *taken.reconnect;
    return 0;  // ends the transfer
  }
  return size * count;
}

std::size_t Fleet::Loop::on_head(char* data, std::size_t size, std::size_t count, void* self) {
  // The head is all there is while nothing is desired.
  if (std::string_view(data, size * count).starts_with("HTTP/1.1 200"))
    static_cast<Agent*>(self)->open = true;
  return size * count;
}

std::size_t Fleet::Loop::on_answer(char* data, std::size_t size, std::size_t count, void* self) {
  static_cast<Agent*>(self)->answer.append(data, size * count);
  return size * count;
}

}  // namespace hotswap::fleet
