#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "agent/render/environment.hpp"
#include "agent/render/format.hpp"
#include "documents.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

json::Value parsed(std::string_view text) { return *json::parse(text); }

std::string refusal(const Result<std::string>& made) {
  return made ? *made : made.error().reason + " " + made.error().detail;
}

TEST(EnvFile, names_are_upper_snake_paths) {
  EXPECT_EQ(*env_text(parsed(R"({"pool":{"maxSize":10,"HTTPPort":1.50},"read-only":true,
                                 "servers":[{"host":"a"},{"host":"b"}],"2x":"n","none":null,"l":[]})")),
            "POOL_MAX_SIZE=10\nPOOL_HTTP_PORT=1.50\nREAD_ONLY=true\nSERVERS_0_HOST=a\n"
            "SERVERS_1_HOST=b\n_2X=n\nNONE=\nL=\n");
}

TEST(EnvFile, two_paths_of_one_name_are_refused_with_both) {
  EXPECT_EQ(refusal(env_text(parsed(R"({"pool":{"max":1},"pool_max":2})"))),
            "render.impossible $.pool_max: is called POOL_MAX like $.pool.max: rename one of them");
}

TEST(EnvFile, a_nul_character_is_refused) {
  EXPECT_TRUE(refusal(env_text(parsed(R"({"a":"x\u0000y"})"))).contains("NUL"));
}

/// What the shell makes of the file: each value on its own, by printf %s\0.
std::string as_sh_reads(const std::string& text, const Variables& variables) {
  char name[] = "/tmp/hotswap-env-XXXXXX";
  ::close(::mkstemp(name));
  std::ofstream(name, std::ios::binary) << text;
  std::string command = std::string("env -i /bin/sh -c 'set -u; . ") + name + "; printf \"%s\\0\"";
  for (const auto& variable : variables) command += " \"$" + variable.first + "\"";
  std::FILE* pipe = ::popen((command + "'").c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  ::pclose(pipe);
  ::unlink(name);
  return out;
}

TEST(EnvFile, whatever_a_document_holds_the_shell_reads_it_back_the_same) {
  int compared = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    const auto document = Documents(seed, true).object(1);
    const auto variables = variables_of(document);
    const auto text = env_text(document);
    ASSERT_EQ(variables.has_value(), text.has_value());
    if (!variables || variables->empty()) continue;  // names that collapse
    std::string wanted;
    for (const auto& variable : *variables) wanted += variable.second + '\0';
    ASSERT_EQ(as_sh_reads(*text, *variables), wanted) << seed << "\n" << *text;
    ++compared;
  }
  EXPECT_GT(compared, 50);
}

TEST(EnvFile, values_stay_bare_where_every_reader_takes_them_so) {
  EXPECT_EQ(*env_text(parsed(R"({"url":"http://h:80/a?b","a":"x,y=z","b":"a b","c":"it's $5"})")),
            "URL='http://h:80/a?b'\nA=x,y=z\nB='a b'\nC=\"it's \\$5\"\n");
}

TEST(Environment, has_a_prefix_and_refuses_what_decides_what_is_executed) {
  EXPECT_EQ((*environment_of(parsed(R"({"a":1})"), "APP_")), (Variables{{"APP_A", "1"}}));
  for (const auto* text :
       {R"({"path":"x"})", R"({"ld":{"preload":"x"}})", R"({"nodeOptions":"x"})", R"({"home":"x"})",
        R"({"gconv":{"path":"x"}})", R"({"python":{"inspect":"1"}})", R"({"gitSshCommand":"x"})",
        R"({"dotnetStartupHooks":"x"})", R"({"luaInit":"x"})", R"({"hotswap":{"anything":"x"}})",
        R"({"hotswapFile":"x"})"}) {
    const auto made = environment_of(parsed(text), "");
    ASSERT_FALSE(made) << text;
    EXPECT_TRUE(made.error().detail.contains("--env-prefix")) << made.error().detail;
    EXPECT_TRUE(environment_of(parsed(text), "APP_"));
  }
}

TEST(Properties, are_escaped_as_java_wants) {
  EXPECT_EQ(
      *properties_text(parsed(
          R"({"a b":{"c:d":" lead  x"},"e":["#1",{"f":"x=y\\\n"}],"ü":"😀é","n":null,"t":1.0})")),
      "a\\ b.c\\:d=\\ lead  x\ne[0]=#1\ne[1].f=x=y\\\\\\n\n\\u00FC=\\uD83D\\uDE00\\u00E9\nn=\n"
      "t=1.0\n");
}

/// java.util.Properties.load, as its documentation says, for lines that we write.
std::map<std::string, std::string> as_java_reads(const std::string& text) {
  std::map<std::string, std::string> all;
  std::string name, part;
  bool in_value = false;
  const auto unit = [&](std::size_t at) { return std::stoul(text.substr(at, 4), nullptr, 16); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      const char c = text[++i];
      if (c == 'u') {
        unsigned long point = unit(i + 1);
        i += 4;
        if (point >= 0xD800 && point < 0xDC00) {
          point = 0x10000 + ((point - 0xD800) << 10) + (unit(i + 3) - 0xDC00);
          i += 6;
        }
        const auto literal = json::parse([&] {
          char escaped[16];
          if (point > 0xFFFF) {
            std::snprintf(escaped, sizeof escaped, "\"\\u%04lX\\u%04lX\"",
                          0xD800 + ((point - 0x10000) >> 10), 0xDC00 + ((point - 0x10000) & 0x3FF));
          } else {
            std::snprintf(escaped, sizeof escaped, "\"\\u%04lX\"", point);
          }
          return std::string(escaped);
        }());
        part += literal->as_string()->str();
      } else {
        part += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 'f' ? '\f' : c;
      }
    } else if (text[i] == '=' && !in_value) {
      name = std::exchange(part, "");
      in_value = true;
    } else if (text[i] == '\n') {
      all[name] = std::exchange(part, "");
      in_value = false;
    } else {
      part += text[i];
    }
  }
  return all;
}

TEST(Properties, whatever_a_document_holds_java_reads_it_back_the_same) {
  const auto document = parsed(
      R"({"a.b c":"1\n 2","\\":"\\","=":":","tab":"\t\r\f","😀":"日本","q":" ","n":"","k":"#!"})");
  const auto back = as_java_reads(*properties_text(document));
  for (const auto& [name, value] : *document.as_object())
    EXPECT_EQ(back.at(name.str()), value.as_string()->str()) << name;
}

TEST(Properties, two_paths_of_one_name_are_refused_with_both) {
  EXPECT_TRUE(refusal(properties_text(parsed(R"({"a.b":1,"a":{"b":2}})")))
                  .contains("$.a.b: is called a.b like $['a.b']"));
}

}  // namespace
}  // namespace hotswap::agent
