#include "domain/access/access_change.hpp"

#include <algorithm>

namespace hotswap {
namespace {

using Names = std::vector<std::string>;

void tell(std::string& text, std::string_view list, const Names& before, const Names& after) {
  std::string words;
  const auto missing = [&](const Names& from, const Names& in, char sign) {
    for (const auto& name : from)
      if (std::ranges::find(in, name) == in.end()) words.append(" ").append(1, sign).append(name);
  };
  missing(after, before, '+');
  missing(before, after, '-');
  if (words.empty()) return;
  text.append(text.empty() ? "" : "; ").append(list).append(words);
}

std::string_view words_of(ApprovalWish wish) {
  switch (wish) {
    case ApprovalWish::Required:
      return "required";
    case ApprovalWish::None:
      return "none";
    case ApprovalWish::Unsaid:
      break;
  }
  return "as the server has it";
}

}  // namespace

Result<void> may_take_back(const Principal& principal, const Access& after) {
  if (authorize(principal, Action::ConfigUpdate, &after)) return {};
  return fail(ErrorCode::Conflict, "access.lockout",
              "you would not be among the owners any more, and only an Admin could take that back: "
              "keep yourself or a team of yours in owners, or let an Admin or another owner do it");
}

std::string access_difference(const Access& before, const Access& after) {
  std::string text;
  tell(text, "owners", before.owners, after.owners);
  tell(text, "operators", before.operators, after.operators);
  tell(text, "viewers", before.viewers, after.viewers);
  if (before.approval != after.approval)
    text.append(text.empty() ? "" : "; ").append("approval ").append(words_of(after.approval));
  return text;
}

}  // namespace hotswap
