#include "domain/schema/infer/infer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "domain/json/parse.hpp"
#include "domain/json/path.hpp"
#include "domain/json/write.hpp"
#include "domain/schema/schema.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {
namespace {

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : json::Value();
}

std::vector<json::Value> documents(const std::vector<std::string_view>& texts) {
  std::vector<json::Value> out;
  for (const auto text : texts) out.push_back(parsed(text));
  return out;
}

/// Refuses unless the schema takes every document it was made of, formats asserted.
void expect_accepted(const json::Value& schema, const std::vector<json::Value>& all) {
  CompileOptions asserted;
  asserted.assert_formats = true;
  const auto compiled = Schema::compile(schema, asserted);
  ASSERT_TRUE(compiled) << compiled.error().detail << json::write_pretty(schema);
  for (const auto& document : all) {
    const auto view = plain_view(document);
    CheckOptions options;
    if (view) options.secrets = &*view;
    const auto report = (*compiled)->check(view ? view->document : document, options);
    EXPECT_TRUE(report.valid) << json::write(document) << "\n"
                              << json::write_pretty(schema) << "\n"
                              << (report.failures.empty() ? "" : report.failures.front().message);
  }
}

json::Value inferred(const std::vector<std::string_view>& texts) {
  const auto all = documents(texts);
  auto schema = infer(all);
  expect_accepted(schema, all);
  return schema;
}

/// What is proposed for one member, as text.
std::string member(const json::Value& schema, std::string_view pointer) {
  const auto* found = json::at_pointer(schema, pointer);
  return found == nullptr ? "nothing" : json::write(*found);
}

TEST(Infer, DescribesADocumentInItsOrderAndCloses) {
  EXPECT_EQ(json::write(inferred({R"({"name":"a","pool":{"max":8}})"})),
            R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",)"
            R"("properties":{"name":{"type":"string"},"pool":{"type":"object",)"
            R"("properties":{"max":{"type":"integer"}},"required":["max"],)"
            R"("additionalProperties":false}},"required":["name","pool"],)"
            R"("additionalProperties":false})");
}

TEST(Infer, WidensTypesAsFarAsSeen) {
  const auto schema = inferred(
      {R"({"a":1,"b":1,"c":true,"d":1.0,"e":1e3})", R"({"a":2.5,"b":"x","c":null,"d":0,"e":-0})"});
  EXPECT_EQ(member(schema, "/properties/a/type"), R"("number")");
  EXPECT_EQ(member(schema, "/properties/b/type"), R"(["string","integer"])");
  EXPECT_EQ(member(schema, "/properties/c/type"), R"(["boolean","null"])");
  EXPECT_EQ(member(schema, "/properties/d/type"), R"("integer")");
  EXPECT_EQ(member(schema, "/properties/e/type"), R"("integer")");
}

TEST(Infer, NumbersGetNoBoundsThatNobodyTold) {
  EXPECT_EQ(member(inferred({R"({"port":5432})", R"({"port":5433})"}), "/properties/port"),
            R"({"type":"integer"})");
}

TEST(Infer, BigNumbersAreJudgedExactly) {
  const auto schema = inferred({R"({"a":123456789012345678901234567890,"b":1e400,"c":1e-400})"});
  EXPECT_EQ(member(schema, "/properties/a/type"), R"("integer")");
  EXPECT_EQ(member(schema, "/properties/b/type"), R"("integer")");
  EXPECT_EQ(member(schema, "/properties/c/type"), R"("number")");
}

TEST(Infer, RequiresWhatIsAlwaysThere) {
  const auto schema = inferred({R"({"a":1,"b":1})", R"({"c":1,"a":1})"});
  EXPECT_EQ(member(schema, "/required"), R"(["a"])");
  EXPECT_EQ(member(inferred({R"({"a":1})", R"({"b":1})"}), "/required"), "nothing");
}

TEST(Infer, AMemberThatIsNullCountsAsThere) {
  const auto schema = inferred({R"({"a":null})", R"({"a":{"b":1}})"});
  EXPECT_EQ(member(schema, "/required"), R"(["a"])");
  EXPECT_EQ(member(schema, "/properties/a/type"), R"(["object","null"])");
  EXPECT_EQ(member(schema, "/properties/a/required"), R"(["b"])");
}

TEST(Infer, MergesTheObjectsOfArrays) {
  const auto schema = inferred({R"({"hosts":[{"name":"a","port":1},{"name":"b"}]})",
                                R"({"hosts":[{"name":"c","zone":"x"}]})"});
  EXPECT_EQ(member(schema, "/properties/hosts/items/required"), R"(["name"])");
  EXPECT_EQ(member(schema, "/properties/hosts/items/properties"),
            R"({"name":{"type":"string"},"port":{"type":"integer"},"zone":{"type":"string"}})");
}

TEST(Infer, ArraysOfSeveralTypesAllowThemAll) {
  const auto schema = inferred({R"({"a":[1,"x",[true]]})"});
  EXPECT_EQ(member(schema, "/properties/a/items"),
            R"({"type":["array","string","integer"],"items":{"type":"boolean"}})");
}

TEST(Infer, EmptyThingsStayOpen) {
  const auto schema = inferred({R"({"a":[],"b":{},"c":""})"});
  EXPECT_EQ(member(schema, "/properties/a"), R"({"type":"array"})");
  EXPECT_EQ(member(schema, "/properties/b"), R"({"type":"object"})");
  EXPECT_EQ(member(schema, "/properties/c"), R"({"type":"string"})");
}

TEST(Infer, ManyNamesThatAreDataMakeAMap) {
  const auto schema = inferred({R"({"limits":{"EUR":1,"USD":2.5,"GBP":3,"SEK":4,"NOK":5}})"});
  EXPECT_EQ(member(schema, "/properties/limits"),
            R"({"type":"object","additionalProperties":{"type":"number"}})");
}

TEST(Infer, NamesOfAMapAreGatheredOverAllDocuments) {
  const auto schema = inferred({R"({"of":{"eu-1":"a","eu-2":"b","us-1":"c"}})",
                                R"({"of":{"us-2":"d","ap-1":"e","eu-1":null}})"});
  EXPECT_EQ(member(schema, "/properties/of/additionalProperties/type"), R"(["string","null"])");
}

TEST(Infer, FewNamesOrNamesOfSettingsMakeNoMap) {
  EXPECT_EQ(member(inferred({R"({"x":{"a1":1,"a2":1,"a3":1,"a4":1}})"}),
                   "/properties/x/additionalProperties"),
            "false");
  EXPECT_EQ(member(inferred({R"({"x":{"min":1,"max":1,"idle":1,"wait":1,"step":1}})"}),
                   "/properties/x/additionalProperties"),
            "false");
}

TEST(Infer, ThingsOfSeveralKindsMakeNoMap) {
  EXPECT_EQ(member(inferred({R"({"x":{"a1":1,"a2":"b","a3":1,"a4":1,"a5":1}})"}),
                   "/properties/x/additionalProperties"),
            "false");
}

TEST(Infer, RecordsOfTheSameMembersMakeAMapWhateverTheirNames) {
  const auto schema = inferred({R"({"tenants":{"acme":{"plan":"a","seats":1},
    "globex":{"plan":"b","seats":2},"initech":{"plan":"a","seats":3,"note":"x"},
    "umbrella":{"plan":"a","seats":1},"hooli":{"plan":"c","seats":9}}})"});
  EXPECT_EQ(member(schema, "/properties/tenants/additionalProperties/required"),
            R"(["plan","seats"])");
  EXPECT_EQ(member(schema, "/properties/tenants/properties"), "nothing");
}

TEST(Infer, ObjectsOfDifferentMembersMakeNoMap) {
  const auto schema = inferred({R"({"of":{"a":{"x":1,"y":1},"b":{"p":1,"q":1},"c":{"x":1,"y":1},
    "d":{"x":1,"y":1},"e":{"x":1,"y":1}}})"});
  EXPECT_EQ(member(schema, "/properties/of/additionalProperties"), "false");
}

TEST(Infer, ALevelSeenOftenBecomesAnEnum) {
  std::vector<std::string_view> texts;
  for (int i = 0; i < 4; ++i) {
    texts.emplace_back(R"({"level":"info"})");
    texts.emplace_back(R"({"level":"debug"})");
  }
  EXPECT_EQ(member(inferred(texts), "/properties/level"),
            R"({"type":"string","enum":["debug","info"]})");
  texts.emplace_back(R"({"level":null})");
  EXPECT_EQ(member(inferred(texts), "/properties/level"),
            R"({"type":["string","null"],"enum":["debug","info",null]})");
  texts.emplace_back(R"({"level":3})");
  EXPECT_EQ(member(inferred(texts), "/properties/level/enum"), "nothing");
}

TEST(Infer, AListOfWordsMayGrow) {
  const auto schema = inferred({R"({"on":["a","b","a","b","a","b","a","b","a","b"]})"});
  EXPECT_EQ(member(schema, "/properties/on/items"), R"({"type":"string"})");
}

TEST(Infer, FormatsOnlyWhereEveryTextHasThem) {
  const auto schema = inferred({R"({"url":"https://a.example/x","wait":"PT5S","at":"2026-11-23"})",
                                R"({"url":"http://b.example","wait":"5s","at":""})"});
  EXPECT_EQ(member(schema, "/properties/url"), R"({"type":"string","format":"uri"})");
  EXPECT_EQ(member(schema, "/properties/wait"), R"({"type":"string"})");
  EXPECT_EQ(member(schema, "/properties/at"), R"({"type":"string"})");
}

TEST(Infer, SecretsHaveThePlainValuesTypeAndAreWriteOnly) {
  const auto schema = inferred({R"({"key":{"type":"secret","value":"s3cr3t"},
    "pin":{"type":"secret","value":1234},"far":{"type":"secret","ref":"vault:a#b"}})"});
  EXPECT_EQ(member(schema, "/properties/key"), R"({"type":"string","writeOnly":true})");
  EXPECT_EQ(member(schema, "/properties/pin"), R"({"type":"integer","writeOnly":true})");
  EXPECT_EQ(member(schema, "/properties/far"), R"({"type":"string","writeOnly":true})");
}

TEST(Infer, AMaskedSecretIsAText) {
  const auto schema =
      infer(documents({R"({"key":{"type":"secret","masked":true,"fingerprint":"ab12"}})"}));
  EXPECT_EQ(member(schema, "/properties/key"), R"({"type":"string","writeOnly":true})");
}

TEST(Infer, ASecretThatWasPlainOnceIsNotDemanded) {
  const auto schema =
      inferred({R"({"key":"plain"})", R"({"key":{"type":"secret","value":"s3cr3t"}})"});
  EXPECT_EQ(member(schema, "/properties/key"), R"({"type":"string"})");
}

TEST(Infer, NothingIsToldFromTheValuesOfSecrets) {
  std::vector<std::string_view> texts;
  for (int i = 0; i < 4; ++i) {
    texts.emplace_back(R"({"key":{"type":"secret","value":"alpha"},"at":{"type":"secret",
                           "value":"https://user:pass@host/"}})");
    texts.emplace_back(R"({"key":{"type":"secret","value":"beta"},"at":{"type":"secret",
                           "value":"https://user:word@host/"}})");
  }
  const auto text = json::write(inferred(texts));
  for (const auto* told : {"alpha", "beta", "pass", "uri", "enum"}) {
    EXPECT_FALSE(text.contains(told)) << text;
  }
}

TEST(Infer, AVolumeOfTypeSecretIsPlainData) {
  const auto schema = inferred({R"({"volume":{"type":"secret","secretName":"tls"}})"});
  EXPECT_EQ(member(schema, "/properties/volume/required"), R"(["type","secretName"])");
}

TEST(Infer, TheOrderOfTheDocumentsDoesNotMatter) {
  std::vector<json::Value> all =
      documents({R"({"a":1,"b":{"x":1},"z":[1]})", R"({"b":{"y":"t"},"a":2.5})",
                 R"({"c":null,"z":["q"]})", R"({"z":[],"c":"https://e.example/","a":null})"});
  const auto first = json::write(infer(all));
  for (int turn = 0; turn < 4; ++turn) {
    std::ranges::rotate(all, all.begin() + 1);
    EXPECT_EQ(json::write(infer(all)), first);
  }
  std::ranges::reverse(all);
  EXPECT_EQ(json::write(infer(all)), first);
}

/// Random documents of few names and words, so that maps, sets, formats and secrets come about.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  json::Value object(int depth) {
    json::Object out;
    const auto ids = below(4) == 0;
    for (auto left = below(8); left > 0; --left) {
      out.set(std::string(ids ? "id-" : "m") + std::to_string(below(9)), value(depth - 1));
    }
    return out;
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  json::Value value(int depth) {
    switch (below(depth > 0 ? 9 : 6)) {
      case 0:
        return json::Value();
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<int>(below(5));
      case 3:
        return json::Number("1.50e" + std::to_string(below(3)));
      case 4:
        return text();
      case 5:
        return json::Object{{"type", "secret"}, {"value", text()}};
      case 6:
        return array(depth);
      default:
        return object(depth);
    }
  }

  json::Value array(int depth) {
    json::Array out;
    for (auto left = below(5); left > 0; --left) out.push_back(value(depth - 1));
    return out;
  }

  std::string text() {
    static constexpr const char* kTexts[] = {"info",     "warn",     "2026-11-23",
                                             "10.0.0.1", "10.0.0.2", "a@b.info",
                                             "PT5M",     "",         "https://a.example/x"};
    return kTexts[below(std::size(kTexts))];
  }

  std::mt19937 random_;
};

TEST(Infer, AcceptsWhateverItWasShown) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Maker maker(seed);
    std::vector<json::Value> all;
    for (unsigned i = 0; i <= seed % 12; ++i) all.push_back(maker.object(3));
    expect_accepted(infer(all), all);
    if (HasFailure()) return;
  }
}

TEST(Infer, HostileNamesAndDepthAreJustData) {
  std::string deep = "1";
  for (int i = 0; i < 100; ++i) deep = R"({"$ref":)" + deep + "}";
  inferred({R"({"":1,"$id":"x","__proto__":{},"a/b~c":[null]})", deep});
}

}  // namespace
}  // namespace hotswap::schema
