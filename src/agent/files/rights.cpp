#include "agent/files/rights.hpp"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <string>
#include <vector>

namespace hotswap::agent {
namespace {

constexpr std::size_t kEntryBytes = 16 << 10;

std::unexpected<Error> wrong(std::string detail) {
  return fail(ErrorCode::Invalid, "rights.invalid", std::move(detail));
}

template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

Result<uid_t> user_of(const std::string& name) {
  if (const auto number = number_in<uid_t>(name, 10)) return *number;
  std::vector<char> space(kEntryBytes);
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, space.data(), space.size(), &found);
  if (found == nullptr) return wrong("there is no user " + name + " on this machine");
  return found->pw_uid;
}

Result<gid_t> group_of(const std::string& name) {
  if (const auto number = number_in<gid_t>(name, 10)) return *number;
  std::vector<char> space(kEntryBytes);
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, space.data(), space.size(), &found);
  if (found == nullptr) return wrong("there is no group " + name + " on this machine");
  return found->gr_gid;
}

}  // namespace

Result<mode_t> parse_mode(std::string_view text) {
  const auto mode = number_in<mode_t>(text, 8);
  if (!mode || *mode > 0777) return wrong("\"" + std::string(text) + "\" must be octal like 0640");
  return *mode;
}

Result<void> parse_owner(std::string_view text, Rights& into) {
  const auto colon = text.find(':');
  const std::string user(text.substr(0, colon));
  const std::string group(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (user.empty() && group.empty())
    return wrong("\"" + std::string(text) + "\" must be user, user:group or :group");
  if (!user.empty()) {
    const auto id = user_of(user);
    if (!id) return std::unexpected(id.error());
    into.user = *id;
  }
  if (!group.empty()) {
    const auto id = group_of(group);
    if (!id) return std::unexpected(id.error());
    into.group = *id;
  }
  return {};
}

}  // namespace hotswap::agent
