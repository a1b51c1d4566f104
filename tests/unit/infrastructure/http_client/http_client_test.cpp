// In every test the client is declared behind the server, so that its kept connections close first
// and the server's script can end.
#include "infrastructure/http_client/http_client.hpp"

#include <gtest/gtest.h>

#include "unit/infrastructure/http_client/scripted_server.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using Peer = ScriptedServer::Peer;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing: a b \r\n\r\nhi";
const std::string kStream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

/// Answers every request of every connection with these bytes.
auto answering(const std::string& bytes) {
  return [bytes](Peer& peer, int) {
    while (!peer.read_request().empty()) peer.send(bytes);
  };
}

TEST(HttpClient, sends_a_request_and_reads_the_answer) {
  std::string seen;
  {
    ScriptedServer server([&](Peer& peer, int) {
      seen = peer.read_request();
      peer.send(kOk);
      peer.wait_for_close();
    });
    HttpClient client;
    auto request = get(server.url("/path?x=1"));
    request.method = "POST";
    request.headers = {{"Authorization", "Bearer t"}, {"X-Empty", ""}};
    request.body = R"({"a":1})";
    const auto response = client.request(request);
    ASSERT_TRUE(response.has_value()) << response.error().detail;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "hi");
    EXPECT_EQ(response->header("x-thing"), "a b");
    EXPECT_EQ(response->header("x-none"), std::nullopt);
  }
  EXPECT_TRUE(seen.starts_with("POST /path?x=1 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Authorization: Bearer t\r\n"), std::string::npos);
  EXPECT_NE(seen.find("X-Empty:\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("Expect"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":1}"));
}

TEST(HttpClient, repeats_a_request_when_a_kept_connection_breaks) {
  std::atomic<int> posts = 0;
  ScriptedServer server([&](Peer& peer, int connection) {
    if (connection == 0 && !peer.read_request().empty()) peer.send(kOk);
    if (!peer.read_request().empty()) ++posts;
    if (connection > 0) peer.send(kOk);
  });
  HttpClient client;
  ASSERT_TRUE(client.request(get(server.url())));
  auto request = get(server.url());
  request.method = "POST";
  EXPECT_TRUE(client.request(request));
  EXPECT_EQ(posts, 2);
}

TEST(HttpClient, sends_what_must_be_sent_once_on_a_connection_of_its_own) {
  std::atomic<int> posts = 0;
  ScriptedServer server([&](Peer& peer, int connection) {
    const bool got = !peer.read_request().empty();
    if (connection > 0) {
      posts += got ? 1 : 0;
      return;
    }
    peer.send(kOk);
    peer.keep_open();
  });
  HttpClient client;
  ASSERT_TRUE(client.request(get(server.url())));
  auto request = get(server.url());
  request.method = "POST";
  request.once = true;
  const auto response = client.request(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().reason, "http.unreachable");
  EXPECT_EQ(posts, 1);
}

TEST(HttpClient, keeps_its_connection_for_the_next_request) {
  std::atomic<int> connections = 0;
  ScriptedServer server([&](Peer& peer, int) {
    ++connections;
    while (!peer.read_request().empty()) peer.send(kOk);
  });
  HttpClient client;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.request(get(server.url())).has_value());
  auto deletion = get(server.url());
  deletion.method = "DELETE";
  ASSERT_TRUE(client.request(deletion).has_value());
  EXPECT_EQ(connections, 1);
}

TEST(HttpClient, gives_every_status_and_follows_no_redirect) {
  ScriptedServer server(answering(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
  HttpClient client;
  const auto response = client.request(get(server.url()));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->header("location"), "http://127.0.0.1:1/");
}

TEST(HttpClient, reads_no_body_of_head) {
  ScriptedServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"));
  HttpClient client;
  auto request = get(server.url());
  request.method = "HEAD";
  EXPECT_EQ(client.request(request)->status, 200);
}

TEST(HttpClient, refuses_an_answer_that_is_too_large) {
  ScriptedServer server(
      answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x')));
  HttpClient client;
  auto request = get(server.url());
  request.max_response_bytes = 4999;
  const auto refused = client.request(request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "http.too_large");
  request.max_response_bytes = 5000;
  EXPECT_EQ(client.request(request)->body.size(), 5000U);
}

TEST(HttpClient, gives_up_on_a_silent_server) {
  ScriptedServer server([](Peer& peer, int) { peer.wait_for_close(); });
  HttpClient client;
  auto request = get(server.url());
  request.timeout = 50ms;
  const auto response = client.request(request);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().reason, "http.timeout");
  EXPECT_EQ(response.error().code, ErrorCode::Timeout);
}

TEST(HttpClient, tells_when_nobody_is_there_or_the_line_breaks) {
  std::string url;
  {
    ScriptedServer gone([](Peer&, int) {});
    url = gone.url();
    HttpClient client;
    EXPECT_EQ(client.request(get(url)).error().reason, "http.unreachable");
  }
  HttpClient client;
  const auto response = client.request(get(url));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().reason, "http.unreachable");
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
}

TEST(HttpClient, speaks_http_only_and_sends_nothing_forged) {
  HttpClient client;
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
                          "http://", "http://127.0.0.1/\r\nX: y", ""}) {
    const auto response = client.request(get(url));
    ASSERT_FALSE(response.has_value()) << url;
    EXPECT_EQ(response.error().reason, "http.invalid_request") << url;
  }
  auto forged = get("http://127.0.0.1:1/");
  forged.headers = {{"X-Name", "a\r\nX-Admin: yes"}};
  EXPECT_EQ(client.request(forged).error().reason, "http.invalid_request");
  forged.headers = {{"X Name", "a"}};
  EXPECT_EQ(client.request(forged).error().reason, "http.invalid_request");
  forged.headers = {};
  forged.method = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(client.request(forged).error().reason, "http.invalid_request");
}

TEST(HttpStream, hands_out_pieces_until_the_server_ends) {
  ScriptedServer server([](Peer& peer, int) {
    peer.read_request();
    peer.send(kStream + "data: 1\n\n");
    peer.send("data: 2\n\n");
  });
  HttpClient client;
  std::string got;
  const auto response = client.stream(get(server.url()),
                                      [&](std::string_view data) {
                                        got += data;
                                        return true;
                                      },
                                      {});
  ASSERT_TRUE(response.has_value()) << response.error().detail;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(got, "data: 1\n\ndata: 2\n\n");
}

TEST(HttpStream, ends_when_the_receiver_has_enough) {
  ScriptedServer server([](Peer& peer, int) {
    peer.read_request();
    peer.send(kStream + "data: 1\n\n");
    peer.wait_for_close();
  });
  HttpClient client;
  const auto response =
      client.stream(get(server.url()), [](std::string_view) { return false; }, {});
  EXPECT_TRUE(response.has_value());
}

TEST(HttpStream, ends_when_it_is_asked_to_stop) {
  ScriptedServer server([](Peer& peer, int) {
    peer.read_request();
    peer.send(kStream + ": hello\n\n");
    peer.wait_for_close();
  });
  HttpClient client;
  std::stop_source stop;
  std::jthread stopper;
  const auto response = client.stream(
      get(server.url()),
      [&](std::string_view) {
        stopper = std::jthread([&] { stop.request_stop(); });
        return true;
      },
      stop.get_token());
  EXPECT_TRUE(response.has_value());
}

TEST(HttpStream, ends_with_a_timeout_when_it_falls_silent) {
  ScriptedServer server([](Peer& peer, int) {
    peer.read_request();
    peer.send(kStream + ": hello\n\n");
    peer.wait_for_close();
  });
  HttpClient client;
  auto request = get(server.url());
  request.idle_timeout = 50ms;
  const auto response = client.stream(request, [](std::string_view) { return true; }, {});
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().reason, "http.timeout");
}

TEST(HttpStream, gives_the_body_of_a_refusal) {
  ScriptedServer server(
      answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\nConnection: close\r\n\r\ndenied"));
  HttpClient client;
  bool called = false;
  const auto response = client.stream(get(server.url()),
                                      [&](std::string_view) {
                                        called = true;
                                        return true;
                                      },
                                      {});
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(response->body, "denied");
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace hotswap
