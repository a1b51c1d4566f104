#include "agent/handoff.hpp"

#include "document.hpp"
#include "domain/json/parse.hpp"
#include "unit/agent/agent/folder.hpp"

namespace hotswap::agent {
namespace {

using Cause = sdk::Application::Cause;

class HandoffTest : public FolderTest {
 protected:
  HandoffTest() { write("t.tmpl", "{{a}} {{@profile}}\n"); }

  static sdk::Snapshot snapshot(const std::string& text, const std::string& version,
                                const std::string& profile = "app") {
    // The hash need only tell documents apart.
    return {*sdk::detail::make_document(*json::parse(text)), {profile, version, 1, text}};
  }
  [[nodiscard]] FileSwapOptions options() const {
    FileSwapOptions made;
    made.targets = {{.file = folder_ / "f", .template_file = folder_ / "t.tmpl"}};
    return made;
  }
  std::string applies(Handoff& handoff, const sdk::Snapshot& next, Cause cause = Cause::Applied) {
    const auto none = snapshot("{}", "");
    return handoff.apply({next, none, cause}).value_or("");
  }
};

TEST_F(HandoffTest, the_first_profile_is_handed_on_and_others_are_not) {
  FileSwap files(options());
  Handoff handoff({}, files);
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  const auto foreign = snapshot(R"({"a":2})", "1.0.0", "other");
  const std::string why =
      "this agent hands on app and not other: give --profile, and each profile its own agent";
  EXPECT_EQ(applies(handoff, foreign), why);
  EXPECT_EQ(handoff.validate({foreign, snapshot("{}", ""), true}), why);
  EXPECT_EQ(read("f"), "1 app\n");
  EXPECT_EQ(handoff.current()->identity().profile, "app");
}

TEST_F(HandoffTest, the_first_profile_is_the_same_after_a_restart) {
  const HandoffOptions kept{.chosen_file = folder_ / "state" / "handed-on"};
  FileSwap files(options());
  {
    Handoff handoff(kept, files);
    EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0", "zz")), "");
  }
  Handoff handoff(kept, files);
  EXPECT_NE(applies(handoff, snapshot(R"({"a":2})", "1.0.0", "aa"), Cause::Restored), "");
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0", "zz"), Cause::Restored), "");
  EXPECT_EQ(read("f"), "1 zz\n");
}

TEST_F(HandoffTest, what_makes_no_environment_is_refused_when_it_is_staged_and_if_it_is_ours) {
  FileSwap files(options());
  Handoff handoff({.profile = "app", .environment_variables = true}, files);
  const auto none = snapshot("{}", ""), bad = snapshot(R"({"a":1,"path":"/evil"})", "1.0.0");
  EXPECT_TRUE(handoff.validate({bad, none, true}).value_or("").contains("--env-prefix"));
  EXPECT_TRUE(applies(handoff, bad).contains("--env-prefix"));
  EXPECT_EQ(applies(handoff, snapshot(R"({"path":"/evil"})", "1.0.0", "other")), "");
}

TEST_F(HandoffTest, the_way_back_is_no_success_if_the_file_is_gone_or_another) {
  FileSwap files(options());
  Handoff handoff({}, files);
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  write("t.tmpl", "{{nonsense}}");
  write("f", "somebody's");
  EXPECT_NE(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  std::filesystem::remove(folder_ / "f");
  EXPECT_NE(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
}

TEST_F(HandoffTest, the_profile_that_was_named_is_handed_on) {
  FileSwap files(options());
  Handoff handoff({.profile = "other"}, files);
  EXPECT_EQ(applies(handoff, snapshot(R"({"b":2})", "1.0.0")), "");
  EXPECT_EQ(handoff.current(), nullptr);
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":2})", "1.0.0", "other")), "");
  EXPECT_EQ(read("f"), "2 other\n");
}

TEST_F(HandoffTest, one_that_cannot_be_put_in_place_leaves_the_one_before) {
  FileSwap files(options());
  Handoff handoff({}, files);
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  EXPECT_TRUE(applies(handoff, snapshot(R"({"b":1})", "1.1.0")).contains("a is unknown"));
  EXPECT_EQ(handoff.current()->identity().version, "1.0.0");
  EXPECT_EQ(read("f"), "1 app\n");
}

TEST_F(HandoffTest, the_way_back_to_what_stands_there_succeeds_though_the_template_is_broken) {
  std::string said;
  FileSwap files(options());
  Handoff handoff({.log = [&](const std::string& line) { said = line; }}, files);
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  write("t.tmpl", "{{nonsense}}");
  EXPECT_NE(applies(handoff, snapshot(R"({"a":2})", "1.1.0")), "");
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  EXPECT_TRUE(said.contains("nonsense is unknown")) << said;
  EXPECT_EQ(read("f"), "1 app\n");
  EXPECT_EQ(handoff.current()->identity().version, "1.0.0");
}

TEST_F(HandoffTest, a_reload_sees_the_new_one_and_after_its_failure_the_old_one) {
  std::vector<std::string> seen;
  Handoff* asked = nullptr;
  auto made = options();
  made.reload = [&]() -> Result<void> {
    seen.push_back(asked->current()->identity().version);
    if (seen.back() == "1.1.0") return fail(ErrorCode::Unavailable, "reload.failed", "no");
    return {};
  };
  FileSwap files(made);
  Handoff handoff({}, files);
  asked = &handoff;
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":1})", "1.0.0")), "");
  EXPECT_EQ(applies(handoff, snapshot(R"({"a":2})", "1.1.0")), "reload: no");
  EXPECT_EQ(seen, (std::vector<std::string>{"1.0.0", "1.1.0", "1.0.0"}));
}

TEST_F(HandoffTest, only_what_is_staged_is_tried_out_beforehand) {
  FileSwap files(options());
  Handoff handoff({}, files);
  const auto none = snapshot("{}", ""), bad = snapshot(R"({"b":1})", "1.0.0");
  EXPECT_EQ(handoff.validate({bad, none, false}), std::nullopt) << "apply() looks at it";
  const auto why = handoff.validate({bad, none, true});
  ASSERT_TRUE(why);
  EXPECT_TRUE(why->contains("a is unknown"));
  EXPECT_FALSE(exists("f"));
}

}  // namespace
}  // namespace hotswap::agent
