#include "domain/schema/text/pattern.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "domain/base/limits.hpp"

namespace hotswap::schema {
namespace {

Match search(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  if (!compiled) {
    ADD_FAILURE() << compiled.error().detail;
    return Match::GaveUp;
  }
  return compiled->search(text);
}

bool matches(std::string_view pattern, std::string_view text) {
  return search(pattern, text) == Match::Yes;
}

bool refused(std::string_view pattern) {
  const auto compiled = Pattern::compile(pattern);
  return !compiled && compiled.error().reason == "schema.bad_pattern";
}

TEST(Pattern, MatchesAnywhere) {
  EXPECT_TRUE(matches("a+", "xxaayy"));
  EXPECT_FALSE(matches("a+", "xxyy"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_EQ(Pattern::compile("^x-").value().source(), "^x-");
}

TEST(Pattern, AnchorsMeanTheWholeText) {
  EXPECT_TRUE(matches("^abc$", "abc"));
  EXPECT_FALSE(matches("^abc$", "abc\n"));
  EXPECT_FALSE(matches("^abc$", "x\nabc"));
  EXPECT_TRUE(matches("a$|^b", "bx"));
}

TEST(Pattern, ShorthandsAreAscii) {
  EXPECT_TRUE(matches("^\\d$", "7"));
  EXPECT_FALSE(matches("^\\d$", "\u07c0"));
  EXPECT_TRUE(matches("^\\D$", "\u07c0"));
  EXPECT_FALSE(matches("^\\w$", "\u00e9"));
  EXPECT_TRUE(matches("^\\W$", "\u00e9"));
  EXPECT_TRUE(matches("^[\\W]$", "\u00e9"));
  EXPECT_TRUE(matches("^\u00e9\\b.", "\u00e9a"));
  EXPECT_FALSE(matches("a\\ba", "aa"));
  EXPECT_TRUE(matches("a\\Ba", "aa"));
}

TEST(Pattern, WhiteSpaceIsThatOfEcmaScript) {
  for (const auto* space : {" ", "\t", "\n", "\v", "\f", "\r", "\u00a0", "\u1680", "\u2003",
                            "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"}) {
    EXPECT_TRUE(matches("^\\s$", space)) << space;
    EXPECT_FALSE(matches("^\\S$", space)) << space;
    EXPECT_FALSE(matches("^[^\\s]$", space)) << space;
  }
  EXPECT_FALSE(matches("\\s", "\u0085"));
  EXPECT_FALSE(matches("\\s", "\u180e"));
  EXPECT_FALSE(matches("\\s", "\u200b"));
}

TEST(Pattern, ADotLeavesOutLineTerminators) {
  for (const auto* line : {"\n", "\r", "\u2028", "\u2029"}) EXPECT_FALSE(matches("^.$", line));
  EXPECT_TRUE(matches("^.$", "\u0085"));
  EXPECT_TRUE(matches("^.$", "\U0001F432"));
  EXPECT_TRUE(matches("^[^]$", "\n"));
  EXPECT_TRUE(matches("^[\\s\\S]$", "\u2028"));
}

TEST(Pattern, CharactersMayBeEscaped) {
  EXPECT_TRUE(matches("^\\u00e9\\x41\\0\\cJ\\t$", std::string_view("\u00e9A\0\n\t", 6)));
  EXPECT_TRUE(matches("^\\uD83D\\uDC32*$", "\U0001F432\U0001F432"));
  EXPECT_TRUE(matches("^[\\uD83D\\uDC32-\\u{1F433}]$", "\U0001F433"));
  EXPECT_TRUE(matches("^[\\b]$", "\b"));
  EXPECT_TRUE(matches("^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/$", "^$\\.*+?()[]{}|/"));
  EXPECT_TRUE(matches("^#a b<&~$", "#a b<&~"));
  EXPECT_TRUE(matches("^\u00e9*$", "\u00e9\u00e9"));
}

TEST(Pattern, LoneSurrogatesMatchNothing) {
  EXPECT_FALSE(matches("\\uD83D", "\U0001F432"));
  EXPECT_FALSE(matches("[\\uD800-\\uDFFF]", "\U0001F432"));
  EXPECT_TRUE(matches("^[^\\uD800-\\uDFFF]$", "\U0001F432"));
  EXPECT_TRUE(matches("^[\\u0000-\\uFFFF]+$", "a\ufffd"));
  EXPECT_FALSE(matches("^\\uD83Dx$", "x"));
}

TEST(Pattern, ClassesOfNothingAndOfEverything) {
  EXPECT_FALSE(matches("[]", "a"));
  EXPECT_TRUE(matches("^a[]*$", "a"));
  EXPECT_FALSE(matches("[^\\d\\D]", "a"));
  EXPECT_TRUE(matches("^[a\\]^-]+$", "]-^a"));
  EXPECT_TRUE(matches("^[.*+?(){}|$\\/]+$", ".*+?(){}|$/"));
  EXPECT_TRUE(matches("^[^\\W_]+$", "abc1"));
  EXPECT_FALSE(matches("^[^\\W_]+$", "ab_"));
  EXPECT_FALSE(matches("^[[:alpha:]]$", "b"));
}

TEST(Pattern, KnowsUnicodeProperties) {
  EXPECT_TRUE(matches("^\\p{Letter}+$", "caf\u00e9\u03c0"));
  EXPECT_TRUE(matches("^\\p{digit}+$", "4\u09ea"));
  EXPECT_TRUE(matches("^\\p{Script=Greek}$", "\u03c0"));
  EXPECT_TRUE(matches("^\\p{sc=Grek}$", "\u03c0"));
  EXPECT_TRUE(matches("^\\p{scx=Deva}$", "\u0964"));
  EXPECT_TRUE(matches("^\\p{General_Category=Uppercase_Letter}\\p{gc=Ll}$", "Aa"));
  EXPECT_TRUE(matches("^\\P{Lu}$", "a"));
  EXPECT_TRUE(matches("^[^\\p{L}\\d]$", "-"));
  EXPECT_TRUE(matches("^[\\P{L}a]+$", "-a"));
  EXPECT_TRUE(matches("^\\p{ASCII}\\p{Emoji_Presentation}\\p{LC}\\p{Any}$", "a\U0001F432aa"));
  EXPECT_TRUE(matches("^\\p{XIDS}\\p{ID_Continue}\\p{White_Space}$", "a1 "));
  EXPECT_TRUE(matches("\\p{Assigned}", "a"));
  EXPECT_FALSE(matches("\\P{Assigned}", "a"));
}

TEST(Pattern, RefusesPropertiesByOtherNames) {
  for (const auto* pattern :
       {"\\p{letter}", "\\p{Greek}", "\\p{Script=greek}", "\\p{Script=Nobody}", "\\p{L&}", "\\pL",
        "\\p{^L}", "\\p{Lu", "\\p{}", "\\p{=Lu}", "\\p{gc=Emoji}", "\\p{Any=Lu}"}) {
    EXPECT_TRUE(refused(pattern)) << pattern;
  }
}

TEST(Pattern, GroupsCaptureAndAreReferredTo) {
  EXPECT_TRUE(matches("^(a)(b)\\2\\1$", "abba"));
  EXPECT_TRUE(matches("^(?<left>a+)x\\k<left>$", "aaxaa"));
  EXPECT_FALSE(matches("^(?<left>a+)x\\k<left>$", "aaxa"));
  EXPECT_TRUE(matches("^(?<\\u0061\u00e9>a)\\k<a\u00e9>$", "aa"));
  EXPECT_TRUE(matches("^\\1(a)$", "a"));
  EXPECT_TRUE(matches("^(?:(a)|b)\\1$", "b"));
  EXPECT_TRUE(matches("^(?=a(b))a.\\1$", "abb"));
}

TEST(Pattern, LooksAhead) {
  EXPECT_TRUE(matches("^(?!x-)[a-z-]+$", "a-x"));
  EXPECT_FALSE(matches("^(?!x-)[a-z-]+$", "x-a"));
  EXPECT_TRUE(matches("^(?=.*\\d)(?=.*[a-z]).{3,}$", "ab1"));
}

TEST(Pattern, LooksBehindByAnyLength) {
  EXPECT_TRUE(matches("(?<=\\$)\\d+", "$42"));
  EXPECT_FALSE(matches("(?<!\\$)\\b\\d+", "$42"));
  EXPECT_TRUE(matches("(?<=a+)b", "aab"));
  EXPECT_FALSE(matches("(?<=a+)b", "b"));
  EXPECT_TRUE(matches("(?<=^(?:ab|c)*)x$", "abcabx"));
  EXPECT_FALSE(matches("(?<=^(?:ab|c)*)x$", "abcbx"));
  EXPECT_FALSE(matches("(?<!ca+)b", "xcaab"));
  EXPECT_TRUE(matches("(?<!ca+)b", "xaab"));
  EXPECT_TRUE(matches("(?<=(?<!x+)a+)\u00e9(?<=\\W+)$", "ya\u00e9"));
  EXPECT_TRUE(matches("^(a|b)+c(?<=\\1c)$", "abc"));
}

TEST(Pattern, Repeats) {
  EXPECT_TRUE(matches("^a{2}b{1,}c{0,1}d??$", "aabbb"));
  EXPECT_FALSE(matches("^a{2,3}$", "aaaa"));
  EXPECT_TRUE(matches("^(?:ab?){2,3}?$", "abaab"));
  EXPECT_TRUE(matches("^a{0}b$", "b"));
}

TEST(Pattern, RepeatsMoreOftenThanTheLibraryCounts) {
  const auto long_text = [](std::size_t size) { return std::string(size, 'a'); };
  EXPECT_TRUE(matches("^.{1,100000}$", long_text(100000)));
  EXPECT_FALSE(matches("^.{1,100000}$", long_text(100001)));
  EXPECT_TRUE(matches("^.{70000,}$", long_text(70000)));
  EXPECT_FALSE(matches("^.{70000,}$", long_text(69999)));
  EXPECT_TRUE(matches("^a{140000}$", long_text(140000)));
  EXPECT_FALSE(matches("^a{140000}$", long_text(139999)));
  EXPECT_FALSE(matches("^a{140000}$", long_text(140001)));
  EXPECT_TRUE(matches("^a{0,9007199254740991}$", long_text(200000)));
  EXPECT_TRUE(matches("^a{0,99999999999999999999999}$", "a"));
}

TEST(Pattern, TakesLooselyWhatCanMeanOneThingOnly) {
  EXPECT_TRUE(matches("^\\-\\_\\@\\ \\#\\\"$", "-_@ #\""));
  EXPECT_TRUE(matches("^[\\w-.]+$", "a-."));
  EXPECT_TRUE(matches("^[a-\\d]+$", "a-1"));
  EXPECT_TRUE(matches("^${a}]}$|^\\$\\{a}$", "${a}"));
  EXPECT_TRUE(matches("^{a}$", "{a}"));
  EXPECT_TRUE(matches("^x{,2}$", "x{,2}"));
}

TEST(Pattern, RefusesWhatIsNotEcmaScript) {
  for (const auto* pattern : {"^(abc]",
                              "(",
                              ")",
                              "a)b",
                              "[a",
                              "[^",
                              "a**",
                              "*a",
                              "a{2,1}",
                              "{1}",
                              "a|*",
                              "^*",
                              "\\b+",
                              "(?=a)*",
                              "(?<=a)?",
                              "\\",
                              "\\a",
                              "\\Z",
                              "\\A",
                              "\\z",
                              "\\h",
                              "\\R",
                              "\\K",
                              "\\G",
                              "\\Q",
                              "\\e",
                              "\\_a\\y",
                              "\\x4",
                              "\\u12",
                              "\\u{}",
                              "\\u{110000}",
                              "\\u{1",
                              "\\c1",
                              "\\c",
                              "\\01",
                              "\\1",
                              "(a)\\2",
                              "\\k<a>",
                              "\\k",
                              "(?<a>x)\\k<b>",
                              "(?<a>x)(?<a>y)",
                              "(?<1a>x)",
                              "(?<>x)",
                              "(?<a",
                              "[b-a]",
                              "[\\B]",
                              "[\\1]",
                              "\u00e9\\\u00e9"}) {
    EXPECT_TRUE(refused(pattern)) << pattern;
  }
}

TEST(Pattern, RefusesWhatIsOnlyPerls) {
  for (const auto* pattern : {"a++",
                              "a*+",
                              "a?+",
                              "a{2}+",
                              "(?>a)",
                              "(?i)a",
                              "(?i:a)",
                              "(?ims)abc",
                              "(?-i)a",
                              "(?^a)",
                              "(?#comment)a",
                              "(?P<name>x)",
                              "(?P<n>a)(?P=n)",
                              "(?R)",
                              "(?1)",
                              "(?&n)",
                              "(?C)",
                              "(?C1)a",
                              "(*FAIL)",
                              "(*UTF)a",
                              "(*LIMIT_MATCH=1)a",
                              "(*atomic:a)",
                              "(?|a)",
                              "(?(1)a|b)",
                              "(?'n'a)",
                              "\\g{1}",
                              "\\N",
                              "\\X",
                              "\\C"}) {
    EXPECT_TRUE(refused(pattern)) << pattern;
  }
}

TEST(Pattern, ReadsSimplePatternsFromLeftToRight) {
  EXPECT_TRUE(matches("^x-", "x-") && !matches("^x-", "ax-") && !matches("^x-", "x"));
  EXPECT_TRUE(matches("^[a-z][a-z0-9_]*$", "a_1") && !matches("^[a-z][a-z0-9_]*$", "a-1"));
  EXPECT_TRUE(matches("\\.json$", "a.json") && !matches("\\.json$", ".jso"));
  EXPECT_TRUE(matches(".*\\.md$", "\u00e9.md") && !matches(".*\\.md$", "a.mdx"));
  EXPECT_TRUE(matches("^v\\d+\\.\\d+$", "v1.20") && !matches("^v\\d+\\.\\d+$", "v1."));
  EXPECT_TRUE(matches("^a{2,3}b?", "aac") && !matches("^a{2,3}b?", "abc"));
  EXPECT_TRUE(matches("^$", "") && !matches("^$", "a"));
  EXPECT_TRUE(matches(".*", "") && matches("$", "a") && matches("a?$", "b"));
  EXPECT_TRUE(matches("[^a]$", "\u00e9") && !matches("^[^a]$", "\u00e9\u00e9"));
  EXPECT_TRUE(matches("^.+$", "\u00e9") && !matches("^.+$", "a\u2028"));
  EXPECT_TRUE(matches("^a*a$", "aaa") && matches("^[^b]*\u00e9$", "a\u00e9"));
  EXPECT_FALSE(matches("^[a-z]+$", "a\u00e9"));
}

TEST(Pattern, KnowsItsSize) {
  EXPECT_LT(Pattern::compile("^x-").value().bytes(), 500);
  EXPECT_GT(Pattern::compile("(?:x{1,2}y{1,2}){1,2000}").value().bytes(), 40000);
}

TEST(Pattern, SaysWhereAndWhy) {
  const auto error = Pattern::compile("^a(b").error();
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_EQ(error.detail,
            "the pattern \"^a(b\" is no regular expression: at character 3, the group is not "
            "closed");
}

TEST(Pattern, RefusesWhatIsTooLargeOrNoText) {
  EXPECT_TRUE(refused(std::string(limits::kPatternBytes + 1, 'a')));
  EXPECT_TRUE(refused(std::string(1000, '(') + std::string(1000, ')')));
  EXPECT_TRUE(refused("(?:(?:(?:a{9999}){9999}){9999})"));
  EXPECT_TRUE(refused("a\xff"));
  EXPECT_LT(Pattern::compile(std::string(4000, 'a') + "(").error().detail.size(), 400);
  EXPECT_FALSE(refused(std::string(100, '(') + std::string(100, ')')));
}

TEST(Pattern, GivesUpInsteadOfHanging) {
  const std::string all(50, 'a');
  EXPECT_EQ(search("(a+)+$", all + "b"), Match::GaveUp);
  EXPECT_EQ(search("^(([a-z])+.)+[A-Z]([a-z])+$", all), Match::GaveUp);
  EXPECT_EQ(search("(a+)+$", all), Match::Yes);
  EXPECT_EQ(search("^(a|a)*\\d$|^x", all), Match::GaveUp);
}

TEST(Pattern, GivesUpOnLongTextsOfManySlowStarts) {
  const std::string megabyte(1 << 20, 'a');
  EXPECT_EQ(search("a.{0,1000}.{0,1000}!$", megabyte + "!b"), Match::GaveUp);
  EXPECT_EQ(search("(?<=ca*)b$", std::string(1 << 20, 'b')), Match::GaveUp);
  EXPECT_EQ(search("^(?:a|b)*$", megabyte), Match::GaveUp);
  EXPECT_EQ(search("^[ab]*$", megabyte), Match::Yes);
}

TEST(Pattern, AnswersAfterAHardStartIfAnotherIsEasy) {
  // The first starts take more than their share, which is no reason to give up.
  const auto text = std::string(400, 'a') + "b" + std::string(20000, '-') + "aac";
  EXPECT_EQ(search("a+a+c", text), Match::Yes);
}

TEST(Pattern, ServesManyThreads) {
  const auto pattern = Pattern::compile("^(?:[a-z]+|x)+-(?<=(?:b|c)+-)$").value();
  std::vector<std::jthread> threads;
  std::array<int, 8> right{};
  for (auto& count : right) {
    threads.emplace_back([&pattern, &count] {
      for (int i = 0; i < 200; ++i) {
        count += pattern.search("abc-") == Match::Yes ? 1 : 0;
        count += pattern.search("abd-") == Match::No ? 1 : 0;
      }
    });
  }
  threads.clear();
  for (const int count : right) EXPECT_EQ(count, 400);
}

}  // namespace
}  // namespace hotswap::schema
