#include "infrastructure/clock/cores.hpp"

#include <gtest/gtest.h>

#include <map>

namespace hotswap {
namespace {

using Files = std::map<std::string, std::string>;

double limited(double cores, const Files& files) {
  return limited_cores(cores, [&](const std::string& path) -> std::optional<std::string> {
    const auto file = files.find(path);
    return file == files.end() ? std::nullopt : std::optional(file->second);
  });
}

TEST(Cores, without_control_groups_are_those_of_the_machine) { EXPECT_EQ(limited(8, {}), 8); }

TEST(Cores, in_a_container_are_its_limit) {
  EXPECT_EQ(
      limited(64, {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "200000 100000\n"}}),
      2);
}

TEST(Cores, may_be_a_fraction) {
  EXPECT_DOUBLE_EQ(
      limited(4, {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "50000 100000\n"}}),
      0.5);
}

TEST(Cores, are_the_least_of_all_groups_above) {
  const Files files{{"/proc/self/cgroup", "0::/kubepods/pod1/server\n"},
                    {"/sys/fs/cgroup/kubepods/pod1/server/cpu.max", "max 100000\n"},
                    {"/sys/fs/cgroup/kubepods/pod1/cpu.max", "150000 100000\n"},
                    {"/sys/fs/cgroup/kubepods/cpu.max", "800000 100000\n"}};
  EXPECT_DOUBLE_EQ(limited(16, files), 1.5);
}

TEST(Cores, of_a_group_that_the_container_cannot_see_are_the_roots) {
  EXPECT_EQ(limited(16, {{"/proc/self/cgroup", "0::/system.slice/docker-1.scope\n"},
                         {"/sys/fs/cgroup/cpu.max", "300000 100000\n"}}),
            3);
}

TEST(Cores, follow_the_first_version_of_control_groups_too) {
  const Files files{{"/proc/self/cgroup", "5:cpuset:/a\n4:cpu,cpuacct:/a\n1:name=systemd:/a\n"},
                    {"/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "400000\n"},
                    {"/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n"}};
  EXPECT_EQ(limited(16, files), 4);
}

TEST(Cores, without_a_limit_or_with_nonsense_are_those_of_the_machine) {
  for (const std::string limit :
       {"max 100000\n", "", "-1 100000", "100000", "100000 0", "many few"})
    EXPECT_EQ(limited(8, {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", limit}}), 8)
        << limit;
  for (const std::string groups : {"", "0", "0:", "0::", "::\n", "0::relative\n"})
    EXPECT_EQ(limited(8, {{"/proc/self/cgroup", groups}, {"/sys/fs/cgroup/cpu.max", "1 1"}}), 8)
        << groups;
}

TEST(Cores, above_those_of_the_machine_do_not_count) {
  EXPECT_EQ(
      limited(2, {{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", "800000 100000"}}),
      2);
}

TEST(Cores, of_this_very_process_are_some) { EXPECT_GT(allowed_cores(), 0); }

}  // namespace
}  // namespace hotswap
