#include "domain/diff/match.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <set>
#include <string_view>

#include "domain/json/write.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kTableCells = 1 << 18;  ///< 512 × 512 items are compared all with all
constexpr std::array<std::string_view, 3> kIdentityFields{"id", "name", "key"};

using Classes = std::vector<std::size_t>;

/// The classes of the items' identities; nothing unless all have a unique one.
std::optional<Classes> identities(const json::Array& items, std::string_view field,
                                  Interner& interner) {
  Classes classes;
  std::set<std::size_t> seen;
  classes.reserve(items.size());
  for (const auto& item : items) {
    const auto* identity = item.find(field);
    if (identity == nullptr) return std::nullopt;
    if (identity->as_string() == nullptr && identity->as_number() == nullptr) return std::nullopt;
    classes.push_back(interner(json::canonical(*identity)));
    if (!seen.insert(classes.back()).second) return std::nullopt;
  }
  return classes;
}

std::optional<Classes> match_by_identity(const json::Array& from, const json::Array& to) {
  for (const auto field : kIdentityFields) {
    Interner interner;
    const auto old_classes = identities(from, field, interner);
    if (!old_classes) continue;
    const auto new_classes = identities(to, field, interner);
    if (!new_classes) continue;
    std::map<std::size_t, std::size_t> places;
    for (std::size_t i = 0; i < old_classes->size(); ++i) places.emplace((*old_classes)[i], i);
    Classes partners(to.size(), kNoPartner);
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (const auto at = places.find((*new_classes)[j]); at != places.end()) {
        partners[j] = at->second;
      }
    }
    return partners;
  }
  return std::nullopt;
}

std::vector<bool> used_items(const Classes& partners, std::size_t count) {
  std::vector<bool> used(count);
  for (const auto partner : partners) {
    if (partner != kNoPartner) used[partner] = true;
  }
  return used;
}

/// Pairs equal items that the alignment left over: they have moved.
void pair_moved(const Classes& from, const Classes& to, Classes& partners) {
  const auto used = used_items(partners, from.size());
  std::map<std::size_t, std::deque<std::size_t>> left_over;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!used[i]) left_over[from[i]].push_back(i);
  }
  for (std::size_t j = 0; j < to.size(); ++j) {
    if (partners[j] != kNoPartner) continue;
    const auto at = left_over.find(to[j]);
    if (at == left_over.end() || at->second.empty()) continue;
    partners[j] = at->second.front();
    at->second.pop_front();
  }
}

/// Pairs, in order, the changed items between two `anchors` that kept their order.
void pair_gaps(const std::vector<bool>& anchors, std::size_t from_count, Classes& partners) {
  const auto used = used_items(partners, from_count);
  std::size_t next = 0;  // first old item of the present gap
  for (std::size_t j = 0; j < partners.size();) {
    auto gap_end = j;
    while (gap_end < partners.size() && !anchors[gap_end]) ++gap_end;
    const auto old_end = gap_end < partners.size() ? partners[gap_end] : from_count;
    for (; j < gap_end; ++j) {
      if (partners[j] != kNoPartner) continue;
      while (next < old_end && used[next]) ++next;
      if (next < old_end) partners[j] = next++;
    }
    next = old_end + 1;
    ++j;
  }
}

Classes match_by_value(const json::Array& from, const json::Array& to) {
  Interner interner;
  Classes old_classes;
  Classes new_classes;
  for (const auto& item : from) old_classes.push_back(interner(json::canonical(item)));
  for (const auto& item : to) new_classes.push_back(interner(json::canonical(item)));
  auto partners = align(old_classes, new_classes, kTableCells);
  std::vector<bool> anchors(to.size());
  for (std::size_t j = 0; j < to.size(); ++j) anchors[j] = partners[j] != kNoPartner;
  pair_moved(old_classes, new_classes, partners);
  pair_gaps(anchors, from.size(), partners);
  return partners;
}

}  // namespace

ArrayMatch match_items(const json::Array& from, const json::Array& to) {
  ArrayMatch match;
  auto by_identity = match_by_identity(from, to);
  match.from_of = by_identity ? std::move(*by_identity) : match_by_value(from, to);
  const auto stayed = longest_ascending(match.from_of);
  for (std::size_t j = 0; j < to.size(); ++j) {
    match.moved.push_back(match.from_of[j] != kNoPartner && !stayed[j]);
  }
  const auto used = used_items(match.from_of, from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!used[i]) match.removed.push_back(i);
  }
  return match;
}

}  // namespace hotswap
