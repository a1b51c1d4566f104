// What a witness misses, no test of secrets would find: so it is tried first.
#include "security/secrets/witness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "domain/base/base64url.hpp"
#include "domain/json/write.hpp"

namespace hotswap::e2e {

cli::Answer Witness::asks(Server& server, const cli::Call& call) {
  auto answer = server.api().call(call);
  if (answer) {
    sees(call.method + ' ' + call.path, answer->body);
    return std::move(*answer);
  }
  auto text = answer.error().detail;
  for (const auto& field : answer.error().fields) text += '\n' + field.path + ' ' + field.message;
  if (const auto& problem = server.api().problem()) text += json::write(*problem);
  sees(call.method + ' ' + call.path + " (refused)", text);
  return {};
}

cli::Answer Witness::gets(Server& server, const std::string& path, const std::string& accept) {
  return asks(server, {.path = path, .accept = accept});
}

cli::Answer Witness::posts(Server& server, const std::string& path, const std::string& body) {
  return asks(server, {.method = "POST", .path = path, .body = body});
}

int Witness::runs(Server& server, const std::vector<std::string>& arguments) {
  const auto done = hotswap(server, arguments);
  std::string words = "hotswap";
  for (const auto& word : arguments) words += ' ' + word;
  sees(words, done.out + done.err);
  return done.code;
}

void Witness::sees_folder(const std::filesystem::path& folder,
                          const std::vector<std::string>& but) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    const auto path = file.path().string();
    if (std::ranges::any_of(but, [&](const auto& word) { return path.contains(word); })) continue;
    std::ifstream in(path, std::ios::binary);
    sees(path, {std::istreambuf_iterator<char>(in), {}});
  }
}

std::vector<std::string> Witness::findings() const {
  std::vector<std::string> found;
  for (const auto& [where, bytes] : seen_)
    for (const auto& canary : canaries_)
      for (const auto& form : {canary, base64url_encode(canary)})
        if (bytes.contains(form)) found.push_back(where + " holds " + canary);
  return found;
}

std::size_t Witness::bytes() const {
  std::size_t count = 0;
  for (const auto& one : seen_) count += one.second.size();
  return count;
}

TEST(Witness, FindsACanaryInWhateverItSaw) {
  const cli::TempFolder folder("witness");
  std::filesystem::create_directories(folder.path() / "deep");
  std::ofstream(folder.path() / "deep" / "file", std::ios::binary)
      << std::string("a\0canary-1\xff", 11);
  std::ofstream(folder.path() / "deep" / "left-out") << "canary-1";
  Witness witness({"canary-1", "canary-2"});
  witness.sees("an answer", R"({"k":"canary-2"})");
  witness.sees("another", base64url_encode("canary-2"));
  witness.sees("nothing", "canary");
  witness.sees_folder(folder.path(), {"left-out"});
  EXPECT_EQ(witness.findings().size(), 3U);
}

}  // namespace hotswap::e2e
