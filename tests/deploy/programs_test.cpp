// What deploy/ gives to other programs, before those programs themselves; each also once broken.
#include <gtest/gtest.h>

#include <fstream>

#include "deploy/support/rules.hpp"
#include "domain/base/limits.hpp"
#include "e2e/support/server.hpp"
#include "packaging/shell.hpp"

namespace hotswap::deploy {
namespace {

namespace fs = std::filesystem;
using packaging::sh;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto found = text.find(from);
  if (found == std::string::npos) throw std::runtime_error("nowhere: " + from);
  return text.replace(found, from.size(), to);
}

/// A folder with copies that a test may break.
class Copies : public testing::Test {
 protected:
  std::string copy(const std::string& from, const std::string& as) {
    write(as, text_of(deploy_path(from)));
    return (folder_.path() / as).string();
  }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  void edit(const std::string& name, const std::string& from, const std::string& to) const {
    write(name, replaced(text_of(folder_.path() / name), from, to));
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  cli::TempFolder folder_{"hotswap-deploy"};
};

using HaproxyConfig = Copies;

TEST_F(HaproxyConfig, is_taken_by_haproxy_without_a_warning) {
  const auto file = copy("haproxy/haproxy.cfg", "haproxy.cfg");
  const auto said = sh(R"(haproxy -c -f "$1")", {file});
  EXPECT_EQ(said.code, 0) << said.output;
  EXPECT_FALSE(said.output.contains("WARNING")) << said.output;
  edit("haproxy.cfg", "balance leastconn", "balance leastcon");
  EXPECT_NE(sh(R"(haproxy -c -f "$1")", {file}).code, 0);
}

TEST_F(HaproxyConfig, is_patient_with_streams_and_asks_a_path_of_the_api) {
  const auto text = text_of(deploy_path("haproxy/haproxy.cfg"));
  const std::string look = "option httpchk GET ";
  const auto begin = text.find(look) + look.size();
  EXPECT_TRUE(facts().routes.contains(text.substr(begin, text.find('\n', begin) - begin)));
  for (const std::string side : {"timeout client ", "timeout server "}) {
    const auto at = text.find(side) + side.size();
    EXPECT_GT(seconds_of(text.substr(at, text.find('\n', at) - at)),
              std::chrono::seconds(limits::kLongPollMax).count());
  }
}

class PrometheusFiles : public Copies {
 protected:
  PrometheusFiles() {
    copy("prometheus/prometheus.yaml", "prometheus.yaml");
    copy("prometheus/rules.yaml", "rules.yaml");
    write("metrics.token", "x");
    edit("prometheus.yaml", "/var/run/hotswap/metrics.token", path("metrics.token"));
    write("rules_test.yaml",
          text_of(fs::path(e2e::source_folder()) / "tests/deploy/rules_test.yaml"));
  }
  [[nodiscard]] packaging::Ran promtool(const std::string& arguments) const {
    return sh("cd \"$1\" && promtool " + arguments, {folder_.path().string()});
  }
};

TEST_F(PrometheusFiles, are_taken_by_prometheus) {
  const auto said = promtool("check config prometheus.yaml");
  EXPECT_EQ(said.code, 0) << said.output;
  edit("prometheus.yaml", "scrape_interval", "scrape_intervall");
  EXPECT_NE(promtool("check config prometheus.yaml").code, 0);
}

TEST_F(PrometheusFiles, alert_when_they_should_and_only_then) {
  const auto said = promtool("test rules rules_test.yaml");
  EXPECT_EQ(said.code, 0) << said.output;
  for (const auto& [from, to] :
       {std::pair{"hotswap_worker_queue > 1000", "hotswap_worker_queue > 1001"},
        std::pair{"hotswap_redis_up == 0", "hotswap_redis_up <= 1"},
        std::pair{"hotswap_cluster_leader) != 1", "hotswap_cluster_leader) > 1"}}) {
    copy("prometheus/rules.yaml", "rules.yaml");
    edit("rules.yaml", from, to);
    EXPECT_NE(promtool("test rules rules_test.yaml").code, 0) << to;
  }
}

TEST_F(PrometheusFiles, are_tested_alert_by_alert) {
  const auto tests = text_of(path("rules_test.yaml"));
  std::size_t alerts = 0;
  for (const auto& rule : items_at(yaml_file(path("rules.yaml")), "/groups/0/rules")) {
    const auto name = text_at(rule, "/alert");
    if (name.empty()) continue;
    ++alerts;
    EXPECT_TRUE(tests.contains('"' + name + '"')) << name;
    EXPECT_FALSE(text_at(rule, "/annotations/description").empty()) << name;
  }
  EXPECT_GE(alerts, 8U);
}

TEST_F(PrometheusFiles, are_the_same_for_the_operator) {
  const auto rules = yaml_file(path("rules.yaml"));
  const auto object = yaml_file(deploy_path("kubernetes/components/monitoring/rules.yaml"));
  EXPECT_EQ(*at(object, "/spec"), rules);
}

TEST(YamlFiles, please_yamllint) {
  const std::string lint = R"(yamllint --strict -c "$1/.yamllint" "$2")";
  const auto said = sh(lint, {deploy_path().string(), deploy_path().string()});
  EXPECT_EQ(said.code, 0) << said.output;
  const cli::TempFolder folder("hotswap-yaml");
  for (const std::string bad : {"a: 1\na: 2\n", "a:\n    - b\n  - c\n", "a: {b:  1}\n"}) {
    const auto file = folder.path() / "bad.yaml";
    std::ofstream(file) << bad;
    EXPECT_NE(sh(lint, {deploy_path().string(), file.string()}).code, 0) << bad;
  }
}

/// The unit with the drop-in that makes it a node, naming the program that was built.
class ClusterUnit : public Copies {
 protected:
  ClusterUnit() {
    copy("systemd/hotswap-server.service", kUnit);
    copy("systemd/cluster.conf", kDropIn);
    edit(kUnit, "/usr/bin/hotswap", e2e::binary("hotswap"));
  }
  [[nodiscard]] packaging::Ran analyze(const std::string& what) const {
    return sh("systemd-analyze " + what + R"( "$1")", {path(kUnit)});
  }
  static constexpr auto kUnit = "hotswap-server.service";
  static constexpr auto kDropIn = "hotswap-server.service.d/cluster.conf";
  static constexpr auto kVerify = "verify --man=no";
  static constexpr auto kSecurity = "security --no-pager --offline=true --threshold=20";
};

TEST_F(ClusterUnit, satisfies_systemd_and_stays_shut_in) {
  const auto verified = analyze(kVerify);
  EXPECT_EQ(verified.code, 0) << verified.output;
  EXPECT_EQ(verified.output, "");
  const auto secure = analyze(kSecurity);
  EXPECT_EQ(secure.code, 0) << secure.output;
}

TEST_F(ClusterUnit, that_is_misspelt_or_opened_is_found) {
  edit(kDropIn, "LoadCredential=jwt.key", "LoadCredentials=jwt.key");
  EXPECT_TRUE(analyze(kVerify).output.contains("LoadCredentials"));
  copy("systemd/cluster.conf", kDropIn);
  edit(kDropIn, "ExecStartPre=\n", "PrivateUsers=false\nSystemCallFilter=\nProtectSystem=false\n");
  EXPECT_NE(analyze(kSecurity).code, 0);
}

TEST_F(ClusterUnit, names_settings_of_the_program_and_waits_longer_than_it) {
  std::int64_t waits = 0, timeout = 0;
  for (const auto& line : packaging::lines_of(text_of(path(kDropIn)))) {
    const std::string variable = "Environment=HOTSWAP_", start = "TimeoutStartSec=";
    if (line.starts_with(variable)) {
      const auto name = line.substr(12, line.find('=', 12) - 12);
      EXPECT_TRUE(facts().knows_variable(name)) << name;
      if (name == "HOTSWAP_DATABASE_WAIT") waits = seconds_of(line.substr(line.rfind('=') + 1));
    }
    if (line.starts_with(start)) timeout = 60 * std::stoi(line.substr(start.size()));
  }
  EXPECT_GT(waits, 0);
  EXPECT_GT(timeout, waits);
}

}  // namespace
}  // namespace hotswap::deploy
