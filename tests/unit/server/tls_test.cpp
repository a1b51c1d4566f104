#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "api/server/tls_tickets.hpp"
#include "unit/server/test_server.hpp"

namespace hotswap::api::testing {
namespace {

// A self-signed certificate for one run.
TlsFiles make_certificate(const std::string& folder) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  TlsFiles files{folder + "/cert.pem", folder + "/key.pem"};
  FILE* out = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

class TlsClient {
 public:
  TlsClient(std::uint16_t port, int version, int receive_buffer = 0) : raw_(port, receive_buffer) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, raw_.descriptor());
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connect() { return SSL_connect(ssl_) == 1; }
  void send(std::string_view bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string read_until(std::string_view mark) {
    std::string all;
    char bytes[16384];
    while (all.find(mark) == std::string::npos) {
      const int got = SSL_read(ssl_, bytes, sizeof bytes);
      if (got <= 0) {
        clean_end_ = SSL_get_error(ssl_, got) == SSL_ERROR_ZERO_RETURN;
        break;
      }
      all.append(bytes, static_cast<std::size_t>(got));
    }
    return all;
  }
  [[nodiscard]] bool clean_end() const { return clean_end_; }
  RawClient& raw() { return raw_; }

 private:
  RawClient raw_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool clean_end_ = false;
};

class Tls : public ServerTest {
 protected:
  // A folder of its own: tests run side by side, each in its process.
  Tls() { options.tls = make_certificate(mkdtemp(folder_.data())); }
  ~Tls() override { std::filesystem::remove_all(folder_); }

 private:
  std::string folder_ = ::testing::TempDir() + "hotswap_tls_XXXXXX";
};

TEST_F(Tls, ServesRequestsByVersions12And13) {
  std::promise<bool> secure;
  handler.route("/tls", [&](const Request& request) -> Reply {
    secure.set_value(request.tls);
    return text("over tls");
  });
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(port, version);
    ASSERT_TRUE(client.connect());
    client.send("GET /now/a HTTP/1.1\r\nHost: t\r\n\r\n");
    client.read_until("now /now/a");
    client.send("PUT /b HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
    EXPECT_TRUE(client.read_until("\x01").ends_with("PUT /b? body"));
    EXPECT_TRUE(client.clean_end());
  }
  TlsClient client(port, TLS1_3_VERSION);
  ASSERT_TRUE(client.connect());
  client.send("GET /tls HTTP/1.1\r\nHost: t\r\n\r\n");
  client.read_until("over tls");
  EXPECT_TRUE(secure.get_future().get());
}

TEST_F(Tls, RefusesVersion11) {
  start();
  EXPECT_FALSE(TlsClient(port, TLS1_1_VERSION).connect());
  EXPECT_TRUE(TlsClient(port, TLS1_3_VERSION).connect());
}

TEST_F(Tls, CutsAClientThatDawdlesOverTheHandshake) {
  start();
  RawClient client(port);
  client.send("\x16\x03\x01");
  EXPECT_EQ(client.read_to_end([this] { clock.advance(1s); }), "");
}

TEST_F(Tls, HangsUpOnPlainHttp) {
  start();
  RawClient client(port);
  client.get("/now/x");
  EXPECT_EQ(client.read_to_end().find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(Tls, CarriesLargeAnswersToSlowReaders) {
  const std::string large(8 << 20, 'z');
  handler.route("/large", [&](const Request&) -> Reply { return text(large + "END"); });
  start();
  TlsClient client(port, TLS1_3_VERSION, 4096);
  ASSERT_TRUE(client.connect());
  client.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto all = client.read_until("END");
  EXPECT_TRUE(all.ends_with(large + "END"));
}

TEST_F(Tls, CarriesStreamsAndNoticesTheirEnd) {
  auto opened = stream_route();
  start();
  {
    TlsClient client(port, TLS1_3_VERSION, 4096);
    ASSERT_TRUE(client.connect());
    client.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    const auto stream = opened.get();
    stream->push("big", frame(std::string(8 << 20, 'b')));
    for (int i = 0; i < 500; ++i) stream->push("k", frame("v" + std::to_string(i) + "."));
    const auto all = client.read_until("data: v499.\n\n");
    EXPECT_TRUE(all.ends_with("data: v499.\n\n"));
    stream->push("k", frame("again"));
    EXPECT_EQ(client.read_until("\n\n"), "data: again\n\n");
  }
  closed.get_future().wait();
}

TEST_F(Tls, NoticesThatAHeldClientIsGone) {
  std::promise<void> opened;
  handler.route("/poll", [&](const Request&) -> Reply {
    return LongPoll{30s, [&](auto) { opened.set_value(); }, [] { return text("none"); },
                    [this] { closed.set_value(); }};
  });
  start();
  {
    TlsClient client(port, TLS1_3_VERSION);
    ASSERT_TRUE(client.connect());
    client.send("GET /poll HTTP/1.1\r\nHost: t\r\n\r\n");
    opened.get_future().wait();
  }
  closed.get_future().wait();
}

TEST_F(Tls, RefusesFilesThatAreNoPair) {
  options.tls->key = "/nonexistent.pem";
  HttpServer missing(options, handler, clock, random);
  EXPECT_EQ(missing.start().error().reason, "server.tls");
  options.tls->certificate = "/nonexistent.pem";
  HttpServer neither(options, handler, clock, random);
  EXPECT_EQ(neither.start().error().code, ErrorCode::Invalid);
}

std::string_view name_of(const TicketKey& key) {
  return {reinterpret_cast<const char*>(key.name.data()), key.name.size()};
}

TEST(TicketKeysTest, OpenTicketsOfTwoPeriodsAndNoMore) {
  TicketKeys keys;
  const auto first = keys.newest();
  TicketKey found;
  EXPECT_EQ(keys.find(name_of(first), found), 0);
  keys.rotate();
  EXPECT_EQ(keys.find(name_of(first), found), 1);
  EXPECT_EQ(found.cipher, first.cipher);
  EXPECT_NE(keys.newest().cipher, first.cipher);
  keys.rotate();
  EXPECT_EQ(keys.find(name_of(first), found), -1);
}

}  // namespace
}  // namespace hotswap::api::testing
