#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "cli/process/child_process.hpp"
#include "domain/secret/secret_base64.hpp"
#include "infrastructure/key_command/command_wrapper.hpp"
#include "testing/fake_clock.hpp"

namespace hotswap::key_command {
namespace {

using namespace std::chrono_literals;

const SecretText kKey{std::string_view("0123456789abcdef\0\xff\x80 and so on 32 b", 32)};

/// "Wraps" by turning the base64 round, with the file `id` as the key's id.
constexpr auto kReverse = R"sh(#!/bin/sh
cd "$(dirname "$0")"
case "$1" in
  current) cat id ;;
  wrap) cat id; rev | base64 | fold -w 20 ;;
  unwrap) read -r id; [ -f "known-$id" ] || { echo "no key $id" >&2; exit 3; }; base64 -d | rev ;;
esac
)sh";

class KeyCommand : public ::testing::Test {
 protected:
  CommandKeyWrapper does(const std::string& script, std::vector<std::string> arguments = {}) {
    const auto path = write("command", script);
    ::chmod(path.c_str(), 0700);
    arguments.insert(arguments.begin(), path);
    return CommandKeyWrapper({.command = std::move(arguments), .timeout = timeout_}, clock_);
  }
  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  static std::string unwrapped(CommandKeyWrapper& wrapper, const WrappedKey& wrapped,
                               std::string_view context) {
    const auto key = wrapper.unwrap(wrapped, context);
    return key ? std::string(key->view()) : key.error().reason;
  }
  std::string refusal(const std::string& script) {
    auto wrapper = does(script);
    const auto wrapped = wrapper.wrap(kKey, "c");
    if (wrapped) return "none";
    EXPECT_EQ(wrapped.error().reason, "secret.unavailable");
    internal_ = wrapped.error().internal;
    return wrapped.error().detail;
  }

  testing::FakeClock clock_;
  cli::TempFolder folder_{"hotswap-key-command"};
  Duration timeout_ = 20s;
  std::string internal_;
};

TEST_F(KeyCommand, unwraps_what_it_wrapped_for_the_same_use_only) {
  auto wrapper = does(kReverse);
  write("id", "key-1\n");
  write("known-key-1", "");
  const auto wrapped = wrapper.wrap(kKey, "profile a");
  ASSERT_TRUE(wrapped) << wrapped.error().detail << wrapped.error().internal;
  EXPECT_EQ(wrapped->key_id, "command:key-1");
  EXPECT_EQ(unwrapped(wrapper, *wrapped, "profile a"), kKey.view());
  EXPECT_EQ(unwrapped(wrapper, *wrapped, "profile b"), "secret.damaged");
}

TEST_F(KeyCommand, says_which_key_wraps_now_and_is_asked_again_after_a_while) {
  auto wrapper = does(kReverse);
  write("id", "key-1");
  EXPECT_EQ(wrapper.current(), "command:key-1");
  write("id", "key-2");
  EXPECT_EQ(wrapper.current(), "command:key-1");
  clock_.advance(2min);
  EXPECT_EQ(wrapper.current(), "command:key-2");
}

TEST_F(KeyCommand, that_refuses_is_told_with_its_words_in_the_log_only) {
  write("id", "key-1");
  auto wrapper = does(kReverse);
  const auto refused = wrapper.unwrap({"command:key-9", "x"}, "c");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("ended with 3")) << refused.error().detail;
  EXPECT_EQ(refused.error().internal, "no key key-9\n");
  EXPECT_EQ(unwrapped(wrapper, {"local:1", "x"}, "c"), "secret.key_missing");
  EXPECT_EQ(unwrapped(wrapper, {"command:a\nb", "x"}, "c"), "secret.key_missing");
}

TEST_F(KeyCommand, gets_the_key_by_standard_input_and_nowhere_else) {
  auto wrapper = does(
      "#!/bin/sh\necho \"$@\" >\"$1/arguments\"; env >\"$1/environment\"\n"
      "echo k; cat\n",
      {folder_.path().string()});
  ::setenv("HOTSWAP_JWT_KEY", "canary-of-ours", 1);
  ::setenv("VAULT_TOKEN", "canary-of-vault", 1);
  ASSERT_TRUE(wrapper.wrap(kKey, "c"));
  ::unsetenv("HOTSWAP_JWT_KEY");
  ::unsetenv("VAULT_TOKEN");
  const auto text_of = [&](const char* name) {
    std::ifstream in(folder_.path() / name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(text_of("arguments"), folder_.path().string() + " wrap\n");
  EXPECT_TRUE(text_of("environment").contains("PATH="));
  EXPECT_FALSE(text_of("environment").contains("canary"));
}

TEST_F(KeyCommand, no_shell_looks_at_its_arguments) {
  auto wrapper =
      does("#!/bin/sh\n[ \"$1\" = '$(id); `id` \"' ] && echo k && cat\n", {"$(id); `id` \""});
  EXPECT_TRUE(wrapper.wrap(kKey, "c"));
}

TEST_F(KeyCommand, that_misbehaves_in_any_way_is_an_error_and_leaves_nothing_behind) {
  EXPECT_TRUE(refusal("#!/bin/sh\nexec head -c 1000000 /dev/zero\n").contains("more than 64 KiB"));
  EXPECT_TRUE(refusal("#!/bin/sh\nkill -9 $$\n").contains("ended by signal 9"));
  EXPECT_TRUE(refusal("#!/bin/sh\n").contains("did not answer `wrap`"));
  EXPECT_TRUE(refusal("#!/bin/sh\necho id\necho 'not base64!'\n").contains("did not answer"));
  EXPECT_TRUE(refusal("#!/bin/sh\necho 'two words'\necho YWJj\n").contains("did not answer"));
  EXPECT_TRUE(refusal("#!/nowhere\n").contains("cannot be started"));
  EXPECT_TRUE(refusal("#!/bin/sh\nexec 0<&-; exit 4\n").contains("ended with 4"));
  const auto input = std::string(to_base64("hotswap-key-1").view()).substr(0, 12);
  EXPECT_TRUE(refusal("#!/bin/sh\ncat >&2; exit 1\n").contains("ended with 1"));
  EXPECT_FALSE(internal_.contains(input)) << internal_;
}

TEST_F(KeyCommand, that_hangs_is_killed_with_what_it_started) {
  timeout_ = 300ms;
  EXPECT_TRUE(refusal("#!/bin/sh\nsleep 1000 & echo $! >\"$(dirname \"$0\")/pid\"; sleep 1000\n")
                  .contains("did not end within PT0.3S"));
  pid_t started = 0;
  std::ifstream(folder_.path() / "pid") >> started;
  ASSERT_GT(started, 0);
  const auto is_gone = [&] {
    std::ifstream stat("/proc/" + std::to_string(started) + "/stat");
    std::string id, name, state;
    return !(stat >> id >> name >> state) || state == "Z";
  };
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!is_gone() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_TRUE(is_gone());
}

TEST(KeyCommandText, is_a_path_or_an_array) {
  EXPECT_EQ(read_command("/usr/bin/kms")->size(), 1U);
  EXPECT_EQ((*read_command(R"(["/usr/bin/kms","--key","a b"])"))[2], "a b");
  for (const auto* bad : {"", "kms", "./kms", "[]", R"(["kms"])", R"([1])", R"(["/a",null])",
                          R"(["/a")", R"(["/a","\u0000"])"})
    EXPECT_FALSE(read_command(bad)) << bad;
}

}  // namespace
}  // namespace hotswap::key_command
