// The rules themselves, each on a snippet that breaks it and on one that does not: a rule that
// cannot fail holds nothing.

#include <gtest/gtest.h>

#include "tidy/rules/bans.hpp"
#include "tidy/rules/layers.hpp"
#include "tidy/rules/sizes.hpp"

namespace hotswap::tidy {
namespace {

Findings layers(std::string path, std::string_view text) {
  return check_layers({read_source(std::move(path), text)});
}
std::string first(const Findings& findings) {
  return findings.empty() ? "" : findings.front().message;
}
std::string repeated(std::string_view line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

TEST(TidySource, comments_and_literals_are_blanked_and_lines_kept) {
  const auto source = read_source("a.cpp",
                                  "int a = 1'000;  // new thing\n"
                                  "auto s = \"new \\\" x\"; char c = '\"';\n"
                                  "auto r = R\"x(\nnew y\n)x\"; int z;\n"
                                  "/* new\n*/ int w;\n");
  ASSERT_EQ(source.code.size(), 7U);
  EXPECT_EQ(source.code[0], "int a = 1'000;              ");
  EXPECT_EQ(source.code[1], "auto s =           ; char c =    ;");
  EXPECT_EQ(source.code[3], "     ");
  EXPECT_EQ(source.code[4].substr(3), "; int z;");
  EXPECT_EQ(source.code[6], "   int w;");
  EXPECT_FALSE(source.raw_string_lines[2]);
  EXPECT_TRUE(source.raw_string_lines[3]);
  EXPECT_FALSE(source.raw_string_lines[5]);
}

TEST(TidyLayers, the_orchestrator_may_not_reach_a_driver) {
  const auto found = layers("src/orchestrator/a.cpp", "#include \"infrastructure/sqlite/s.hpp\"\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 1U);
  EXPECT_NE(first(found).find("use a port of domain/ports/"), std::string::npos);
}

TEST(TidyLayers, arrows_point_at_the_domain) {
  EXPECT_FALSE(layers("src/domain/config/a.hpp", "#include \"orchestrator/x.hpp\"\n").empty());
  EXPECT_FALSE(layers("src/domain/base/a.hpp", "#include \"domain/json/value.hpp\"\n").empty());
  EXPECT_FALSE(layers("src/api/a.cpp", "#include \"infrastructure/log/log.hpp\"\n").empty());
  EXPECT_FALSE(layers("src/cli/a.cpp", "#include \"orchestrator/x.hpp\"\n").empty());
  EXPECT_FALSE(layers("sdk/cpp/src/a.cpp", "#include \"api/x.hpp\"\n").empty());
  EXPECT_FALSE(
      layers("src/infrastructure/log/a.cpp", "#include \"infrastructure/b/b.hpp\"\n").empty());
  EXPECT_FALSE(layers("src/elsewhere/a.cpp", "").empty());
}

TEST(TidyLayers, allowed_edges_pass) {
  EXPECT_TRUE(
      layers("src/api/a.cpp", "#include \"orchestrator/x.hpp\"\n#include \"api/y.hpp\"\n").empty());
  EXPECT_TRUE(
      layers("src/infrastructure/log/a.cpp", "#include \"infrastructure/log/log.hpp\"\n").empty());
  EXPECT_TRUE(layers("src/app/a.cpp", "#include \"infrastructure/log/log.hpp\"\n").empty());
  EXPECT_TRUE(layers("src/cli/a.cpp", "#include \"infrastructure/http_client/c.hpp\"\n").empty());
  EXPECT_TRUE(
      layers("sdk/cpp/src/a.cpp", "#include <hotswap/client.hpp>\n#include <vector>\n").empty());
}

TEST(TidyLayers, an_include_inside_a_string_is_none) {
  EXPECT_TRUE(
      layers("src/domain/a/a.cpp", "auto t = R\"(\n#include \"api/x.hpp\"\n)\";\n").empty());
}

TEST(TidyCycles, a_circle_of_folders_is_named) {
  const auto one = read_source("src/domain/a/x.hpp", "#include \"domain/b/x.hpp\"\n");
  const auto two = read_source("src/domain/b/x.hpp", "#include \"domain/c/x.hpp\"\n");
  const auto three = read_source("src/domain/c/x.hpp", "#include \"domain/a/x.hpp\"\n");
  EXPECT_TRUE(check_cycles({one, two}).empty());
  EXPECT_NE(first(check_cycles({one, two, three})).find("domain/a/ domain/b/ domain/c/ domain/a/"),
            std::string::npos);
}

TEST(TidyCycles, a_folder_and_those_inside_it_are_one) {
  const auto outer = read_source("src/cli/x.hpp", "#include \"cli/verbs/x.hpp\"\n");
  const auto inner = read_source("src/cli/verbs/x.hpp", "#include \"cli/x.hpp\"\n");
  EXPECT_TRUE(check_cycles({outer, inner}).empty());
}

TEST(TidyBans, a_drivers_header_outside_its_folder_names_the_port) {
  const auto bad = read_source("src/orchestrator/a.cpp", "#include <sqlite3.h>\n");
  EXPECT_NE(first(check_banned_headers(bad)).find("use the Store port"), std::string::npos);
  const auto good = read_source("src/infrastructure/sqlite/a.cpp", "#include <sqlite3.h>\n");
  EXPECT_TRUE(check_banned_headers(good).empty());
}

TEST(TidyBans, asio_stays_in_the_api) {
  const auto* text = "#include <boost/asio/io_context.hpp>\n#include <boost/beast/http.hpp>\n";
  EXPECT_EQ(check_banned_headers(read_source("src/orchestrator/a.cpp", text)).size(), 2U);
  EXPECT_TRUE(check_banned_headers(read_source("src/api/server/a.cpp", text)).empty());
}

TEST(TidyBans, each_call_is_found_in_the_domain) {
  for (const auto* call :
       {"auto t = std::chrono::system_clock::now();", "auto t = std::chrono::steady_clock::now();",
        "std::this_thread::sleep_for(1s);", "std::this_thread::sleep_until(t);", "int r = rand();",
        "std::srand(1);", "std::random_device device;", "auto* e = std::getenv(n);",
        "std::cout << 1;", "std::cerr << 1;", "std::printf(f);", "using namespace std;",
        "auto* p = new Thing;", "delete p;", "delete[] p;"}) {
    EXPECT_EQ(check_banned_calls(read_source("src/domain/a.cpp", call)).size(), 1U) << call;
  }
}

TEST(TidyBans, neighbours_of_banned_words_pass) {
  for (const auto* call :
       {"A(const A&) = delete;", "int grand(int);", "int newest = 1;", "fmt::snprintf_like(x);",
        "std::unique_ptr<A> a(new A(1));", "auto a = std::unique_ptr<A>(\n    new A(1));",
        "new (&place) A();", "using namespace std::chrono_literals;"}) {
    EXPECT_TRUE(check_banned_calls(read_source("src/domain/a.cpp", call)).empty()) << call;
  }
}

TEST(TidyBans, time_may_be_read_where_the_clock_is_made_and_tests_may_not_sleep) {
  const auto* now = "auto t = std::chrono::system_clock::now();\n";
  EXPECT_TRUE(check_banned_calls(read_source("src/infrastructure/clock/a.cpp", now)).empty());
  const auto* nap = "std::this_thread::sleep_for(1s);\n";
  EXPECT_FALSE(check_banned_calls(read_source("tests/unit/a_test.cpp", nap)).empty());
  EXPECT_TRUE(check_banned_calls(read_source("tests/e2e/a_test.cpp", nap)).empty());
}

TEST(TidySizes, long_files_fail) {
  const auto text = repeated("int x;\n", 201);
  EXPECT_EQ(check_file_size(read_source("src/a.hpp", text)).size(), 1U);
  EXPECT_TRUE(check_file_size(read_source("tests/a.hpp", text)).empty());
  EXPECT_TRUE(check_file_size(read_source("src/a.cpp", text)).empty());
  EXPECT_EQ(check_file_size(read_source("src/a.cpp", repeated("int x;\n", 601))).size(), 1U);
}

TEST(TidySizes, long_lines_fail_but_not_in_raw_strings) {
  const auto wide = std::string(101, 'x');
  EXPECT_EQ(check_columns(read_source("a.cpp", wide + "\n")).size(), 1U);
  EXPECT_TRUE(check_columns(read_source("a.cpp", repeated("é", 100) + "\n")).empty());
  EXPECT_EQ(check_columns(read_source("a.cpp", "// clang-format off\n" + wide +
                                                   "\n// clang-format on\n" + wide + "\n"))
                .size(),
            1U);
  EXPECT_TRUE(check_columns(read_source("a.cpp", "auto s = R\"(\n" + wide + "\n)\";\n")).empty());
}

TEST(TidyFunctions, free_functions_methods_tests_and_templates_are_found) {
  const auto source = read_source("a.cpp",
                                  "#define BAD(x) \\\n"
                                  "  void f(x) { \n"
                                  "namespace a {\n"
                                  "namespace {\n"
                                  "enum class E { A, B };\n"
                                  "constexpr int kTable[] = {f(1), f(2)};\n"
                                  "int add(int a,\n"
                                  "        int b) {\n"
                                  "  if (a) {\n"
                                  "    return [](int x) { return x; }(a);\n"
                                  "  }\n"
                                  "  return T{a}.b;\n"
                                  "}\n"
                                  "}  // namespace\n"
                                  "template <class T>\n"
                                  "struct S : Base<T> {\n"
                                  "  explicit S(int x) : a_{x}, b_{f(x)} {\n"
                                  "    g();\n"
                                  "  }\n"
                                  "  int a() const { return a_; }\n"
                                  "  int a_{0};\n"
                                  "};\n"
                                  "template <class T>\n"
                                  "void free() {\n"
                                  "}\n"
                                  "TEST(A, b) {\n"
                                  "}\n"
                                  "}  // namespace a\n");
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const auto& f : functions_of(source)) found.emplace_back(f.head, f.length);
  const std::vector<std::pair<std::string, std::size_t>> expected = {
      {"int add(int a,", 7},
      {"explicit S(int x) : a_{x}, b_{f(x)} {", 3},
      {"int a() const { return a_; }", 1},
      {"template <class T>", 3},
      {"TEST(A, b) {", 2}};
  EXPECT_EQ(found, expected);
}

TEST(TidyFunctions, seventy_lines_pass_and_seventy_one_fail) {
  const auto with = [](int lines) {
    return read_source("a.cpp", "void f() {\n" + repeated("  g();\n", lines - 2) + "}\n");
  };
  EXPECT_TRUE(check_functions(with(70)).empty());
  ASSERT_EQ(check_functions(with(71)).size(), 1U);
  EXPECT_NE(first(check_functions(with(71))).find("71 lines in one function"), std::string::npos);
}

TEST(TidyHygiene, notes_for_later_and_unguarded_headers_fail) {
  EXPECT_EQ(check_hygiene(read_source("a.cpp",
                                      "// TO"
                                      "DO later\n"))
                .size(),
            1U);
  EXPECT_EQ(check_hygiene(read_source("a.cpp",
                                      "// FIX"
                                      "ME\n"))
                .size(),
            1U);
  EXPECT_EQ(check_hygiene(read_source("a.hpp", "int x;\n")).size(), 1U);
  EXPECT_TRUE(check_hygiene(read_source("a.hpp", "#pragma once\nint x;\n")).empty());
}

}  // namespace
}  // namespace hotswap::tidy
