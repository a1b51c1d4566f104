#include "agent/swap/file_swap.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "agent/run/command.hpp"
#include "domain/json/parse.hpp"
#include "unit/agent/agent/folder.hpp"

namespace hotswap::agent {
namespace {

using namespace std::chrono_literals;

class FileSwapTest : public FolderTest {
 protected:
  FileSwapTest() { write("t.tmpl", "max {{max}} of {{@version}}\n"); }

  [[nodiscard]] FileSwapOptions options() const {
    FileSwapOptions made;
    made.targets = {{.file = folder_ / "a.json", .format = Format::Json},
                    {.file = folder_ / "b.conf", .template_file = folder_ / "t.tmpl"}};
    made.reload = [this] {
      return run_command("cat " + path("b.conf") + " >> " + path("log"), 10s);
    };
    made.log = [this](const std::string& line) { write("said", read("said") + line + "\n"); };
    return made;
  }
  static Result<bool> applies(FileSwap& swap, int max) {
    const auto document = *json::parse(R"({"max":)" + std::to_string(max) + "}");
    const json::Object facts{{"version", std::to_string(max) + ".0.0"},
                             {"hash", std::to_string(max)}};
    const json::Value about(facts);
    return swap.apply({document, about});
  }
  static std::string why(const Result<bool>& done) {
    return done ? std::string() : done.error().reason + ' ' + done.error().detail;
  }
  void expect_version(int max) const {
    EXPECT_EQ(read("a.json"), "{\n  \"max\": " + std::to_string(max) + "\n}\n");
    EXPECT_EQ(read("b.conf"),
              "max " + std::to_string(max) + " of " + std::to_string(max) + ".0.0\n");
    for (const auto* name : {".hotswap-new.a.json", ".hotswap-old.a.json", ".hotswap-new.b.conf",
                             ".hotswap-old.b.conf"})
      EXPECT_FALSE(exists(name)) << name;
  }
};

TEST_F(FileSwapTest, all_files_are_written_then_the_program_reloads_once) {
  FileSwap swap(options());
  EXPECT_EQ(applies(swap, 1), true);
  expect_version(1);
  EXPECT_EQ(applies(swap, 2), true);
  expect_version(2);
  EXPECT_EQ(read("log"), "max 1 of 1.0.0\nmax 2 of 2.0.0\n");
}

TEST_F(FileSwapTest, what_stands_there_already_is_not_reloaded_again) {
  FileSwap swap(options());
  EXPECT_EQ(applies(swap, 1), true);
  EXPECT_EQ(applies(swap, 1), false);
  FileSwap restarted(options());
  EXPECT_EQ(applies(restarted, 1), false);
  EXPECT_EQ(read("log"), "max 1 of 1.0.0\n");
}

TEST_F(FileSwapTest, a_program_that_gets_it_otherwise_too_is_reloaded_at_every_new_document) {
  auto always = options();
  always.targets.clear();
  always.reload_always = true;
  always.reload = [this] { return run_command("echo r >> " + path("log"), 10s); };
  FileSwap swap(always);
  EXPECT_EQ(applies(swap, 1), true);
  EXPECT_EQ(applies(swap, 1), false);
  EXPECT_EQ(applies(swap, 2), true);
  EXPECT_EQ(read("log"), "r\nr\n");
}

TEST_F(FileSwapTest, one_template_that_fails_leaves_every_file) {
  FileSwap swap(options());
  ASSERT_TRUE(applies(swap, 1));
  write("t.tmpl", "{{maxx}}");
  EXPECT_EQ(why(applies(swap, 2)),
            "template.invalid " + path("t.tmpl") +
                ", line 1: maxx is unknown: did you mean max? There are max");
  write("t.tmpl", "max {{max}} of {{@version}}\n");
  expect_version(1);
}

TEST_F(FileSwapTest, a_check_sees_the_candidate_and_its_words_are_the_reason) {
  auto checked = options();
  checked.targets[1].check =
      "grep -q 'max [12] ' {} || { echo too many: $(cat \"$HOTSWAP_FILE\"); "
      "echo for $HOTSWAP_TARGET; exit 4; }";
  FileSwap swap(checked);
  ASSERT_TRUE(applies(swap, 1));
  const auto refused = why(applies(swap, 9));
  EXPECT_TRUE(refused.starts_with("command.failed check of " + path("b.conf"))) << refused;
  EXPECT_TRUE(refused.contains("ended with 4: too many: max 9 of 9.0.0")) << refused;
  EXPECT_TRUE(refused.ends_with("for " + path("b.conf"))) << refused;
  expect_version(1);
  EXPECT_EQ(read("log"), "max 1 of 1.0.0\n") << "nobody reloads";
}

TEST_F(FileSwapTest, a_check_that_never_ends_is_killed_and_refuses) {
  auto checked = options();
  checked.check_timeout = 200ms;
  checked.targets[0].check = "echo thinking; sleep 1000 & sleep 1000";
  FileSwap swap(checked);
  const auto refused = why(applies(swap, 1));
  EXPECT_TRUE(refused.starts_with("command.timeout ")) << refused;
  EXPECT_TRUE(refused.ends_with("was killed: thinking")) << refused;
  EXPECT_FALSE(exists("a.json"));
  EXPECT_FALSE(exists(".hotswap-new.a.json"));
}

TEST_F(FileSwapTest, a_check_that_dies_of_a_signal_refuses) {
  auto checked = options();
  checked.targets[0].check = "kill -SEGV $$";
  FileSwap swap(checked);
  EXPECT_TRUE(why(applies(swap, 1)).contains("was ended by signal 11"));
}

TEST_F(FileSwapTest, a_path_with_blanks_and_quotes_reaches_the_check_whole) {
  std::filesystem::create_directory(folder_ / "it's a");
  auto checked = options();
  checked.targets = {{.file = folder_ / "it's a" / "$f.json",
                      .format = Format::Json,
                      .check = "test -s {} && test -s \"$HOTSWAP_FILE\""}};
  checked.reload = {};
  FileSwap swap(checked);
  EXPECT_EQ(why(applies(swap, 1)), "");
}

TEST_F(FileSwapTest, a_reload_that_fails_puts_the_old_files_back_and_reloads_them) {
  auto failing = options();
  failing.reload = [this]() -> Result<void> {
    static_cast<void>(run_command("cat " + path("b.conf") + " >> " + path("log"), 10s));
    return run_command("grep -q 'max 1 ' " + path("b.conf") + " || { echo cannot; exit 1; }", 10s);
  };
  FileSwap swap(failing);
  ASSERT_TRUE(applies(swap, 1));
  const auto refused = why(applies(swap, 2));
  EXPECT_TRUE(refused.starts_with("command.failed reload: ")) << refused;
  EXPECT_TRUE(refused.ends_with(": cannot")) << refused;
  expect_version(1);
  EXPECT_EQ(read("log"), "max 1 of 1.0.0\nmax 2 of 2.0.0\nmax 1 of 1.0.0\n");
  EXPECT_EQ(applies(swap, 1), false) << "and that is what runs";
}

TEST_F(FileSwapTest, a_file_that_cannot_be_written_leaves_the_others) {
  FileSwap swap(options());
  ASSERT_TRUE(applies(swap, 1));
  auto broken = options();
  write("plain", "");
  broken.targets.push_back({.file = folder_ / "plain" / "c.json", .format = Format::Json});
  FileSwap next(broken);
  EXPECT_TRUE(why(applies(next, 2)).starts_with("file.unwritable "));
  expect_version(1);
}

TEST_F(FileSwapTest, one_that_is_tried_out_replaces_nothing) {
  FileSwap swap(options());
  ASSERT_TRUE(applies(swap, 1));
  const auto document = *json::parse(R"({"max":2})");
  const json::Value facts(json::Object{{"version", "2.0.0"}});
  EXPECT_TRUE(swap.try_out({document, facts}));
  expect_version(1);
  EXPECT_FALSE(swap.try_out({*json::parse("{}"), facts}));
}

TEST_F(FileSwapTest, what_ran_before_is_restored_though_nobody_answers_the_reload) {
  auto failing = options();
  failing.targets[0].check = "exit 1";
  failing.reload = [] { return run_command("echo not running; exit 1", 10s); };
  FileSwap swap(failing);
  const auto document = *json::parse(R"({"max":3})");
  const json::Value facts(json::Object{{"version", "3.0.0"}});
  EXPECT_EQ(swap.restore({document, facts}), true);
  expect_version(3);
  EXPECT_TRUE(read("said").contains("not running"));
}

TEST_F(FileSwapTest, rights_that_were_changed_since_are_set_again) {
  FileSwap swap(options());
  ASSERT_TRUE(applies(swap, 1));
  auto stricter = options();
  stricter.targets[0].rights.mode = 0600;
  FileSwap next(stricter);
  EXPECT_EQ(applies(next, 1), true);
  EXPECT_EQ(static_cast<int>(std::filesystem::status(folder_ / "a.json").permissions()), 0600);
}

TEST_F(FileSwapTest, killed_at_any_step_each_file_is_whole_and_the_next_start_makes_them_one) {
  const std::vector<std::string> steps{"created", "half",    "written", "synced",   "checked",
                                       "saved",   "renamed", "folder",  "reloaded", "kept"};
  for (const auto& step : steps) {
    FileSwap first(options());
    ASSERT_TRUE(applies(first, 1));
    const pid_t pid = ::fork();
    if (pid == 0) {
      auto dying = options();
      dying.told = [&](std::string_view reached) {
        if (reached == step) ::raise(SIGKILL);
      };
      FileSwap swap(dying);
      static_cast<void>(applies(swap, 2));
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << step << " was not reached";
    for (const auto* name : {"a.json", "b.conf"})
      EXPECT_TRUE(read(name).contains("1") != read(name).contains("2")) << step << read(name);
    FileSwap next(options());
    next.recover();
    // The last-known-good is the old one: nobody acknowledged the new one.
    const auto document = *json::parse(R"({"max":1})");
    const json::Value facts(json::Object{{"version", "1.0.0"}});
    ASSERT_TRUE(next.restore({document, facts})) << step;
    expect_version(1);
  }
}

}  // namespace
}  // namespace hotswap::agent
