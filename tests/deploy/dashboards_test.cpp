// Dashboards, alerts and runbooks name each other, and only metrics that exist; promtool reads
// their queries.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "deploy/support/documents.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/server.hpp"
#include "packaging/shell.hpp"

namespace hotswap::deploy {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

fs::path root() { return e2e::source_folder(); }

Names found_in(const std::string& text, const std::string& pattern) {
  Names names;
  const std::regex regex(pattern);
  for (std::sregex_iterator found(text.begin(), text.end(), regex), end; found != end; ++found)
    names.insert((*found)[1].str());
  return names;
}

/// Of docs/metrics.md: the names of these types.
Names of_page(const std::string& types) {
  return found_in(text_of(root() / "docs/metrics.md"), "\\| `([a-z_]+)` \\| (?:" + types + ") \\|");
}
const Names& histograms() {
  static const Names kNames = of_page("histogram");
  return kNames;
}
const Names& plain_metrics() {
  static const Names kNames = of_page("counter|gauge");
  return kNames;
}

/// Names in a query that look like ours and are none.
Names unknown_in(const std::string& query) {
  auto names = found_in(query, R"(\b((?:hotswap|configs?|deployments|instances|process)_[a-z_]+))");
  for (const auto& known : plain_metrics()) names.erase(known);
  for (const auto& known : histograms())
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) names.erase(known + suffix);
  return names;
}

/// What a query asks for, with the dashboard's variables in place.
std::string filled(std::string query) {
  const auto replace = [&](const std::string& from, const std::string& to) {
    query = std::regex_replace(query, std::regex(from), to);
  };
  replace(R"(\$__rate_interval)", "1m");
  replace(R"(\$[a-z]+)", ".*");
  return query;
}

std::vector<json::Value> panels_of(const json::Value& board) {
  auto panels = items_at(board, "/panels");
  std::erase_if(panels, [](const json::Value& panel) { return text_at(panel, "/type") == "row"; });
  return panels;
}

std::vector<std::string> queries_of(const json::Value& board) {
  std::vector<std::string> queries;
  for (const auto& panel : panels_of(board))
    for (const auto& target : items_at(panel, "/targets"))
      queries.push_back(text_at(target, "/expr"));
  for (const auto& note : items_at(board, "/annotations/list"))
    queries.push_back(text_at(note, "/expr"));
  return queries;
}

/// promtool's word on all of them; it has no command for a single query, so each is a rule.
packaging::Ran checked(const std::vector<std::string>& queries) {
  const cli::TempFolder folder("hotswap-queries");
  json::Array rules;
  for (std::size_t i = 0; i < queries.size(); ++i)
    rules.push_back(
        json::Object{{"record", "q:" + std::to_string(i)}, {"expr", filled(queries[i])}});
  std::ofstream(folder.path() / "rules.yaml") << json::write(
      json::Object{{"groups", json::Array{json::Object{{"name", "q"}, {"rules", rules}}}}});
  return packaging::sh(R"(cd "$1" && promtool check rules rules.yaml)", {folder.path().string()});
}

class Dashboards : public testing::TestWithParam<std::string> {
 protected:
  static json::Value board() {
    auto board = json::parse(text_of(deploy_path("grafana/dashboards/" + GetParam() + ".json")));
    EXPECT_TRUE(board) << (board ? "" : board.error().detail);
    return board ? std::move(*board) : json::Value();
  }
};
INSTANTIATE_TEST_SUITE_P(All, Dashboards,
                         testing::Values("hotswap-overview", "hotswap-deployments",
                                         "hotswap-cluster", "hotswap-api"),
                         [](const auto& info) {
                           return info.param.substr(info.param.find('-') + 1);
                         });

TEST_P(Dashboards, are_of_a_current_form_and_let_people_choose_their_prometheus) {
  const auto dashboard = board();
  EXPECT_EQ(text_at(dashboard, "/uid"), GetParam());
  EXPECT_GE(int_at(dashboard, "/schemaVersion"), 39);
  EXPECT_EQ(text_at(dashboard, "/templating/list/0/type"), "datasource");
  Names ids;
  for (const auto& panel : items_at(dashboard, "/panels")) {
    EXPECT_TRUE(ids.insert(text_at(panel, "/id")).second) << text_at(panel, "/title");
    EXPECT_LE(int_at(panel, "/gridPos/x") + int_at(panel, "/gridPos/w"), 24);
  }
  for (const auto& panel : panels_of(dashboard)) {
    EXPECT_EQ(text_at(panel, "/datasource/uid"), "${datasource}") << text_at(panel, "/title");
    EXPECT_NE(text_at(panel, "/fieldConfig/defaults/unit"), "") << text_at(panel, "/title");
  }
}

TEST_P(Dashboards, ask_what_prometheus_understands) {
  const auto queries = queries_of(board());
  EXPECT_GT(queries.size(), 10U);
  const auto said = checked(queries);
  EXPECT_EQ(said.code, 0) << said.output;
}

TEST_P(Dashboards, name_only_metrics_that_there_are) {
  for (const auto& query : queries_of(board()))
    for (const auto& name : unknown_in(query)) ADD_FAILURE() << name << " in " << query;
}

TEST_P(Dashboards, lead_to_runbooks_that_there_are) {
  std::size_t links = 0;
  for (const auto& panel : panels_of(board()))
    for (const auto& link : items_at(panel, "/links")) {
      const auto url = text_at(link, "/url");
      const auto file = url.substr(url.rfind('/') + 1);
      EXPECT_TRUE(fs::exists(root() / "docs/runbooks" / file)) << url;
      ++links;
    }
  EXPECT_GT(links, 0U);
}

TEST(Dashboard, that_is_wrong_would_be_found) {
  EXPECT_NE(checked({"sum by (job (up)"}).code, 0);
  EXPECT_EQ(checked({"sum by (job) (rate(up{job=~\"$job\"}[$__rate_interval]))"}).code, 0);
  EXPECT_EQ(unknown_in("rate(hotswap_no_such_total[5m]) + configs_active"),
            Names{"hotswap_no_such_total"});
  EXPECT_EQ(unknown_in("hotswap_http_request_seconds"), Names{"hotswap_http_request_seconds"})
      << "a histogram has no series of its own name";
}

TEST(Dashboards, are_provisioned_from_where_compose_mounts_them) {
  const auto provider = yaml_file(deploy_path("grafana/provisioning/dashboards/hotswap.yaml"));
  const auto compose = yaml_file(deploy_path("compose/compose.yaml"));
  const auto folder = text_at(provider, "/providers/0/options/path");
  const auto mounts = text_at(compose, "/services/grafana/volumes");
  EXPECT_TRUE(mounts.contains("../grafana/dashboards:" + folder + ":ro")) << mounts;
  EXPECT_TRUE(mounts.contains("../grafana/provisioning:/etc/grafana/provisioning:ro")) << mounts;
  const auto sources = yaml_file(deploy_path("grafana/provisioning/datasources/prometheus.yaml"));
  EXPECT_EQ(text_at(sources, "/datasources/0/url"), "http://prometheus:9090");
}

std::vector<json::Value> alerts() {
  auto rules = items_at(yaml_file(deploy_path("prometheus/rules.yaml")), "/groups/0/rules");
  std::erase_if(rules, [](const json::Value& rule) { return text_at(rule, "/alert").empty(); });
  return rules;
}

TEST(Alerts, each_name_a_runbook_that_names_them) {
  EXPECT_GE(alerts().size(), 30U);
  for (const auto& rule : alerts()) {
    const auto file = root() / text_at(rule, "/annotations/runbook");
    const auto name = text_at(rule, "/alert");
    ASSERT_TRUE(fs::is_regular_file(file)) << name << ": " << file;
    EXPECT_TRUE(text_of(file).contains('`' + name + '`')) << name << " in " << file;
  }
}

TEST(Alerts, name_only_metrics_that_there_are) {
  for (const auto& rule :
       items_at(yaml_file(deploy_path("prometheus/rules.yaml")), "/groups/0/rules"))
    for (const auto& name : unknown_in(text_at(rule, "/expr")))
      ADD_FAILURE() << name << " in " << text_at(rule, "/alert");
}

TEST(Runbooks, each_stands_in_the_list) {
  const auto list = text_of(root() / "docs/runbooks/README.md");
  for (const auto& file : files_below(root() / "docs/runbooks", ".md")) {
    if (file.filename() == "README.md") continue;
    EXPECT_TRUE(list.contains("](" + file.filename().string() + ")")) << file;
  }
}

}  // namespace
}  // namespace hotswap::deploy
