#include "agent/files/candidate.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "unit/agent/agent/folder.hpp"

namespace hotswap::agent {
namespace {

class CandidateTest : public FolderTest {
 protected:
  [[nodiscard]] Result<void> swaps(const std::string& content, const Rights& rights = {},
                                   const StepTold& told = {}) const {
    const auto target = resolve_target(folder_ / "f");
    if (!target) return std::unexpected(target.error());
    auto candidate = Candidate::write(*target, content, rights, told);
    if (!candidate) return std::unexpected(candidate.error());
    if (auto done = candidate->install(told); !done) return done;
    candidate->keep();
    return {};
  }
  [[nodiscard]] struct stat stat_of(const std::string& name) const {
    struct stat found{};
    EXPECT_EQ(::lstat(path(name).c_str(), &found), 0) << name;
    return found;
  }
};

TEST_F(CandidateTest, a_file_is_replaced_and_nothing_is_left_beside_it) {
  ASSERT_TRUE(swaps("one"));
  ASSERT_TRUE(swaps("two"));
  EXPECT_EQ(read("f"), "two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(CandidateTest, a_new_file_is_not_for_everybody_and_an_old_ones_rights_stay) {
  ASSERT_TRUE(swaps("one"));
  EXPECT_EQ(stat_of("f").st_mode & 07777, kNewFileMode);
  ASSERT_EQ(::chmod(path("f").c_str(), 0604), 0);
  ASSERT_TRUE(swaps("two"));
  EXPECT_EQ(stat_of("f").st_mode & 07777, 0604U);
  ASSERT_TRUE(swaps("three", {.mode = 0600}));
  EXPECT_EQ(stat_of("f").st_mode & 07777, 0600U);
}

TEST_F(CandidateTest, an_owner_that_cannot_be_given_is_an_error_and_the_old_file_stands) {
  write("f", "old");
  if (::geteuid() == 0) {
    ASSERT_TRUE(swaps("new", {.user = 12345, .group = 54321}));
    EXPECT_EQ(stat_of("f").st_uid, 12345U);
    ASSERT_TRUE(swaps("newer"));
    EXPECT_EQ(stat_of("f").st_gid, 54321U) << "and it stays";
  } else {
    const auto refused = swaps("new", {.user = 0});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "file.unwritable");
    EXPECT_EQ(read("f"), "old");
  }
}

TEST_F(CandidateTest, a_symbolic_link_stays_one) {
  std::filesystem::create_directory(folder_ / "real");
  write("real/g", "old");
  std::filesystem::create_symlink("real/g", folder_ / "f");
  ASSERT_TRUE(swaps("new"));
  EXPECT_EQ(read("real/g"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "f"));
  std::filesystem::remove(folder_ / "real/g");
  ASSERT_TRUE(swaps("again")) << "a link to a file that is not there yet";
  EXPECT_EQ(read("real/g"), "again");
}

TEST_F(CandidateTest, what_is_no_file_of_ours_is_not_replaced) {
  const auto refused = [&] {
    const auto done = swaps("new");
    return done ? std::string() : done.error().reason + ' ' + done.error().detail;
  };
  ASSERT_EQ(::mkfifo(path("f").c_str(), 0600), 0);
  EXPECT_TRUE(refused().starts_with("file.unsafe ")) << refused();
  std::filesystem::remove(folder_ / "f");
  std::filesystem::create_symlink("f", folder_ / "f");
  EXPECT_TRUE(refused().contains("without end")) << refused();
  if (::geteuid() == 0) {
    std::filesystem::remove(folder_ / "f");
    write("theirs", "old");
    std::filesystem::create_symlink("theirs", folder_ / "f");
    ASSERT_EQ(::lchown(path("f").c_str(), 12345, 12345), 0);
    EXPECT_TRUE(refused().contains("another user")) << refused();
    EXPECT_EQ(read("theirs"), "old");
  }
}

TEST_F(CandidateTest, a_leftover_with_other_rights_or_a_planted_link_is_not_written_through) {
  write("victim", "precious");
  std::filesystem::create_symlink(folder_ / "victim", folder_ / ".hotswap-new.f");
  ASSERT_TRUE(swaps("new"));
  EXPECT_EQ(read("victim"), "precious");
  EXPECT_EQ(read("f"), "new");
}

TEST_F(CandidateTest, links_on_the_way_are_followed_if_they_are_ours) {
  std::filesystem::create_directories(folder_ / "real/deep");
  std::filesystem::create_symlink("real", folder_ / "way");
  std::filesystem::create_symlink(folder_ / "way/deep", folder_ / "absolute");
  for (const auto* name : {"way/deep/f", "absolute/f", "way/../real/deep/f"}) {
    const auto target = resolve_target(folder_ / name);
    ASSERT_TRUE(target);
    auto candidate = Candidate::write(*target, name, {});
    ASSERT_TRUE(candidate) << candidate.error().detail;
    ASSERT_TRUE(candidate->install());
    candidate->keep();
    EXPECT_EQ(read("real/deep/f"), name);
  }
  std::filesystem::create_symlink("circle", folder_ / "circle");
  const auto endless = Candidate::write(folder_ / "circle/f", "new", {});
  ASSERT_FALSE(endless);
  EXPECT_TRUE(endless.error().detail.contains("without end")) << endless.error().detail;
}

TEST_F(CandidateTest, nobody_elses_link_on_the_way_leads_to_files_of_others) {
  ASSERT_EQ(::geteuid(), 0U) << "this test makes links of another user";
  std::filesystem::create_directory(folder_ / "etc");
  write("etc/passwd", "precious");
  std::filesystem::create_symlink("etc", folder_ / "conf");
  ASSERT_EQ(::lchown(path("conf").c_str(), 12345, 12345), 0);
  const auto refused = Candidate::write(folder_ / "conf/passwd", "mine", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "file.unsafe");
  EXPECT_TRUE(refused.error().detail.contains("another user")) << refused.error().detail;
  EXPECT_EQ(read("etc/passwd"), "precious");
  EXPECT_EQ(recover(folder_ / "conf/passwd").error().reason, "file.unsafe");
}

TEST_F(CandidateTest, a_folder_that_is_swapped_for_a_link_halfway_is_not_left) {
  std::filesystem::create_directory(folder_ / "etc");
  std::filesystem::create_directory(folder_ / "conf");
  write("etc/passwd", "precious");
  const auto swap = [&](std::string_view step) {
    if (step != "half") return;
    std::filesystem::rename(folder_ / "conf", folder_ / "moved");
    std::filesystem::create_symlink("etc", folder_ / "conf");
  };
  auto candidate = Candidate::write(folder_ / "conf/passwd", "mine", {}, swap);
  ASSERT_TRUE(candidate) << candidate.error().detail;
  ASSERT_TRUE(candidate->install());
  candidate->keep();
  EXPECT_EQ(read("etc/passwd"), "precious");
  EXPECT_EQ(read("moved/passwd"), "mine");
}

TEST_F(CandidateTest, a_folder_that_is_none_is_told_with_the_remedy) {
  write("f", "a file");
  const auto refused = resolve_target(folder_ / "f" / "g");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "file.unwritable");
  EXPECT_TRUE(refused.error().detail.contains("make the folder first")) << refused.error().detail;
}

TEST_F(CandidateTest, what_was_put_back_is_the_very_file_that_stood_there) {
  write("f", "old");
  const auto before = stat_of("f").st_ino;
  auto candidate = Candidate::write(folder_ / "f", "new", {.mode = 0600});
  ASSERT_TRUE(candidate);
  ASSERT_TRUE(candidate->install());
  EXPECT_EQ(read("f"), "new");
  ASSERT_TRUE(candidate->put_back());
  EXPECT_EQ(read("f"), "old");
  EXPECT_EQ(stat_of("f").st_ino, before);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CandidateTest, where_nothing_stood_nothing_stands_again) {
  auto candidate = Candidate::write(folder_ / "f", "new", {});
  ASSERT_TRUE(candidate);
  ASSERT_TRUE(candidate->install());
  ASSERT_TRUE(candidate->put_back());
  EXPECT_EQ(files(), 0U);
}

/// Runs `work` in a process of its own; how that ended.
int in_child(const std::function<void()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

TEST_F(CandidateTest, killed_at_any_step_the_file_is_the_old_one_or_the_new_one) {
  const std::string old_text(5000, 'o'), new_text(7000, 'n');
  std::vector<std::string> steps;
  ASSERT_TRUE(swaps("first", {}, [&](std::string_view step) { steps.emplace_back(step); }));
  EXPECT_EQ(steps, (std::vector<std::string>{"created", "half", "written", "synced", "saved",
                                             "renamed", "folder"}));
  for (const auto& step : steps) {
    write("f", old_text);
    const int status = in_child([&] {
      static_cast<void>(swaps(new_text, {}, [&](std::string_view reached) {
        if (reached == step) ::raise(SIGKILL);
      }));
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << step;
    const bool renamed = step == "renamed" || step == "folder";
    EXPECT_EQ(read("f"), renamed ? new_text : old_text) << step;
    const auto undone = recover(folder_ / "f");
    ASSERT_TRUE(undone) << step << ": " << undone.error().detail;
    EXPECT_EQ(*undone, renamed) << step << ": the program may run with either";
    EXPECT_EQ(read("f"), old_text) << step << ": nobody said that the new one was good";
    EXPECT_EQ(files(), 1U) << step << " left something behind";
  }
}

int no_links(const char*, const char*) {
  errno = EPERM;
  return -1;
}

TEST_F(CandidateTest, without_links_the_old_file_comes_back_from_a_whole_copy) {
  write("f", "old");
  ASSERT_EQ(::chmod(path("f").c_str(), 0604), 0);
  auto candidate = Candidate::write(folder_ / "f", "new", {.mode = 0600});
  ASSERT_TRUE(candidate);
  ASSERT_TRUE(candidate->install({}, no_links));
  EXPECT_EQ(read("f"), "new");
  ASSERT_TRUE(candidate->put_back());
  EXPECT_EQ(read("f"), "old");
  EXPECT_EQ(stat_of("f").st_mode & 07777, 0604U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CandidateTest, killed_in_the_middle_of_a_copy_the_old_file_stands_and_is_not_replaced) {
  write("f", std::string(5000, 'o'));
  const int status = in_child([&] {
    auto candidate = Candidate::write(folder_ / "f", "new", {});
    static_cast<void>(candidate->install(
        [](std::string_view step) {
          if (step == "copying") ::raise(SIGKILL);
        },
        no_links));
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(recover(folder_ / "f").value_or(true));
  EXPECT_EQ(read("f"), std::string(5000, 'o'));
  EXPECT_EQ(files(), 1U);
}

TEST_F(CandidateTest, a_disk_that_is_full_at_the_copy_leaves_the_old_file_alone) {
  write("f", std::string(5000, 'o'));
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    bool refused = false;
    {
      auto candidate = Candidate::write(folder_ / "f", "new", {});
      const rlimit limit{1000, 1000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const auto done = candidate->install({}, no_links);
      refused = !done && done.error().reason == "file.unwritable";
    }
    ::_exit(refused ? 0 : 1);
  });
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(recover(folder_ / "f").value_or(true));
  EXPECT_EQ(read("f"), std::string(5000, 'o'));
  EXPECT_EQ(files(), 1U);
}

TEST_F(CandidateTest, what_a_stranger_put_beside_it_is_removed_and_not_put_in_place) {
  write("f", "ours");
  std::filesystem::create_symlink("f", folder_ / ".hotswap-old.f");
  EXPECT_FALSE(recover(folder_ / "f")) << "no link is ours";
  EXPECT_EQ(files(), 1U);
  if (::geteuid() == 0) {
    write(".hotswap-old.f", "theirs");
    ASSERT_EQ(::chown(path(".hotswap-old.f").c_str(), 12345, 12345), 0);
    const auto refused = recover(folder_ / "f");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "file.unsafe");
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(read("f"), "ours");
}

TEST_F(CandidateTest, what_is_only_read_may_be_a_link_but_nothing_that_blocks) {
  write("data", "text");
  std::filesystem::create_symlink("data", folder_ / "link");
  EXPECT_EQ(content_read(folder_ / "link").value(), "text");
  EXPECT_FALSE(content_of(folder_ / "link"));
  EXPECT_EQ(content_read(folder_ / "none").value(), std::nullopt);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(content_read(folder_ / "pipe"));
}

TEST_F(CandidateTest, a_disk_that_is_full_leaves_the_old_file) {
  write("f", "old");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};  // as a full disk: the write itself fails half-way
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto done = swaps(std::string(5000, 'n'));
    ::_exit(!done && done.error().reason == "file.unwritable" ? 0 : 1);
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read("f"), "old");
  EXPECT_EQ(files(), 1U);
}

TEST(Rights, are_read_as_people_write_them) {
  EXPECT_EQ(parse_mode("0640"), 0640U);
  EXPECT_EQ(parse_mode("600"), 0600U);
  for (const auto* text : {"", "0899", "01777", "rw", "0640x"})
    EXPECT_FALSE(parse_mode(text)) << text;
  Rights rights;
  ASSERT_TRUE(parse_owner("root:12", rights));
  EXPECT_EQ(rights.user, 0U);
  EXPECT_EQ(rights.group, 12U);
  Rights group;
  ASSERT_TRUE(parse_owner(":root", group));
  EXPECT_EQ(group.user, std::nullopt);
  const auto refused = parse_owner("no-such-user-here", rights);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "there is no user no-such-user-here on this machine");
}

}  // namespace
}  // namespace hotswap::agent
