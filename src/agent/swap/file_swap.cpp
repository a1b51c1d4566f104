#include "agent/swap/file_swap.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "agent/template/filters.hpp"
#include "agent/template/template.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap::agent {

/// One target that is not yet what it should be.
struct FileSwap::Rendered {
  const Target* target;
  std::filesystem::path file;  ///< resolved
  std::string content;
};

namespace {

Result<std::string> from_template(const Target& target, const SwapVersion& version) {
  const auto text = content_read(target.template_file);
  if (!text) return std::unexpected(text.error());
  if (!*text)
    return fail(ErrorCode::Unavailable, "file.unreadable",
                "the template " + target.template_file.string() + " is not there");
  const auto parsed = Template::parse(**text);
  auto made =
      parsed ? parsed->render(version.document, version.facts) : std::unexpected(parsed.error());
  if (!made) made.error().detail.insert(0, target.template_file.string() + ", ");
  return made;
}

Result<std::string> content_for(const Target& target, const SwapVersion& version) {
  if (!target.format) return from_template(target, version);
  auto made = agent::render(version.document, *target.format);
  if (!made) made.error().detail.insert(0, target.file.string() + ": ");
  return made;
}

bool has_rights(const std::filesystem::path& file, const Rights& wanted) {
  struct stat now{};
  if (::lstat(file.c_str(), &now) != 0) return false;
  return wanted.mode.value_or(now.st_mode & 0777) == (now.st_mode & 0777) &&
         wanted.user.value_or(now.st_uid) == now.st_uid &&
         wanted.group.value_or(now.st_gid) == now.st_gid;
}

/// Of what is there; empty: nothing that can be read.
std::string hash_at(const std::filesystem::path& target) {
  const auto file = resolve_target(target);
  const auto content = file ? content_of(*file) : std::unexpected(file.error());
  return content && *content ? sha256_hex(**content) : std::string();
}

/// The check's line with the candidate's path for every {}.
std::string with_path(std::string line, const std::string& path) {
  const auto quoted = shell_quoted(path);
  for (auto at = line.find("{}"); at != std::string::npos; at = line.find("{}", at + quoted.size()))
    line.replace(at, 2, quoted);
  return line;
}

}  // namespace

void FileSwap::say(const std::string& line) const {
  if (options_.log) options_.log(line);
}
void FileSwap::tell(std::string_view step) const {
  if (options_.told) options_.told(step);
}

void FileSwap::recover() {
  for (const auto& target : options_.targets) {
    const auto file = resolve_target(target.file);
    const auto undone = file ? agent::recover(*file) : std::unexpected(file.error());
    if (!undone) say(undone.error().detail);
    if (!undone.value_or(false)) continue;
    reload_due_ = true;
    say(target.file.string() + ": a swap was cut off; the old file is back");
  }
}

Result<std::vector<FileSwap::Rendered>> FileSwap::render(const SwapVersion& version) const {
  std::vector<Rendered> all;
  for (const auto& target : options_.targets) {
    auto content = content_for(target, version);
    if (!content) return std::unexpected(content.error());
    auto file = resolve_target(target.file);
    if (!file) return std::unexpected(file.error());
    const auto before = content_of(*file);
    if (!before) return std::unexpected(before.error());
    if (*before == *content && has_rights(*file, target.rights)) continue;
    all.push_back({&target, *std::move(file), *std::move(content)});
  }
  return all;
}

Result<std::vector<Candidate>> FileSwap::write(const std::vector<Rendered>& all) const {
  std::vector<Candidate> candidates;
  candidates.reserve(all.size());
  for (const auto& each : all) {
    auto written = Candidate::write(each.file, each.content, each.target->rights, options_.told);
    if (!written) return std::unexpected(written.error());
    candidates.push_back(*std::move(written));
  }
  return candidates;
}

Result<void> FileSwap::check(const std::vector<Rendered>& all,
                             const std::vector<Candidate>& candidates,
                             const std::string& traceparent) const {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& target = *all[i].target;
    if (target.check.empty()) continue;
    const auto path = candidates[i].path().string();
    Command command{
        .line = with_path(target.check, path),
        .timeout = options_.check_timeout,
        .environment = {{"HOTSWAP_FILE", path}, {"HOTSWAP_TARGET", target.file.string()}},
        .stop = options_.stop};
    if (!traceparent.empty()) command.environment.emplace_back("TRACEPARENT", traceparent);
    auto done = run_command(command);
    if (done) continue;
    done.error().detail.insert(0, "check of " + target.file.string() + ": ");
    return done;
  }
  tell("checked");
  return {};
}

Result<void> FileSwap::install(std::vector<Candidate>& candidates) const {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (auto done = candidates[i].install(options_.told); !done) {
      undo(candidates, i);
      return done;
    }
  }
  return {};
}

void FileSwap::undo(std::vector<Candidate>& installed, std::size_t count) const {
  for (std::size_t i = count; i > 0; --i)
    if (auto back = installed[i - 1].put_back(); !back) say(back.error().detail);
}

Result<void> FileSwap::reload() {
  if (!options_.reload) return {};
  auto done = options_.reload();
  reload_due_ = !done;
  if (done) {
    tell("reloaded");
  } else {
    done.error().detail.insert(0, "reload: ");
  }
  return done;
}

bool FileSwap::is_taken_over(const SwapVersion& version) const {
  if (reload_due_) return false;
  const auto* hash = version.facts.find("hash");
  return !options_.reload_always || (hash != nullptr && *hash == json::Value(hash_));
}

void FileSwap::taken_over(const SwapVersion& version) {
  const auto* hash = version.facts.find("hash");
  const auto* text = hash == nullptr ? nullptr : hash->as_string();
  hash_ = text == nullptr ? std::string() : text->str();
  left_.clear();
  for (const auto& target : options_.targets) left_.push_back(hash_at(target.file));
}

bool FileSwap::stands() const {
  if (reload_due_ || left_.size() != options_.targets.size()) return false;
  for (std::size_t i = 0; i < left_.size(); ++i)
    if (left_[i].empty() || hash_at(options_.targets[i].file) != left_[i]) return false;
  return true;
}

Result<void> FileSwap::try_out(const SwapVersion& version) const {
  const auto all = render(version);
  if (!all) return std::unexpected(all.error());
  const auto candidates = write(*all);
  if (!candidates) return std::unexpected(candidates.error());
  return check(*all, *candidates, version.traceparent);
}

Result<bool> FileSwap::apply(const SwapVersion& version) {
  const auto all = render(version);
  if (!all) return std::unexpected(all.error());
  if (all->empty() && is_taken_over(version)) {
    taken_over(version);
    return false;
  }
  auto candidates = write(*all);
  if (!candidates) return std::unexpected(candidates.error());
  if (auto done = check(*all, *candidates, version.traceparent); !done)
    return std::unexpected(done.error());
  if (auto done = install(*candidates); !done) return std::unexpected(done.error());
  if (auto done = reload(); !done) {
    undo(*candidates, candidates->size());
    if (version.undone) version.undone();
    // The program may have taken over a part of it.
    if (auto again = reload(); !again) say("with the old files back: " + again.error().detail);
    return std::unexpected(done.error());
  }
  for (auto& candidate : *candidates) candidate.keep();
  taken_over(version);
  tell("kept");
  return true;
}

Result<bool> FileSwap::restore(const SwapVersion& version) {
  const auto all = render(version);
  if (!all) return std::unexpected(all.error());
  if (all->empty() && !reload_due_) {
    taken_over(version);
    return false;
  }
  auto candidates = write(*all);
  if (!candidates) return std::unexpected(candidates.error());
  if (auto done = install(*candidates); !done) return std::unexpected(done.error());
  if (auto done = reload(); !done) say(done.error().detail + "; the files are in place");
  for (auto& candidate : *candidates) candidate.keep();
  taken_over(version);
  return true;
}

}  // namespace hotswap::agent
