#include "agent/traffic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include "agent/traffic_command.hpp"

namespace hotswap::agent {
namespace {

std::optional<std::string> content_of(const std::filesystem::path& path) {
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in) return std::nullopt;
  text << in.rdbuf();
  return std::move(text).str();
}

std::unexpected<Error> unwritable(const std::filesystem::path& path) {
  return fail(ErrorCode::Unavailable, "file.unwritable",
              "cannot write " + path.string() + ": " + std::strerror(errno));
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Whoever reads it meanwhile reads the old content or the new one, never a part.
Result<void> replace(const std::filesystem::path& path, const std::string& text) {
  struct stat old{};
  const mode_t mode = ::stat(path.c_str(), &old) == 0 ? old.st_mode & 07777 : 0644;
  const std::string fresh = path.string() + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return unwritable(fresh);
  const bool written = write_all(file, text) && ::fchmod(file, mode) == 0 && ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) return unwritable(path);
  return {};
}

}  // namespace

Result<void> TrafficFile::check_and_reload() const {
  if (!options_.check.empty())
    if (auto done = run_command(options_.check, options_.command_timeout); !done) return done;
  if (!options_.reload.empty())
    if (auto done = run_command(options_.reload, options_.command_timeout); !done) return done;
  return {};
}

Result<bool> TrafficFile::apply(const TrafficState& state) {
  const auto text = content_of(options_.template_file);
  if (!text)
    return fail(ErrorCode::Invalid, "file.unreadable",
                "cannot read " + options_.template_file.string());
  const auto parsed = TrafficTemplate::parse(*text);
  if (!parsed) {
    auto error = parsed.error();
    error.detail = options_.template_file.string() + ", " + error.detail;
    return std::unexpected(std::move(error));
  }
  const std::string wanted = parsed->render(state);
  const auto before = content_of(options_.output);
  if (any_ && wanted == taken_over_ && before == wanted) return false;
  if (before != wanted)
    if (auto done = replace(options_.output, wanted); !done) return std::unexpected(done.error());
  if (auto done = check_and_reload(); !done) {
    // It was bad, or nobody took it over: the next restart of the program must not meet it.
    if (before && before != wanted)
      if (auto back = replace(options_.output, *before); !back)
        return std::unexpected(back.error());
    return std::unexpected(done.error());
  }
  taken_over_ = wanted;
  any_ = true;
  return true;
}

}  // namespace hotswap::agent
