// The page about deploy/ names what is there, and everything that a reader must bring.
#include <gtest/gtest.h>

#include <regex>

#include "deploy/support/kustomize.hpp"
#include "deploy/support/rules.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::deploy {
namespace {

namespace fs = std::filesystem;

fs::path root() { return e2e::source_folder(); }
std::string page() { return text_of(root() / "docs/deploying.md"); }

Names found_in(const std::string& text, const std::regex& pattern) {
  Names names;
  for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
    names.insert((*found)[1].str());
  return names;
}

TEST(DeployingPage, names_files_that_are_there) {
  const auto files = found_in(page(), std::regex("(deploy/[a-z0-9_./-]*[a-z0-9])"));
  EXPECT_GE(files.size(), 8U);
  for (const auto& file : files)
    if (!file.starts_with("deploy/compose/secrets")) EXPECT_TRUE(fs::exists(root() / file)) << file;
}

TEST(DeployingPage, names_every_secret_that_the_manifests_want) {
  Names secrets;
  for (const auto& object : rendered(deploy_path("kubernetes/overlays/full")))
    secrets.merge(found_in(
        text_at(object, ""),
        std::regex(R"x((?:"secretName":|"(?:credentials|secret)":\{"name":)"([a-z-]+)")x")));
  EXPECT_EQ(secrets.size(), 7U);
  for (const auto& secret : secrets) EXPECT_TRUE(page().contains(secret)) << secret;
}

TEST(DeployingPage, gives_the_program_arguments_that_it_takes) {
  const auto text = page();
  std::size_t commands = 0;
  const std::regex command("\n(?:[^\n`#]*&& )?hotswap ([^\n>#]+)");
  for (const auto& line : found_in(text, command)) {
    std::istringstream words(line);
    const std::vector<std::string> arguments{std::istream_iterator<std::string>(words), {}};
    EXPECT_EQ(wrong_arguments(arguments), "") << line;
    ++commands;
  }
  EXPECT_GE(commands, 2U);
}

}  // namespace
}  // namespace hotswap::deploy
