// Routing, queries, problems, tags of states, traces: the words of HTTP.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "api/etag.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "api/resources/routes.hpp"
#include "api/trace.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::api {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Router, GivesDecodedSegmentsAndNamesTheMethodsOfAPath) {
  const Router router(routes());
  const auto match = router.match(Method::Get, "/api/v1/configs/a/versions/%5E1.2");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->path, (std::vector<std::string>{"a", "^1.2"}));
  EXPECT_EQ(router.match(Method::Head, "/health")->route->pattern, "/health");
  EXPECT_EQ(router.match(Method::Delete, "/api/v1/configs").error().code,
            ErrorCode::MethodNotAllowed);
  EXPECT_EQ(router.methods("/api/v1/configs"), "POST, GET, HEAD");
  EXPECT_EQ(router.match(Method::Get, "/api/v1/audit/verify")->route->pattern,
            "/api/v1/audit/verify");
}

TEST(Router, RefusesWhatIsNoPath) {
  const Router router(routes());
  for (const auto* path : {"", "/", "/api/v1/configs/", "/api/v1/configs//versions", "/nothing",
                           "/api/v1/configs/a/versions/1.0.0/", "*"}) {
    EXPECT_EQ(router.match(Method::Get, path).error().code, ErrorCode::NotFound) << path;
  }
  for (const auto* path : {"/api/v1/configs/%", "/api/v1/configs/%4", "/api/v1/configs/%zz",
                           "/api/v1/configs/%ff", "/api/v1/configs/%00", "/api/v1/configs/%0d"}) {
    EXPECT_EQ(router.match(Method::Get, path).error().code, ErrorCode::Malformed) << path;
  }
}

TEST(Query, NamesUnknownAndRepeatedParameters) {
  const auto query = Query::parse("limt=5&cursor=a&cursor=b", "limit cursor");
  ASSERT_FALSE(query);
  ASSERT_EQ(query.error().fields.size(), 2u);
  EXPECT_EQ(query.error().fields[0].path, "?cursor");
  EXPECT_EQ(query.error().fields[1].path, "?limt");
  EXPECT_TRUE(query.error().fields[1].message.contains("did you mean limit"));
}

TEST(Query, ReadsItsTypesOrSaysWhatTheyAre) {
  const auto query = Query::parse("n=7&f=true&t=2026-01-01T00:00:00Z&d=PT5S&text=a+b%2Bc&bad=x",
                                  "n f t d text bad");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->number("n", 1, 9, 1), 7u);
  EXPECT_EQ(query->number("none", 1, 9, 3), 3u);
  EXPECT_EQ(query->flag("f"), true);
  EXPECT_EQ(query->text("text"), "a b+c");
  EXPECT_EQ(*query->duration("d"), std::chrono::seconds(5));
  EXPECT_TRUE(query->time("t"));
  for (const auto& error :
       {query->number("n", 1, 6, 1).error(), query->number("bad", 0, 9, 1).error(),
        query->flag("bad").error(), query->time("bad").error(), query->duration("bad").error()}) {
    EXPECT_EQ(error.reason, "query.invalid");
    EXPECT_EQ(error.fields.size(), 1u);
  }
  EXPECT_FALSE(Query::parse("a=%f", "a"));
  EXPECT_FALSE(Query::parse("limit=501", "limit")->page());
  EXPECT_FALSE(Query::parse("limit=0", "limit")->page());
}

TEST(Problem, CarriesEverythingButWhatIsInternal) {
  Error error{ErrorCode::Invalid, "x.y", "No.", {{"$.a", "type", "must be text"}}, "secret"};
  const auto response = problem(error, "/p", "trace");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(*response.body,
            R"({"type":"/docs/errors#x.y","title":"Unprocessable Content","status":422,)"
            R"("detail":"No.","instance":"/p","reason":"x.y","traceId":"trace",)"
            R"("errors":[{"path":"$.a","keyword":"type","message":"must be text"}]})");
  error.code = ErrorCode::Internal;
  error.detail = "a password";
  EXPECT_FALSE(problem(error, "/p", "t").body->contains("password"));
}

TEST(Problem, SaysWhenToComeBackAndHowToIdentify) {
  EXPECT_EQ(header_of(problem({ErrorCode::Unavailable, "a.b", "", {}, {}}, "/", ""), "Retry-After"),
            "2");
  EXPECT_EQ(header_of(problem({ErrorCode::RateLimited, "a.b", "", {}, {}}, "/", ""), "Retry-After"),
            "1");
  EXPECT_FALSE(header_of(problem({ErrorCode::Unauthenticated, "a.b", "", {}, {}}, "/", ""),
                         "WWW-Authenticate")
                   .empty());
}

TEST(ETag, ServesIfNoneMatchAndIfMatch) {
  const auto tag = etag_of(7, "body");
  EXPECT_TRUE(none_match_hits("\"a\", W/" + tag, tag));
  EXPECT_TRUE(none_match_hits("*", tag));
  EXPECT_FALSE(none_match_hits("\"a\"", tag));
  EXPECT_EQ(*revision_wanted(tag), 7u);
  EXPECT_EQ(*revision_wanted("\"r7\""), 7u);
  EXPECT_EQ(*revision_wanted("*"), std::nullopt);
  for (const auto* bad : {"\"r\"", "r7", "\"7\"", "\"r-1\"", "\"r99999999999999999999\"", "\""}) {
    EXPECT_EQ(revision_wanted(bad).error().code, ErrorCode::PreconditionFailed) << bad;
  }
}

TEST(Trace, ContinuesAWellFormedTraceOnly) {
  Request request;
  request.request_id = "r";
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  request.headers = {{"Traceparent", "00-" + id + "-00f067aa0ba902b7-01"}};
  EXPECT_EQ(trace_of(request).own.trace.hex(), id);
  EXPECT_EQ(trace_of(request).parent->span.hex(), "00f067aa0ba902b7");
  for (const auto& bad :
       {"00-" + id + "-00f067aa0ba902b7-01x", "ff-" + id + "-00f067aa0ba902b7-01",
        "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01", std::string("00-xyz")}) {
    request.headers[0].value = bad;
    EXPECT_NE(trace_of(request).own.trace.hex(), id);
    EXPECT_FALSE(trace_of(request).parent);
    EXPECT_EQ(trace_of(request).header().size(), 55u);
  }
}

TEST(Errors, EveryReasonInTheSourcesIsExplained) {
  const std::filesystem::path root(HS_SOURCE_DIR);
  const auto explained = read_file(root / "docs/errors.md");
  const std::regex reason(R"re((?:fail|fail_field|finish|bad|ErrorCode::\w+)\s*[\(,{])re"
                          R"re(\s*(?:ErrorCode::\w+,\s*)?"([a-z]\w*\.[a-z]\w*)")re");
  int found = 0;
  for (const auto* layer : {"domain", "orchestrator", "infrastructure", "api"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(root / "src" / layer)) {
      if (file.path().extension() != ".cpp" && file.path().extension() != ".hpp") continue;
      const auto text = read_file(file.path());
      for (std::sregex_iterator it(text.begin(), text.end(), reason), end; it != end; ++it) {
        ++found;
        EXPECT_TRUE(explained.contains("\n### " + (*it)[1].str() + "\n"))
            << "docs/errors.md does not explain " << (*it)[1] << " of " << file.path();
      }
    }
  }
  EXPECT_GT(found, 50);
}

}  // namespace
}  // namespace hotswap::api
