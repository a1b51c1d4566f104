#include "infrastructure/syslog/syslog_receiver.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "domain/base/utf8.hpp"
#include "infrastructure/syslog/message.hpp"

namespace hotswap {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(10);
constexpr std::size_t kDatagramBytes = 8192;
constexpr std::string_view kUdp = "udp://";

std::unexpected<Error> unsent(const std::string& url, std::string internal) {
  return std::unexpected(Error{ErrorCode::Unavailable,
                               "syslog.unreachable",
                               url + " cannot be sent to",
                               {},
                               std::move(internal)});
}

/// A connected datagram socket.
class Datagrams {
 public:
  explicit Datagrams(const std::string& place) {
    const auto colon = place.rfind(':');
    std::string host = place.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), place.substr(colon + 1).c_str(), &hints, &found);
    if (error != 0) {
      why_ = ::gai_strerror(error);
      return;
    }
    for (const auto* at = found; at != nullptr && socket_ < 0; at = at->ai_next) open(*at);
    ::freeaddrinfo(found);
  }
  ~Datagrams() {
    if (socket_ >= 0) ::close(socket_);
  }
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  bool send(std::string_view bytes) {
    if (socket_ < 0) return false;
    if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
        static_cast<ssize_t>(bytes.size()))
      return true;
    why_ = std::strerror(errno);
    return false;
  }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  void open(const addrinfo& at) {
    socket_ = ::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC, at.ai_protocol);
    if (socket_ >= 0 && ::connect(socket_, at.ai_addr, at.ai_addrlen) == 0) return;
    why_ = std::strerror(errno);
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  int socket_ = -1;
  std::string why_;
};

}  // namespace

SyslogReceiver::SyslogReceiver(std::string url, std::string ca_file, std::string host)
    : url_(std::move(url)), ca_file_(std::move(ca_file)), host_(std::move(host)) {}

SyslogReceiver::~SyslogReceiver() = default;

Result<void> SyslogReceiver::send(const AuditBatch& batch) {
  std::vector<std::string> messages;
  for (const auto& entry : batch.entries) messages.push_back(syslog::message_of(entry, host_));
  for (const auto& checkpoint : batch.checkpoints)
    messages.push_back(syslog::message_of(checkpoint, host_));
  return url_.starts_with(kUdp) ? send_datagrams(messages) : send_stream(messages);
}

Result<void> SyslogReceiver::send_datagrams(const std::vector<std::string>& messages) {
  Datagrams socket(url_.substr(kUdp.size()));
  for (const auto& message : messages)
    if (!socket.send(clip_utf8(message, kDatagramBytes))) return unsent(url_, socket.why());
  return {};
}

Result<void> SyslogReceiver::send_stream(const std::vector<std::string>& messages) {
  // A server that went away is noticed before more is given to a connection that nobody reads.
  if (stream_ && !stream_->is_open()) stream_.reset();
  if (!stream_) {
    auto opened = ByteStream::open({.url = url_, .ca_file = ca_file_, .timeout = kTimeout});
    if (!opened) return std::unexpected(opened.error());
    stream_ = std::move(*opened);
    fresh_ = true;
  }
  std::string bytes;
  for (const auto& message : messages) bytes += syslog::framed(message);
  const bool is_new = std::exchange(fresh_, false);
  auto sent = stream_->write(is_new ? last_ + bytes : bytes, kTimeout);
  if (sent)
    last_ = std::move(bytes);
  else
    stream_.reset();
  return sent;
}

}  // namespace hotswap
