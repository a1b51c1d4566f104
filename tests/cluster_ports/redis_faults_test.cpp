// What happens to locks, bus and cache when Redis does not do what it should.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "cluster_ports/nodes.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "infrastructure/redis/redis_content_cache.hpp"

namespace hotswap::cluster_ports {
namespace {

using testing::RedisServer;

RedisLocks locks_at(const redis::Options& options) {
  return {options, "test:", random_source().guid(), random_source()};
}

std::string reason(const Result<Names>& held) { return held ? "held" : held.error().reason; }

/// The reason of the first refusal that is this one, or the last other.
bool comes_to(Locks& locks, const std::string& wanted) {
  return eventually([&] { return reason(locks.hold({"x"})) == wanted; });
}

/// A bus that counts its own changes.
struct WatchedBus {
  explicit WatchedBus(const redis::Options& options, const std::string& node)
      : bus(options, "test:", node, random_source()) {
    heard.listen_to(bus);
    bus.on_change([this](const Error* error) { error == nullptr ? ++ups : ++downs; });
    bus.on_unsent([this](std::string_view) { ++unsent; });
    bus.start();
  }
  [[nodiscard]] bool comes_up() const {
    return eventually([&] { return bus.up(); });
  }
  [[nodiscard]] bool goes_down() const {
    return eventually([&] { return !bus.up(); });
  }
  Heard heard;
  std::atomic<int> ups = 0, downs = 0, unsent = 0;
  RedisBus bus;
};

/// Messages until one is heard: the first ones may be lost.
bool gets_through(WatchedBus& from, const WatchedBus& to, const std::string& message) {
  int count = 0;
  return eventually([&] {
    from.bus.publish(message + std::to_string(count++ % 2));
    return to.heard.has(message + "0");
  });
}

TEST(RedisPassword, IsTakenFromUrlOrFileAndAWrongOneIsNamed) {
  RedisServer server({.password = "s3cret"});
  auto options = options_of(server);
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "held");

  options.address.password = "hunter2";
  auto refused = locks_at(options).hold({"x"});
  EXPECT_EQ(reason(refused), "redis.auth");
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_FALSE((refused.error().detail + refused.error().internal).contains("hunter2"));

  options.address.password.clear();
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.auth");

  const cli::TempFolder folder("hotswap-password");
  options.password_file = (folder.path() / "password").string();
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.password");
  std::ofstream(options.password_file) << "s3cret\n";
  EXPECT_EQ(reason(locks_at(options).hold({"y"})), "held");
}

TEST(RedisPassword, OfAFileIsReadAgainAfterItWasChanged) {
  RedisServer server;
  server.command({"acl", "setuser", "app", "on", ">old", "~*", "&*", "+@all"});
  const cli::TempFolder folder("hotswap-password");
  auto options = options_of(server);
  options.address.user = "app";
  options.password_file = (folder.path() / "password").string();
  std::ofstream(options.password_file) << "old";
  auto locks = locks_at(options);
  ASSERT_EQ(reason(locks.hold({"x"})), "held");
  server.command({"acl", "setuser", "app", "<old", ">new"});
  server.command({"client", "kill", "user", "app"});
  EXPECT_TRUE(comes_to(locks, "redis.auth"));
  std::ofstream(options.password_file) << "new";
  EXPECT_TRUE(comes_to(locks, "held"));
}

TEST(RedisPassword, ThatNobodyAskedForIsNamed) {
  RedisServer server;
  auto options = options_of(server);
  options.address.password = "surplus";
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.auth");
}

TEST(RedisUser, MayBeLimitedToWhatIsNeeded) {
  RedisServer server;
  server.command({"acl", "setuser", "app", "on", ">pw", "~test:*", "&test:*", "+get", "+set",
                  "+del", "+pexpire", "+eval", "+getrange", "+publish", "+subscribe", "+ping",
                  "+role", "+select"});
  auto options = options_of(server);
  options.address.user = "app";
  options.address.password = "pw";
  options.address.database = 3;
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "held");
  WatchedBus a(options, "a");
  WatchedBus b(options, "b");
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  EXPECT_TRUE(gets_through(a, b, "hello"));
  server.command({"acl", "setuser", "app", "-role"});
  EXPECT_EQ(reason(locks_at(options).hold({"z"})), "held");
  server.command({"acl", "setuser", "app", "-eval"});
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.auth");
}

TEST(RedisDatabase, ThatIsNotThereIsNamed) {
  RedisServer server;
  auto options = options_of(server);
  options.address.database = 99;
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.database");
}

TEST(RedisTls, HoldsWithTheServersAuthorityOnly) {
  RedisServer server({.password = "pw", .tls = true});
  auto options = options_of(server);
  ASSERT_TRUE(options.address.tls);
  options.tls = redis::Tls::load(server.ca_file()).value();
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "held");
  WatchedBus a(options, "a");
  WatchedBus b(options, "b");
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  const std::string large(limits::kBusMessage, 'x');
  a.bus.publish(large);
  EXPECT_TRUE(eventually([&] { return b.heard.has(large); }));
  RedisContentCache cache(options, "test:", random_source());
  const std::string document(limits::kDocumentBytes, 'd');
  cache.put(sha256_hex(document), document);
  EXPECT_EQ(cache.get(sha256_hex(document)), document);

  options.tls = redis::Tls::load("").value();
  const auto refused = locks_at(options).hold({"x"});
  EXPECT_EQ(reason(refused), "redis.tls");
  EXPECT_TRUE(refused.error().detail.contains("self-signed")) << refused.error().detail;
}

TEST(RedisTls, ACertificateForAnotherNameIsRefused) {
  RedisServer server({.tls = true});
  auto options = options_of(server);
  options.tls = redis::Tls::load(server.ca_file()).value();
  options.address.hosts.front().name = "localhost";
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.tls");
}

TEST(RedisTls, PlainToATlsPortAndTlsToAPlainOneEnd) {
  RedisServer tls({.tls = true});
  auto options = options_of(tls);
  options.tls = nullptr;
  EXPECT_NE(reason(locks_at(options).hold({"x"})), "held");
  RedisServer plain;
  options = options_of(plain);
  options.connect_timeout = 500ms;
  options.tls = redis::Tls::load("").value();
  const auto refused = locks_at(options).hold({"x"});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("TLS")) << refused.error().detail;
}

TEST(RedisTls, AnAuthorityFileThatIsNoneIsNamed) {
  const auto loaded = redis::Tls::load("/nonexistent.pem");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().reason, "redis.tls");
  EXPECT_TRUE(loaded.error().detail.contains("/nonexistent.pem"));
}

TEST(RedisLocksUnderFaults, ServerThatIsAwayMeansUnavailableAndItsReturnIsFound) {
  RedisServer server;
  auto locks = locks_at(options_of(server));
  ASSERT_EQ(reason(locks.hold({"x"})), "held");
  server.kill();
  EXPECT_EQ(locks.hold({"x"}).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(locks.release({"x"}).error().code, ErrorCode::Unavailable);
  server.start();
  EXPECT_TRUE(comes_to(locks, "held"));
}

TEST(RedisLocksUnderFaults, AStoppedServerCostsATimeoutAndThenNothing) {
  RedisServer server;
  auto options = options_of(server);
  options.command_timeout = options.connect_timeout = 200ms;
  auto locks = locks_at(options);
  ASSERT_TRUE(comes_to(locks, "held"));
  server.stop_process();
  EXPECT_EQ(locks.hold({"x"}).error().code, ErrorCode::Timeout);
  EXPECT_FALSE(locks.hold({"x"}));
  server.continue_process();
  EXPECT_TRUE(comes_to(locks, "held"));
}

TEST(RedisLocksUnderFaults, APauseOfAllClientsIsATimeout) {
  RedisServer server;
  auto options = options_of(server);
  options.command_timeout = 200ms;
  auto locks = locks_at(options);
  ASSERT_TRUE(comes_to(locks, "held"));
  server.command({"client", "pause", "60000", "all"});
  EXPECT_EQ(locks.hold({"x"}).error().code, ErrorCode::Timeout);
  server.kill();
  server.start();
  EXPECT_TRUE(comes_to(locks, "held"));
}

TEST(RedisLocksUnderFaults, FlushedLocksAreTakenAgainByWhoeverAsksFirst) {
  RedisServer server;
  auto a = locks_at(options_of(server));
  auto b = locks_at(options_of(server));
  ASSERT_EQ(a.hold({"x", "y"}), Names({"x", "y"}));
  server.command({"flushall"});
  EXPECT_EQ(b.hold({"x"}), Names{"x"});
  EXPECT_EQ(a.hold({"x", "y"}), Names{"y"});
}

TEST(RedisLocksUnderFaults, AFullServerIsNamedAndUsedAgainWhenThereIsRoom) {
  RedisServer server;
  auto locks = locks_at(options_of(server));
  ASSERT_EQ(reason(locks.hold({"x"})), "held");
  server.command({"config", "set", "maxmemory", "1"});
  EXPECT_EQ(reason(locks.hold({"new"})), "redis.full");
  EXPECT_EQ(reason(locks.hold({})), "redis.full");
  server.command({"config", "set", "maxmemory", "0"});
  EXPECT_EQ(locks.hold({"new"}), Names{"new"});
}

TEST(RedisLocksUnderFaults, AReplicaIsRefused) {
  RedisServer master;
  RedisServer replica({.replica_of = master.port()});
  auto locks = locks_at(options_of(replica));
  EXPECT_EQ(reason(locks.hold({"x"})), "redis.read_only");
  // And a master that becomes one.
  auto was_master = locks_at(options_of(master));
  ASSERT_EQ(reason(was_master.hold({"x"})), "held");
  replica.command({"replicaof", "no", "one"});
  master.command({"replicaof", "127.0.0.1", std::to_string(replica.port())});
  EXPECT_TRUE(comes_to(was_master, "redis.read_only"));
  EXPECT_TRUE(comes_to(locks, "held"));
}

TEST(RedisLocksUnderFaults, AKeyOfAnotherKindIsARefusal) {
  RedisServer server;
  server.command({"lpush", "test:lock:x", "1"});
  EXPECT_EQ(reason(locks_at(options_of(server)).hold({"x"})), "redis.refused");
}

TEST(RedisLocksUnderFaults, HostsThatAreNoneAreNamed) {
  redis::Options options;
  options.address = redis::read_url("redis://no-such-host.invalid").value();
  options.connect_timeout = 5s;
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.host");
  options.address =
      redis::read_url("redis://127.0.0.1:" + std::to_string(cli::free_port())).value();
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.unreachable");
}

TEST(RedisLocksUnderFaults, AServerOfAnotherProtocolIsNamed) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&name), size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size);
  std::jthread server([listener] {
    const int client = ::accept(listener, nullptr, nullptr);
    static_cast<void>(::write(client, "220 mail.example ESMTP\r\n", 24));
    char byte;
    while (::read(client, &byte, 1) > 0) {
    }
    ::close(client);
  });
  redis::Options options;
  options.connect_timeout = 5s;
  options.address =
      redis::read_url("redis://127.0.0.1:" + std::to_string(ntohs(name.sin_port))).value();
  EXPECT_EQ(reason(locks_at(options).hold({"x"})), "redis.protocol");
  server.join();
  ::close(listener);
}

TEST(RedisBusUnderFaults, ARestartIsNoticedAndForgotten) {
  RedisServer server;
  WatchedBus a(options_of(server), "a");
  WatchedBus b(options_of(server), "b");
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  server.kill();
  ASSERT_TRUE(a.goes_down() && b.goes_down());
  a.bus.publish("lost here");
  EXPECT_TRUE(eventually([&] { return a.unsent > 0; }));
  server.start();
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  EXPECT_TRUE(gets_through(a, b, "again"));
  EXPECT_EQ(a.ups, 2);
  EXPECT_EQ(a.downs, 1);
}

TEST(RedisBusUnderFaults, AServerThatFallsSilentIsNoticed) {
  RedisServer server;
  auto options = options_of(server);
  options.connect_timeout = options.command_timeout = 500ms;
  WatchedBus a(options, "a");
  ASSERT_TRUE(a.comes_up());
  server.stop_process();
  EXPECT_TRUE(a.goes_down());
  server.continue_process();
  EXPECT_TRUE(a.comes_up());
}

TEST(RedisBusUnderFaults, KilledConnectionsComeBack) {
  RedisServer server;
  WatchedBus a(options_of(server), "a");
  WatchedBus b(options_of(server), "b");
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  for (const auto* type : {"pubsub", "normal"})
    server.command({"client", "kill", "type", type, "skipme", "yes"});
  EXPECT_TRUE(gets_through(a, b, "again"));
}

TEST(RedisBusUnderFaults, EndsWhileRedisIsAway) {
  redis::Options options;
  options.address =
      redis::read_url("redis://127.0.0.1:" + std::to_string(cli::free_port())).value();
  WatchedBus a(options, "a");
  ASSERT_TRUE(eventually([&] { return a.downs == 1; }));
  a.bus.publish("x");
  a.bus.stop();
  EXPECT_FALSE(a.bus.up());
}

TEST(RedisBusUnderFaults, OtherClustersAndStrangersAreNotHeard) {
  RedisServer server;
  WatchedBus a(options_of(server), "a");
  ASSERT_TRUE(a.comes_up());
  RedisBus other(options_of(server), "other:", "b", random_source());
  other.start();
  ASSERT_TRUE(eventually([&] { return other.up(); }));
  other.publish("of another cluster");
  server.command({"publish", "test:bus", "without a sender"});
  server.command({"publish", "test:bus", "c\nlast"});
  ASSERT_TRUE(eventually([&] { return a.heard.has("last"); }));
  EXPECT_EQ(a.heard.all(), std::vector<std::string>{"last"});
}

class RedisSentinel : public ::testing::Test {
 protected:
  RedisSentinel() {
    options_.address =
        redis::read_url("redis+sentinel://127.0.0.1:" + std::to_string(cli::free_port()) +
                        ",127.0.0.1:" + std::to_string(sentinel_.port()) + '/' +
                        RedisServer::kMaster)
            .value();
    options_.connect_timeout = 2s;
    options_.command_timeout = 500ms;
  }
  /// A failover needs a replica that the sentinel knows of and that has its master's data.
  void wait_for_replica() {
    ASSERT_TRUE(eventually([&] {
      return replica_.command({"info", "replication"}).contains("master_link_status:up") &&
             sentinel_.command({"sentinel", "master", RedisServer::kMaster})
                 .contains("num-slaves\n1\n");
    }));
  }
  /// Asked until the sentinel thinks well enough of the replica.
  [[nodiscard]] bool fails_over() {
    return eventually([&] {
             try {
               return sentinel_.command({"sentinel", "failover", RedisServer::kMaster}) == "OK";
             } catch (const std::runtime_error&) {
               return false;
             }
           }) &&
           replica_leads();
  }
  [[nodiscard]] bool replica_leads() {
    return eventually([&] { return replica_.command({"role"}).starts_with("master"); });
  }

  RedisServer master_;
  RedisServer replica_{{.replica_of = master_.port(), .settings = {"--replica-priority", "1"}}};
  RedisServer sentinel_{{.sentinel_of = master_.port()}};
  redis::Options options_;
};

TEST_F(RedisSentinel, LocksAndBusFollowToTheNewMasterWhenTheOldOneDies) {
  wait_for_replica();
  auto locks = locks_at(options_);
  ASSERT_TRUE(comes_to(locks, "held"));
  WatchedBus a(options_, "a");
  WatchedBus b(options_, "b");
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  master_.kill();
  ASSERT_TRUE(replica_leads());
  EXPECT_TRUE(comes_to(locks, "held"));
  EXPECT_TRUE(replica_.command({"exists", "test:lock:x"}).contains('1'));
  EXPECT_TRUE(gets_through(a, b, "after"));
}

TEST_F(RedisSentinel, AMasterThatIsReplacedWhileItLivesIsLeft) {
  wait_for_replica();
  auto locks = locks_at(options_);
  WatchedBus a(options_, "a");
  WatchedBus b(options_, "b");
  ASSERT_TRUE(a.comes_up() && b.comes_up());
  ASSERT_TRUE(fails_over());
  // Messages at the new master itself prove where they listen.
  EXPECT_TRUE(eventually([&] {
    replica_.command({"publish", "test:bus", "c\nat the new master"});
    return a.heard.has("at the new master") && b.heard.has("at the new master");
  }));
  EXPECT_TRUE(comes_to(locks, "held"));
  EXPECT_TRUE(replica_.command({"exists", "test:lock:x"}).contains('1'));
}

TEST_F(RedisSentinel, AMasterThatTheSentinelNoLongerNamesIsLeftThoughItStillLeads) {
  auto locks = locks_at(options_);
  ASSERT_TRUE(comes_to(locks, "held"));
  WatchedBus a(options_, "a");
  ASSERT_TRUE(a.comes_up());
  RedisServer other;
  sentinel_.command({"sentinel", "remove", RedisServer::kMaster});
  sentinel_.command({"sentinel", "monitor", RedisServer::kMaster, "127.0.0.1",
                     std::to_string(other.port()), "1"});
  EXPECT_TRUE(eventually([&] {
    static_cast<void>(locks.hold({"x"}));
    other.command({"publish", "test:bus", "c\nat the other"});
    return other.command({"exists", "test:lock:x"}) == "1" && a.heard.has("at the other");
  }));
}

TEST_F(RedisSentinel, AnUnknownMasterIsNamed) {
  options_.address.master = "other";
  EXPECT_EQ(reason(locks_at(options_).hold({"x"})), "redis.sentinel");
}

TEST_F(RedisSentinel, WithoutItTheMasterInUseStays) {
  auto locks = locks_at(options_);
  ASSERT_TRUE(comes_to(locks, "held"));
  WatchedBus a(options_, "a");
  ASSERT_TRUE(a.comes_up());
  sentinel_.kill();
  WatchedBus c(options_, "c");  // a new one finds no master
  ASSERT_TRUE(eventually([&] { return c.downs == 1; }));
  EXPECT_EQ(reason(locks.hold({"x"})), "held");
  EXPECT_EQ(a.downs, 0);
}

class RedisContent : public ::testing::Test {
 protected:
  RedisServer server_;
  RedisContentCache cache_{options_of(server_), "test:", random_source()};
  const std::string document_ = R"({"größe":1})";
  const std::string hash_ = sha256_hex(document_);
  const std::string key_ = "test:content:" + hash_;
};

TEST_F(RedisContent, IsFoundByItsHashUntilItExpires) {
  EXPECT_EQ(cache_.get(hash_), std::nullopt);
  cache_.put(hash_, document_);
  EXPECT_EQ(cache_.get(hash_), document_);
  const auto left = std::stoll(server_.command({"pttl", key_}));
  EXPECT_GT(left, 0);
  EXPECT_LE(left, RedisContentCache::kContentKeep.count());
}

TEST_F(RedisContent, ThatIsForgedOrDamagedIsNotBelieved) {
  for (const auto& poison : {std::string("{}"), document_ + ' ', document_.substr(1)}) {
    server_.command({"set", key_, poison});
    EXPECT_EQ(cache_.get(hash_), std::nullopt);
    cache_.put(hash_, document_);
    EXPECT_EQ(cache_.get(hash_), document_);
  }
  server_.command({"del", key_});
  server_.command({"lpush", key_, "x"});
  EXPECT_EQ(cache_.get(hash_), std::nullopt);
  server_.command({"del", key_});
  server_.command({"setrange", key_, std::to_string(8 * limits::kDocumentBytes), "x"});
  EXPECT_EQ(cache_.get(hash_), std::nullopt);
}

TEST_F(RedisContent, IsTakenUpToTheLimitAndOnlyUnderItsHash) {
  const std::string largest(limits::kDocumentBytes, 'x');
  const std::string larger(limits::kDocumentBytes + 1, 'x');
  cache_.put(sha256_hex(largest), largest);
  cache_.put(sha256_hex(larger), larger);
  cache_.put(hash_, "something else");
  cache_.put(sha256_hex(""), "");
  EXPECT_EQ(cache_.get(sha256_hex(largest)), largest);
  EXPECT_EQ(cache_.get(sha256_hex(larger)), std::nullopt);
  EXPECT_EQ(server_.command({"dbsize"}), "1");
}

TEST_F(RedisContent, IsMissedWhileTheServerIsAwayOrFull) {
  cache_.put(hash_, document_);
  server_.command({"config", "set", "maxmemory", "1"});
  const std::string other = "other";
  cache_.put(sha256_hex(other), other);
  EXPECT_EQ(cache_.get(sha256_hex(other)), std::nullopt);
  server_.kill();
  EXPECT_EQ(cache_.get(hash_), std::nullopt);
  server_.start();
  EXPECT_TRUE(eventually([&] {
    cache_.put(hash_, document_);
    return cache_.get(hash_) == document_;
  }));
}

}  // namespace
}  // namespace hotswap::cluster_ports
