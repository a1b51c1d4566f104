// The list of what the program is made of: valid by CycloneDX's own schema, and true.
#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "domain/schema/schema.hpp"
#include "e2e/support/command.hpp"

namespace hotswap::security {
namespace {

const std::string kSchemas = HS_SOURCE_DIR "/tests/security/sbom/schema/";

json::Value file(const std::string& name) {
  const auto text = cli::read_file(kSchemas + name);
  EXPECT_TRUE(text) << name;
  auto value = json::parse(text.value_or(""));
  EXPECT_TRUE(value) << name;
  return value ? std::move(*value) : json::Value();
}

std::string output_of(const std::vector<std::string>& command) {
  const auto done = e2e::run_program(command);
  EXPECT_EQ(done.code, 0) << done.err;
  return done.out;
}

const std::string& sbom_text() {
  static const auto text = output_of({HS_SOURCE_DIR "/.ci/sbom", HS_SOURCE_DIR, HS_BINARY_DIR});
  return text;
}

struct Sbom : ::testing::Test {
  json::Value sbom = json::parse(sbom_text()).value_or(json::Value());

  const json::Value* component(const std::string& name) {
    for (const auto& one : *sbom.find("components")->as_array())
      if (cli::text_at(one, "name") == name) return &one;
    return nullptr;
  }
};

TEST_F(Sbom, IsValidByTheSchemaOfCycloneDx) {
  ASSERT_FALSE(sbom.is_null()) << sbom_text();
  const auto bom = file("bom-1.5.SNAPSHOT.schema.json");
  const auto licences = file("spdx.SNAPSHOT.schema.json");
  const auto signatures = file("jsf-0.82.SNAPSHOT.schema.json");
  schema::CompileOptions options;
  options.documents = [&](std::string_view uri) -> const json::Value* {
    if (uri.ends_with("spdx.SNAPSHOT.schema.json")) return &licences;
    return uri.ends_with("jsf-0.82.SNAPSHOT.schema.json") ? &signatures : nullptr;
  };
  const auto compiled = schema::Schema::compile(bom, options);
  ASSERT_TRUE(compiled) << compiled.error().detail;
  std::string failures;
  for (const auto& field : schema::fields_of((*compiled)->check(sbom)))
    failures += field.path + ": " + field.message + '\n';
  EXPECT_EQ(failures, "");
  auto broken = sbom;
  broken.as_object()->set("specVersion", 1.5);
  EXPECT_FALSE((*compiled)->accepts(broken)) << "the schema takes anything";
}

TEST_F(Sbom, NamesWhatIsLoadedAndWhatIsCompiledIn) {
  for (const auto& [name, how] : {std::pair("libssl3", "loaded"),
                                  {"libcurl4", "loaded"},
                                  {"libsqlite3-0", "loaded"},
                                  {"libc6", "loaded"},
                                  {"libboost1.81-dev", "compiled in"},
                                  {"libcli11-dev", "compiled in"}}) {
    const auto* found = component(name);
    ASSERT_NE(found, nullptr) << name;
    const auto installed = output_of({"dpkg-query", "-W", "-f", "${Version}", name});
    EXPECT_EQ(cli::text_at(*found, "version"), installed) << name;
    EXPECT_TRUE(cli::text_at(*found, "purl").starts_with("pkg:deb/debian/" + std::string(name)));
    EXPECT_EQ(cli::text_at((*found->find("properties")->as_array())[0], "value"), how) << name;
  }
  for (const auto* tool : {"libgtest-dev", "nginx-light", "redis-server", "libboost-json1.81-dev"})
    EXPECT_EQ(component(tool), nullptr) << tool << " is no part of the program";
}

TEST_F(Sbom, NamesEveryLibraryThatTheLoaderFinds) {
  const auto loaded = output_of({"ldd", e2e::binary("hotswap")});
  std::size_t libraries = 0;
  for (auto at = loaded.find(" => /"); at != std::string::npos; at = loaded.find(" => /", at + 1))
    ++libraries;
  std::size_t named = 0;
  for (const auto& one : *sbom.find("components")->as_array())
    named += cli::text_at((*one.find("properties")->as_array())[0], "value").contains("loaded");
  EXPECT_GE(libraries, 20u);
  EXPECT_GE(named + 8, libraries) << "a package may bring several libraries, but not so many";
}

TEST_F(Sbom, IsOfThisVeryProgram) {
  const auto sum = output_of({"sha256sum", e2e::binary("hotswap")});
  EXPECT_TRUE(sbom_text().contains("\"content\": \"" + sum.substr(0, 64) + "\""));
}

}  // namespace
}  // namespace hotswap::security
