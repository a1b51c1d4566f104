// The commands of examples/key_command do what the protocol says: age and OpenSSL with the real
// programs, the clouds' with stand-ins that check their arguments.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "cli/process/child_process.hpp"
#include "infrastructure/key_command/command_wrapper.hpp"
#include "testing/fake_clock.hpp"

namespace hotswap::key_command {
namespace {

using namespace std::chrono_literals;

const SecretText kKey{std::string_view("0123456789abcdef\0\xff\x80 and so on 32 b", 32)};

/// Wraps by turning the bytes' base64 round; refuses any other call than those of the example.
constexpr auto kAws = R"sh(#!/bin/sh
arn=arn:aws:kms:eu-central-1:111122223333:key/1234abcd
case "$*" in
  "kms describe-key --key-id alias/hotswap --query KeyMetadata.Arn --output text") echo $arn ;;
  "kms encrypt --key-id alias/hotswap --plaintext fileb:///dev/stdin --query [KeyId, CiphertextBlob] --output text")
    printf '%s\t%s\n' $arn "$(base64 -w 0 | rev | base64 -w 0)" ;;
  "kms decrypt --key-id $arn --ciphertext-blob fileb:///dev/stdin --query Plaintext --output text")
    rev ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
)sh";

constexpr auto kGcloud = R"sh(#!/bin/sh
place="--project p --location l --keyring r --quiet"
case "$*" in
  "kms keys describe k --format value(primary.name.basename()) $place") echo 7 ;;
  "kms encrypt --key k --plaintext-file - --ciphertext-file - $place") base64 -w 0 | rev ;;
  "kms decrypt --key k --ciphertext-file - --plaintext-file - $place") rev | base64 -d ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
)sh";

class KeyExamples : public ::testing::Test {
 protected:
  KeyExamples() {
    const auto path = folder_.path().string() + ':' + ::getenv("PATH");
    ::setenv("PATH", path.c_str(), 1);
  }
  CommandKeyWrapper example(const std::string& script, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     std::string(HS_SOURCE_DIR) + "/examples/key_command/" + script);
    return CommandKeyWrapper({.command = std::move(arguments), .timeout = 60s}, clock_);
  }
  void has_program(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0700);
  }
  void runs(std::vector<std::string> command) {
    auto process =
        cli::ChildProcess::start({.command = std::move(command), .log = folder_.path() / "log"});
    ASSERT_TRUE(process);
    ASSERT_EQ(process->wait(60s), 0) << process->output();
  }
  static void goes_round(CommandKeyWrapper& wrapper, const std::string& id) {
    EXPECT_EQ(wrapper.current(), "command:" + id);
    const auto wrapped = wrapper.wrap(kKey, "c");
    ASSERT_TRUE(wrapped) << wrapped.error().detail << ' ' << wrapped.error().internal;
    EXPECT_EQ(wrapped->key_id, "command:" + id);
    EXPECT_FALSE(wrapped->bytes.contains(kKey.view()));
    const auto key = wrapper.unwrap(*wrapped, "c");
    ASSERT_TRUE(key) << key.error().detail << ' ' << key.error().internal;
    EXPECT_EQ(key->view(), kKey.view());
    EXPECT_EQ(wrapper.unwrap(*wrapped, "d").error().reason, "secret.damaged");
  }

  testing::FakeClock clock_;
  cli::TempFolder folder_{"hotswap-key-examples"};
};

TEST_F(KeyExamples, age) {
  runs({"age-keygen", "-o", (folder_.path() / "2026-01.key").string()});
  auto wrapper = example("age.sh", {folder_.path().string()});
  goes_round(wrapper, "2026-01");
  const auto before = wrapper.wrap(kKey, "c");
  ASSERT_TRUE(before);
  runs({"age-keygen", "-o", (folder_.path() / "2026-02.key").string()});
  clock_.advance(2min);
  goes_round(wrapper, "2026-02");
  EXPECT_EQ(wrapper.unwrap(*before, "c")->view(), kKey.view()) << "the old key is still there";
  auto strange = *before;
  strange.key_id = "command:../2026-01";
  EXPECT_FALSE(wrapper.unwrap(strange, "c"));
}

TEST_F(KeyExamples, openssl) {
  runs({"openssl", "genrsa", "-out", (folder_.path() / "a.pem").string(), "2048"});
  auto wrapper = example("openssl.sh", {folder_.path().string()});
  goes_round(wrapper, "a");
}

TEST_F(KeyExamples, aws_kms) {
  has_program("aws", kAws);
  auto wrapper = example("aws_kms.sh", {"alias/hotswap"});
  goes_round(wrapper, "arn:aws:kms:eu-central-1:111122223333:key/1234abcd");
}

TEST_F(KeyExamples, gcp_kms) {
  has_program("gcloud", kGcloud);
  auto wrapper = example("gcp_kms.sh", {"p", "l", "r", "k"});
  goes_round(wrapper, "k/7");
}

}  // namespace
}  // namespace hotswap::key_command
