#include "web_socket.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

namespace hotswap::sdk {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kBlock = std::size_t{16} << 10U;
constexpr int kBlocks = 64;  ///< read in one go, before others have their turn
constexpr std::size_t kRefusalBytes = std::size_t{64} << 10U;
constexpr std::size_t kWaitingBytes = std::size_t{4} << 20U;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  static thread_local std::random_device source;
  std::array<std::uint8_t, N> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(source());
  return bytes;
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owned(text);
  return text;
}

ws::Ask ask_for(const HttpRequest& request, const std::string& key) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0);
  const auto port = part_of(url.get(), CURLUPART_PORT);
  const auto query = part_of(url.get(), CURLUPART_QUERY);
  return {.host = part_of(url.get(), CURLUPART_HOST) + (port.empty() ? "" : ":" + port),
          .target = part_of(url.get(), CURLUPART_PATH) + (query.empty() ? "" : "?" + query),
          .token = request.token,
          .header = request.header,
          .key = key};
}

/// What a server says of itself; anything else may be a word of who stands between.
bool is_refusal(int status) {
  return status == 401 || status == 404 || status == 429 || status == 503;
}

std::optional<std::size_t> length_of(const ws::Head& head) {
  const auto* field = head.field("content-length");
  if (field == nullptr) return std::nullopt;
  std::size_t length = 0;
  const auto* const end = field->data() + field->size();
  const auto [stop, bad] = std::from_chars(field->data(), end, length);
  return bad == std::errc{} && stop == end ? std::optional(length) : std::nullopt;
}

}  // namespace

WebSocket::WebSocket(HttpRequest request, const Way& way, const Limits& limits, StreamSink sink)
    : request_(std::move(request)),
      limits_(limits),
      sink_(std::move(sink)),
      key_(ws::key_of(random_bytes<16>())),
      frames_(limits.message),
      connection_({request_.url, way.tls, limits.connect, way.known}) {}

WebSocket::~WebSocket() {
  if (state_ == State::Open) close(ws::CloseCode::GoingAway, {});
}

void WebSocket::watch(std::vector<curl_waitfd>& all) const {
  if (state_ != State::Ended) connection_.watch(all, !out_.empty());
}

std::chrono::milliseconds WebSocket::patience(std::chrono::milliseconds wait) const {
  if (state_ == State::Ended || more_to_read_) return std::chrono::milliseconds(0);
  const auto until = [&](SteadyTime due) {
    wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(due - SteadyClock::now()));
  };
  if (state_ != State::Connecting) until(last_byte_ + limits_.silence);
  if (const auto due = connection_.due()) until(*due);
  return std::max(wait, std::chrono::milliseconds(0));
}

void WebSocket::go_on() {
  if (state_ == State::Connecting) {
    connection_.go_on();
    if (connection_.state() == RawConnection::State::Connecting) return;
    if (connection_.state() == RawConnection::State::Failed) {
      if (connection_.proxy_refused()) shut_ = Shut::NotUpgraded;
      return end(connection_.error());
    }
    ask();
  }
  write();
  read();
  if (state_ != State::Ended && SteadyClock::now() - last_byte_ >= limits_.silence)
    lost("silent for too long");
}

void WebSocket::ask() {
  state_ = State::Asking;
  last_byte_ = SteadyClock::now();
  out_.push_back(ws::write_ask(ask_for(request_, key_)));
  waiting_ = out_.back().size();
}

bool WebSocket::send(std::string_view text) {
  if (state_ != State::Open || waiting_ + text.size() > kWaitingBytes) return false;
  say_frame(ws::Opcode::Text, text);
  write();
  return state_ == State::Open;
}

void WebSocket::say_frame(ws::Opcode opcode, std::string_view payload) {
  out_.push_back(ws::write_frame(opcode, payload, random_bytes<4>()));
  waiting_ += out_.back().size();
}

void WebSocket::write() {
  while (state_ != State::Ended && !out_.empty()) {
    const auto sent = connection_.write(std::string_view(out_.front()).substr(written_));
    if (!sent) return lost(sent.error());
    if (*sent == 0) return;
    written_ += *sent;
    waiting_ -= *sent;
    if (written_ < out_.front().size()) continue;
    out_.pop_front();
    written_ = 0;
  }
}

void WebSocket::read() {
  std::array<char, kBlock> block;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  more_to_read_ = false;
  for (int i = 0; i < kBlocks && state_ != State::Ended; ++i) {
    const auto got = connection_.read(block.data(), block.size());
    if (!got) return lost(got.error());
    if (*got == 0) return;
    last_byte_ = SteadyClock::now();
    take({block.data(), *got});
  }
  more_to_read_ = true;  // TLS may hold bytes that poll() does not see
}

void WebSocket::take(std::string_view bytes) {
  if (state_ == State::Open) return take_frames(bytes);
  if (answer_.size() + bytes.size() > ws::kHeadBytes + kRefusalBytes)
    return unanswered("the answer is too large");
  answer_ += bytes;
  take_answer();
}

void WebSocket::take_answer() {
  const auto end = answer_.find(kHeadEnd);
  if (end == std::string::npos) {
    if (answer_.size() > ws::kHeadBytes) unanswered("the answer's head is too large");
    return;
  }
  const auto size = end + kHeadEnd.size();
  const auto head = ws::read_head(std::string_view(answer_).substr(0, size));
  if (!head) return unanswered(head.error());
  if (head->status != 101 && head->status < 200) {  // a word in between
    answer_.erase(0, size);
    return take_answer();
  }
  if (head->status != 101) return refused(*head, std::string_view(answer_).substr(size));
  if (const auto fault = ws::fault_of(*head, key_)) return unanswered("101, but " + *fault);
  state_ = State::Open;
  const auto rest = std::exchange(answer_, {}).substr(size);
  sink_.opened();
  take_frames(rest);
}

std::size_t WebSocket::body_size(const ws::Head& head) const {
  return std::min(length_of(head).value_or(0), kRefusalBytes);
}

void WebSocket::refused(const ws::Head& head, std::string_view body) {
  if (!is_refusal(head.status)) {
    shut_ = Shut::NotUpgraded;
    return end("HTTP " + std::to_string(head.status) + " in place of a WebSocket");
  }
  const auto size = body_size(head);
  if (body.size() < size) return;  // more is to come
  reply_.status = head.status;
  reply_.body = body.substr(0, size);
  if (const auto* after = head.field("retry-after"))
    reply_.retry_after = ws::read_retry_after(*after);
  end({});
}

void WebSocket::take_frames(std::string_view bytes) {
  const auto wrong =
      frames_.feed(bytes, [this](ws::Item&& item) { return take_item(std::move(item)); });
  if (wrong) close(wrong->code, "the server broke the protocol: " + std::string(wrong->what));
}

bool WebSocket::take_item(ws::Item&& item) {
  switch (item.opcode) {
    case ws::Opcode::Text:
      if (!sink_.bytes(item.payload)) close(ws::CloseCode::Normal, {});
      break;
    case ws::Opcode::Ping:
      // Who asks again and again and reads no answer gets none.
      if (waiting_ < kWaitingBytes) say_frame(ws::Opcode::Pong, item.payload);
      write();
      break;
    case ws::Opcode::Close: {
      const auto said = ws::read_closing(item.payload);
      const bool plain = said.code == 1000 || said.code == 1001 || said.code == 1005;
      close(ws::CloseCode::Normal,
            plain ? "" : "closed: " + std::to_string(said.code) + " " + said.reason);
      break;
    }
    case ws::Opcode::Pong:
    case ws::Opcode::Binary:
    case ws::Opcode::Continuation:
      break;
  }
  return state_ == State::Open;
}

void WebSocket::close(ws::CloseCode code, std::string why) {
  if (state_ != State::Open) return;
  say_frame(ws::Opcode::Close, ws::close_payload(code));
  write();
  end(std::move(why));
}

void WebSocket::unanswered(std::string why) {
  shut_ = Shut::Unanswered;
  end(std::move(why));
}

void WebSocket::lost(std::string why) {
  if (state_ == State::Asking) {
    unanswered(why.empty() ? "closed without an answer" : std::move(why));
  } else {
    end(std::move(why));
  }
}

void WebSocket::end(std::string why) {
  if (state_ == State::Ended) return;
  state_ = State::Ended;
  reply_.error = std::move(why);
}

}  // namespace hotswap::sdk
