#include "infrastructure/sql/write_behind_text.hpp"

#include <array>
#include <charconv>

#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

constexpr std::size_t kTargetBytes = 128, kAssignmentBytes = 64;
/// The slot of the row before, which is most rows' own.
constexpr std::string_view kSame = "=";

class Writer {
 public:
  explicit Writer(std::size_t bytes) { text_.reserve(bytes); }

  void put(std::string_view value) {
    number(value.size(), ':');
    text_.append(value);
  }
  void put(std::int64_t value) { number(value, ','); }
  void put(std::uint64_t value) { number(value, ','); }
  void put(bool value) { text_ += value ? "1," : "0,"; }
  std::string finish() { return std::move(text_); }

 private:
  void number(auto value, char end) {
    std::array<char, 24> digits;
    const auto [last, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text_.append(digits.data(), last);
    text_ += end;
  }
  std::string text_;
};

/// The first value that is none is kept for failed(); those behind it are empty.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty() || failed_; }
  [[nodiscard]] bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  std::string_view text() {
    const auto size = number<std::size_t>(':');
    if (size > text_.size()) failed_ = true;
    if (failed_) return {};
    const auto value = text_.substr(0, size);
    text_.remove_prefix(size);
    return value;
  }
  template <class Number>
  Number number(char end = ',') {
    Number value{};
    const auto [last, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    const auto used = static_cast<std::size_t>(last - text_.data());
    if (error != std::errc() || used == text_.size() || *last != end) failed_ = true;
    if (failed_) return {};
    text_.remove_prefix(used + 1);
    return value;
  }
  bool flag() { return number<int>() != 0; }
  std::optional<SemVer> version() {
    const auto value = text();
    if (value.empty()) return std::nullopt;
    auto version = SemVer::parse(value);
    if (version) return std::move(*version);
    failed_ = true;
    return std::nullopt;
  }

 private:
  std::string_view text_;
  bool failed_ = false;
};

std::string text_of(const std::optional<SemVer>& version) {
  return version ? version->str() : std::string();
}

void put(Writer& out, const std::optional<Assignment::Slot>& slot,
         const std::optional<Assignment::Slot>& before) {
  if (!slot) return out.put(std::string_view());
  if (before && slot == before) return out.put(kSame);
  out.put(slot->version.str());
  out.put(slot->hash);
  out.put(slot->generation);
}

std::optional<Assignment::Slot> take_slot(Reader& in,
                                          const std::optional<Assignment::Slot>& before) {
  const auto version = in.text();
  if (version.empty()) return std::nullopt;
  if (version == kSame) return before;
  Assignment::Slot slot;
  if (auto number = SemVer::parse(version))
    slot.version = std::move(*number);
  else
    in.fail();
  slot.hash = in.text();
  slot.generation = in.number<std::uint64_t>();
  return slot;
}

std::unexpected<Error> corrupt(std::string_view what) {
  return std::unexpected(Error{ErrorCode::Internal,
                               "store.corrupt",
                               "The store holds data that it cannot read; see the server's log.",
                               {},
                               "write_behind: " + std::string(what)});
}

Target take_target(Reader& in) {
  Target target;
  target.instance = InstanceId(std::string(in.text()));
  target.zone = in.text();
  target.previous = in.version();
  target.offline_at_start = in.flag();
  if (const auto state = target_state_from_string(in.text()))
    target.state = *state;
  else
    in.fail();
  target.generation = in.number<std::uint64_t>();
  target.since = WallTime(WallTime::duration(in.number<std::int64_t>()));
  target.reason = in.text();
  target.attempts = in.number<std::uint32_t>();
  return target;
}

}  // namespace

std::string to_text(const change::PutTargets& change) {
  Writer out(change.items.size() * kTargetBytes);
  out.put(change.deployment.str());
  out.put(change.size ? static_cast<std::int64_t>(*change.size) : std::int64_t{-1});
  for (const auto& [ordinal, target] : change.items) {
    out.put(std::uint64_t{ordinal});
    out.put(target.instance.str());
    out.put(target.zone);
    out.put(text_of(target.previous));
    out.put(target.offline_at_start);
    out.put(to_string(target.state));
    out.put(target.generation);
    out.put(std::int64_t{target.since.time_since_epoch().count()});
    out.put(target.reason);
    out.put(std::uint64_t{target.attempts});
  }
  return out.finish();
}

std::string to_text(const change::PutAssignments& change) {
  Writer out(change.assignments.size() * kAssignmentBytes);
  std::optional<Assignment::Slot> active, staged;
  std::string_view profile;
  for (const auto& assignment : change.assignments) {
    out.put(assignment.instance.str());
    out.put(assignment.profile.str() == profile ? std::string_view() : assignment.profile.str());
    profile = assignment.profile.str();
    put(out, assignment.active, active);
    put(out, assignment.staged, staged);
    if (assignment.active && assignment.active != active) active = assignment.active;
    if (assignment.staged && assignment.staged != staged) staged = assignment.staged;
  }
  return out.finish();
}

Result<change::PutTargets> targets_from_text(std::string_view text) {
  Reader in(text);
  change::PutTargets change;
  change.deployment = DeploymentId(std::string(in.text()));
  if (const auto size = in.number<std::int64_t>(); size >= 0)
    change.size = static_cast<std::size_t>(size);
  while (!in.at_end()) {
    const auto ordinal = in.number<std::size_t>();
    change.items.push_back({ordinal, take_target(in)});
  }
  if (in.failed()) return corrupt("targets");
  return change;
}

Result<change::PutAssignments> assignments_from_text(std::string_view text) {
  Reader in(text);
  change::PutAssignments change;
  Assignment before;
  while (!in.at_end()) {
    Assignment assignment;
    assignment.instance = InstanceId(std::string(in.text()));
    const auto profile = in.text();
    assignment.profile = profile.empty() ? before.profile : ProfileName(std::string(profile));
    assignment.active = take_slot(in, before.active);
    assignment.staged = take_slot(in, before.staged);
    before.profile = assignment.profile;
    if (assignment.active) before.active = assignment.active;
    if (assignment.staged) before.staged = assignment.staged;
    change.assignments.push_back(std::move(assignment));
  }
  if (in.failed()) return corrupt("assignments");
  return change;
}

}  // namespace hotswap::sql
