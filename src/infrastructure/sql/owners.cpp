#include "infrastructure/sql/owners.hpp"

#include <algorithm>

#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

constexpr std::size_t kAtOnce = 64;

/// `SELECT key FROM table WHERE key IN ($1, $2, …)`: of two sizes, so that few are prepared.
std::string question(std::string_view select, std::size_t count) {
  std::string text = std::string(select) + " IN (";
  for (std::size_t i = 1; i <= count; ++i) text.append(i == 1 ? "$" : ", $") += std::to_string(i);
  return text + ")";
}

Result<void> ask_for(Session& session, std::string_view select,
                     const std::vector<std::string_view>& names,
                     std::unordered_set<std::string>& known) {
  static const std::size_t kSizes[] = {1, kAtOnce};
  auto next = names.begin();
  for (std::size_t left = names.size(); left > 0;) {
    const std::size_t size = left == 1 ? kSizes[0] : kSizes[1];
    std::vector<Param> params;
    for (; params.size() < size && next != names.end(); ++next) params.emplace_back(*next);
    left -= params.size();
    while (params.size() < size) params.push_back(params.back());
    auto done =
        session.query(question(select, size), Params(params), [&](const Row& row) -> Result<void> {
          known.emplace(row.text(0));
          return {};
        });
    if (!done) return done;
  }
  return {};
}

}  // namespace

Result<KnownOwners> KnownOwners::ask(Session& session, Names instances, Names profiles) {
  for (auto* names : {&instances, &profiles}) {
    std::ranges::sort(*names);
    names->erase(std::ranges::unique(*names).begin(), names->end());
  }
  KnownOwners owners;
  auto done = ask_for(session, "SELECT id FROM instances WHERE id", instances, owners.instances_);
  if (done)
    done = ask_for(session, "SELECT name FROM profiles WHERE name", profiles, owners.profiles_);
  if (!done) return std::unexpected(std::move(done.error()));
  return owners;
}

}  // namespace hotswap::sql
