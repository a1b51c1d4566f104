#include "app/audit_witness.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

constexpr off_t kMost = off_t{16} << 20;

bool write_lines(const std::string& path, const std::string& lines, int how) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
  if (file < 0) return false;
  const bool done =
      ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  return done;
}

}  // namespace

void AuditWitness::make_room() {
  struct stat known{};
  if (::stat(path_.c_str(), &known) != 0 || known.st_size < kMost) return;
  std::ifstream in(path_, std::ios::binary);
  in.seekg(kMost / 2);
  std::string cut;
  std::getline(in, cut);
  std::ostringstream rest;
  rest << in.rdbuf();
  if (!write_lines(path_ + ".new", rest.str(), O_TRUNC)) return;
  static_cast<void>(std::rename((path_ + ".new").c_str(), path_.c_str()));
}

bool AuditWitness::keep(const AuditCheckpoint& checkpoint) {
  const std::lock_guard lock(mutex_);
  make_room();
  return write_lines(path_, json::write(to_json(checkpoint)) + '\n', O_APPEND);
}

Result<std::vector<AuditCheckpoint>> AuditWitness::all() {
  const std::lock_guard lock(mutex_);
  std::vector<AuditCheckpoint> found;
  std::ifstream in(path_, std::ios::binary);
  std::string line;
  while (std::getline(in, line)) {
    // The end of a write that a crash cut short.
    if (in.eof()) break;
    const auto value = json::parse(line);
    auto checkpoint = value ? audit_checkpoint_from_json(*value)
                            : Result<AuditCheckpoint>(std::unexpected(value.error()));
    if (!checkpoint)
      return fail(ErrorCode::Conflict, "audit.forged",
                  "Line " + std::to_string(found.size() + 1) + " of " + path_ +
                      " is no checkpoint: somebody changed the file.");
    found.push_back(std::move(*checkpoint));
  }
  return found;
}

}  // namespace hotswap
