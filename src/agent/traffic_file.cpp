#include "agent/traffic_file.hpp"

#include <optional>

#include "agent/files/candidate.hpp"
#include "agent/run/command.hpp"
#include "agent/template/template.hpp"

namespace hotswap::agent {
namespace {

constexpr mode_t kMode = 0644;  ///< of a file that is new: nothing in it is secret

json::Value document_of(const TrafficState& state) {
  return json::Object{{"live", state.live},
                      {"idle", state.idle},
                      {"service", state.service},
                      {"environment", state.environment},
                      {"generation", state.generation}};
}

Result<std::string> rendered(const std::filesystem::path& file, const TrafficState& state) {
  const auto text = content_of(file);
  if (!text || !*text)
    return fail(ErrorCode::Invalid, "file.unreadable", "cannot read " + file.string());
  const auto parsed = Template::parse(**text);
  auto made = parsed ? parsed->render(document_of(state)) : std::unexpected(parsed.error());
  if (!made) made.error().detail.insert(0, file.string() + ", ");
  return made;
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
  const auto wanted = rendered(options_.template_file, state);
  if (!wanted) return std::unexpected(wanted.error());
  const auto target = resolve_target(options_.output);
  if (!target) return std::unexpected(target.error());
  const auto before = content_of(*target);
  if (!before) return std::unexpected(before.error());
  if (any_ && *wanted == taken_over_ && *before == *wanted) return false;
  std::optional<Candidate> fresh;
  if (*before != *wanted) {
    auto written =
        Candidate::write(*target, *wanted, {.mode = *before ? std::nullopt : std::optional(kMode)});
    if (!written) return std::unexpected(written.error());
    fresh.emplace(*std::move(written));
    if (auto done = fresh->install(); !done) return std::unexpected(done.error());
  }
  if (auto done = check_and_reload(); !done) {
    // It was bad, or nobody took it over: the next restart of the program must not meet it.
    if (fresh && *before)
      if (auto back = fresh->put_back(); !back) return std::unexpected(back.error());
    return std::unexpected(done.error());
  }
  if (fresh) fresh->keep();
  taken_over_ = *wanted;
  any_ = true;
  return true;
}

}  // namespace hotswap::agent
