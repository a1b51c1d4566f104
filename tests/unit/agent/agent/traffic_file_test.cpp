#include "agent/traffic_file.hpp"

#include <sys/stat.h>

#include "unit/agent/agent/folder.hpp"

namespace hotswap::agent {
namespace {

using namespace std::chrono_literals;

class TrafficFileTest : public FolderTest {
 protected:
  TrafficFileTest() { write("t.tmpl", "live {{live}}\n"); }

  [[nodiscard]] TrafficFileOptions options() const {
    return {.template_file = folder_ / "t.tmpl",
            .output = folder_ / "out",
            .check = {},
            .reload = "echo reloaded >> " + (folder_ / "log").string(),
            .command_timeout = 10s};
  }
  static TrafficState state(const std::string& live) { return {"pay", "Production", live, "x", 1}; }
};

TEST_F(TrafficFileTest, the_file_follows_and_is_taken_over_by_the_reload) {
  TrafficFile file(options());
  ASSERT_TRUE(file.apply(state("blue")));
  EXPECT_EQ(read("out"), "live blue\n");
  ASSERT_TRUE(file.apply(state("green")));
  EXPECT_EQ(read("out"), "live green\n");
  EXPECT_EQ(read("log"), "reloaded\nreloaded\n");
}

TEST_F(TrafficFileTest, what_was_taken_over_is_not_reloaded_again) {
  TrafficFile file(options());
  EXPECT_EQ(file.apply(state("blue")), true);
  EXPECT_EQ(file.apply(state("blue")), false);
  EXPECT_EQ(read("log"), "reloaded\n");
}

TEST_F(TrafficFileTest, a_file_that_fails_its_check_is_put_back_and_nobody_reloads) {
  auto with_check = options();
  with_check.check = "grep -q blue " + with_check.output.string();
  TrafficFile file(with_check);
  ASSERT_TRUE(file.apply(state("blue")));
  const auto refused = file.apply(state("green"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "command.failed");
  EXPECT_EQ(read("out"), "live blue\n");
  EXPECT_EQ(read("log"), "reloaded\n");
}

TEST_F(TrafficFileTest, a_reload_that_failed_is_tried_again) {
  auto with_reload = options();
  with_reload.reload = "test -e " + (folder_ / "up").string();
  TrafficFile file(with_reload);
  EXPECT_FALSE(file.apply(state("blue")));
  write("up", "");
  EXPECT_TRUE(file.apply(state("blue")));
}

TEST_F(TrafficFileTest, the_rights_of_the_old_file_stay) {
  write("out", "old");
  ASSERT_EQ(::chmod((folder_ / "out").c_str(), 0640), 0);
  TrafficFile file(options());
  ASSERT_TRUE(file.apply(state("blue")));
  struct stat now{};
  ASSERT_EQ(::stat((folder_ / "out").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777, 0640U);
}

TEST_F(TrafficFileTest, everything_of_the_traffic_can_be_named) {
  write("t.tmpl",
        "{{service}} {{environment}} {{live}} {{idle}} {{generation}}{{#if live == \"blue\"}} B"
        "{{else}} G{{/if}}{{#if live != \"blue\"}}!{{/if}}");
  TrafficFile file(options());
  ASSERT_TRUE(file.apply(state("blue")));
  EXPECT_EQ(read("out"), "pay Production blue x 1 B");
  ASSERT_TRUE(file.apply(state("green")));
  EXPECT_EQ(read("out"), "pay Production green x 1 G!");
}

TEST_F(TrafficFileTest, a_bad_template_names_file_and_line) {
  write("t.tmpl", "{{nonsense}}");
  TrafficFile file(options());
  const auto refused = file.apply(state("blue"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("t.tmpl, line 1"), std::string::npos);
}

}  // namespace
}  // namespace hotswap::agent
