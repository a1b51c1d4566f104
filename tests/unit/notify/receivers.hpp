#pragma once
// Receivers on free ports of the loopback: an HTTP listener and a small SMTP relay, both of which
// keep what they are given.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "domain/base/mutex.hpp"

namespace hotswap::testing {

/// Accepts connections one after the other and hands each to a script.
class Listener {
 public:
  explicit Listener(std::function<void(int)> script)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(socket_, 64), 0);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, script = std::move(script)] {
      for (;;) {
        const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        script(connection);
        close(connection);
      }
    });
  }
  ~Listener() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
  std::thread thread_;
};

inline void say(int connection, const std::string& text) {
  EXPECT_EQ(::send(connection, text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

/// Reads until `done` is content with the text, or the peer closes.
inline std::string hear(int connection, const std::function<bool(const std::string&)>& done) {
  std::string text;
  char buffer[4096];
  while (!done(text)) {
    const auto got = recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

/// Answers every request alike and closes the connection.
class HttpReceiver {
 public:
  struct Request {
    std::string head, body;
    [[nodiscard]] std::string header(const std::string& name) const {
      const auto at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return {};
      const auto start = at + name.size() + 4;
      return head.substr(start, head.find("\r\n", start) - start);
    }
  };

  explicit HttpReceiver(std::string status = "200 OK", std::string body = "ok")
      : status_(std::move(status)),
        body_(std::move(body)),
        listener_([this](int connection) { serve(connection); }) {}

  void answer(std::string status, std::string body = {}) {
    const MutexLock lock(mutex_);
    status_ = std::move(status);
    body_ = std::move(body);
  }
  [[nodiscard]] std::vector<Request> requests() const {
    const MutexLock lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(listener_.port()) + path;
  }

 private:
  void serve(int connection) {
    std::size_t length = 0;
    const auto text = hear(connection, [&](const std::string& so_far) {
      const auto end = so_far.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      const auto field = so_far.find("Content-Length: ");
      length = field < end ? std::stoul(so_far.substr(field + 16)) : 0;
      return so_far.size() >= end + 4 + length;
    });
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const MutexLock lock(mutex_);
    requests_.push_back({text.substr(0, end + 2), text.substr(end + 4)});
    say(connection, "HTTP/1.1 " + status_ + "\r\nConnection: close\r\nContent-Length: " +
                        std::to_string(body_.size()) + "\r\n\r\n" + body_);
  }

  mutable Mutex mutex_;
  std::string status_ HS_GUARDED_BY(mutex_);
  std::string body_ HS_GUARDED_BY(mutex_);
  std::vector<Request> requests_ HS_GUARDED_BY(mutex_);
  Listener listener_;
};

/// Speaks enough of RFC 5321 to take mails, or to refuse every recipient.
class SmtpRelayDouble {
 public:
  struct Received {
    std::string from, to, message;
  };
  explicit SmtpRelayDouble(bool refuse = false)
      : refuse_(refuse), listener_([this](int connection) { serve(connection); }) {}

  [[nodiscard]] std::vector<Received> mails() const {
    const MutexLock lock(mutex_);
    return mails_;
  }
  [[nodiscard]] std::string url() const {
    return "smtp://127.0.0.1:" + std::to_string(listener_.port());
  }

 private:
  static std::string line(int connection) {
    std::string text;
    char c = 0;
    while (!text.ends_with("\r\n") && recv(connection, &c, 1, 0) == 1) text += c;
    return text;
  }
  void serve(int connection) {
    Received mail;
    say(connection, "220 double ESMTP\r\n");
    for (std::string said = line(connection); !said.empty(); said = line(connection)) {
      if (said.starts_with("MAIL FROM:")) mail.from = said.substr(10, said.size() - 12);
      if (said.starts_with("RCPT TO:")) mail.to = said.substr(8, said.size() - 10);
      if (said.starts_with("RCPT TO:") && refuse_) {
        say(connection, "550 5.1.1 no such user\r\n");
      } else if (said.starts_with("DATA")) {
        say(connection, "354 go ahead\r\n");
        while (!mail.message.ends_with("\r\n.\r\n")) {
          const auto next = line(connection);
          if (next.empty()) return;
          mail.message += next;
        }
        const MutexLock lock(mutex_);
        mails_.push_back(mail);
        say(connection, "250 taken\r\n");
      } else if (said.starts_with("QUIT")) {
        say(connection, "221 bye\r\n");
        return;
      } else {
        say(connection, "250 ok\r\n");
      }
    }
  }

  const bool refuse_;
  mutable Mutex mutex_;
  std::vector<Received> mails_ HS_GUARDED_BY(mutex_);
  Listener listener_;
};

}  // namespace hotswap::testing
