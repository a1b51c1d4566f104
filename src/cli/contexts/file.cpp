#include "cli/contexts/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "domain/json/write_yaml.hpp"
#include "domain/trace/context.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// ` (line 7)` of the key at the end of a path, found by its name: the reader keeps no places.
std::string line_of(const std::string& text, const std::string& path) {
  const auto key = path.substr(path.rfind('.') + 1) + ":";
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const auto start = line.find_first_not_of(' ');
    if (start != std::string::npos && line.compare(start, key.size(), key) == 0) {
      return fmt::format(" (line {})", number);
    }
  }
  return {};
}

std::unexpected<Error> unwritable(const std::filesystem::path& path) {
  return fail(ErrorCode::Invalid, "file.unwritable",
              fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
}

bool written(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0;
}

}  // namespace

std::filesystem::path contexts_path() {
  if (const auto named = variable("HOTSWAP_CONTEXTS"); !named.empty()) return named;
  if (const auto config = variable("XDG_CONFIG_HOME"); !config.empty()) {
    return std::filesystem::path(config) / "hotswap/contexts.yaml";
  }
  if (const auto home = variable("HOME"); !home.empty()) {
    return std::filesystem::path(home) / ".config/hotswap/contexts.yaml";
  }
  return {};
}

Result<Contexts> load_contexts(const std::filesystem::path& path, const YamlReader& yaml) {
  struct stat about{};
  if (path.empty() || ::stat(path.c_str(), &about) != 0) return Contexts{};
  const auto name = path.string();
  std::ifstream in(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (!S_ISREG(about.st_mode) || in.bad() || (!in.eof() && in.fail()) || text.size() > kMostBytes) {
    return fail(ErrorCode::Invalid, "contexts.invalid",
                name + " cannot be read as a file of contexts; check its name, rights and size");
  }
  auto value = yaml(text);
  if (!value) {
    return fail(ErrorCode::Invalid, "contexts.invalid", name + ": " + value.error().detail);
  }
  auto contexts = contexts_from(*value);
  if (!contexts) {
    auto error = contexts.error();
    error.detail = name + line_of(text, error.fields.front().path) + ": " + error.detail;
    return std::unexpected(std::move(error));
  }
  if (contexts->holds_tokens() && (about.st_mode & 077U) != 0) {
    return fail(ErrorCode::Forbidden, "contexts.rights",
                fmt::format("{} holds tokens and others can read it (mode {:04o}): chmod 600 {}",
                            name, about.st_mode & 0777U, name));
  }
  return contexts;
}

Result<void> save_contexts(const std::filesystem::path& path, const Contexts& contexts) {
  if (path.empty()) {
    return fail(ErrorCode::Invalid, "file.unwritable",
                "where to keep contexts? Set HOTSWAP_CONTEXTS=FILE, or HOME");
  }
  std::error_code error;
  if (const auto folder = path.parent_path(); !folder.empty() && !std::filesystem::exists(folder)) {
    std::filesystem::create_directories(folder, error);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  const auto text = "# Kept by `hotswap context`; edits are welcome, comments are not kept.\n" +
                    json::write_yaml(contexts_json(contexts));
  auto draft = path.string() + "." + std::string(6, 'X');  // one for each writer
  const int file = ::mkostemp(draft.data(), O_CLOEXEC);
  if (file < 0) return unwritable(path);
  const bool good = ::fchmod(file, 0600) == 0 && written(file, text);
  ::close(file);
  if (!good || ::rename(draft.c_str(), path.c_str()) != 0) {
    const auto refused = unwritable(path);
    ::unlink(draft.c_str());
    return refused;
  }
  return {};
}

Given given_by_environment() {
  return {.server = variable("HOTSWAP_SERVER"),
          .token = variable("HOTSWAP_TOKEN"),
          .token_file = variable("HOTSWAP_TOKEN_FILE"),
          .ca_file = variable("HOTSWAP_CA_FILE"),
          .context = variable("HOTSWAP_CONTEXT")};
}

std::map<std::string, std::string> trace_of_environment() {
  const auto context = tracing::parse_context(variable("TRACEPARENT"), variable("TRACESTATE"));
  if (!context) return {};
  std::map<std::string, std::string> headers{{"traceparent", tracing::traceparent(*context)}};
  if (!context->state.empty()) headers.emplace("tracestate", context->state);
  return headers;
}

}  // namespace hotswap::cli
