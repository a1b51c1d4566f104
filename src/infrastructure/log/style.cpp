#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "infrastructure/log/line.hpp"

namespace hotswap::log {
namespace {

/// systemd tells device and inode of the stream that it reads.
bool is_journal(int file) {
  const char* named = std::getenv("JOURNAL_STREAM");
  struct stat info{};
  if (named == nullptr || ::fstat(file, &info) != 0) return false;
  return named == std::to_string(info.st_dev) + ':' + std::to_string(info.st_ino);
}

bool wants_colour() {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return (refused == nullptr || *refused == '\0') && !dumb;
}

}  // namespace

Style style_of(int file) {
  return {.colour = ::isatty(file) != 0 && wants_colour(), .journal = is_journal(file)};
}

}  // namespace hotswap::log
