#include "domain/diff/align.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

namespace hotswap {
namespace {

using Classes = std::span<const std::size_t>;

/// A part of both sequences that is still to be aligned, and where the partners are written.
struct Window {
  Classes from;
  Classes to;
  std::size_t from_start;
  std::span<std::size_t> partners;

  void pair(std::size_t from_index, std::size_t to_index) const {
    partners[to_index] = from_start + from_index;
  }
};

/// Pairs the common beginning and end; what is left lies between them.
Window pair_ends(Window window) {
  while (!window.from.empty() && !window.to.empty() && window.from.front() == window.to.front()) {
    window.pair(0, 0);
    window = {window.from.subspan(1), window.to.subspan(1), window.from_start + 1,
              window.partners.subspan(1)};
  }
  while (!window.from.empty() && !window.to.empty() && window.from.back() == window.to.back()) {
    window.pair(window.from.size() - 1, window.to.size() - 1);
    window.from = window.from.first(window.from.size() - 1);
    window.to = window.to.first(window.to.size() - 1);
  }
  return window;
}

void pair_by_table(const Window& window) {
  const auto rows = window.from.size();
  const auto columns = window.to.size();
  const auto width = columns + 1;
  // Cell (i, j): length of the longest common subsequence of what begins at i and at j.
  std::vector<std::uint32_t> table((rows + 1) * width);
  for (auto i = rows; i-- > 0;) {
    for (auto j = columns; j-- > 0;) {
      table[i * width + j] = window.from[i] == window.to[j]
                                 ? table[(i + 1) * width + j + 1] + 1
                                 : std::max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
    if (window.from[i] == window.to[j]) {
      window.pair(i++, j++);
    } else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
}

/// Where each class occurs, if it occurs once only; else kNoPartner.
std::unordered_map<std::size_t, std::size_t> unique_places(Classes classes) {
  std::unordered_map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto [at, fresh] = places.emplace(classes[i], i);
    if (!fresh) at->second = kNoPartner;
  }
  return places;
}

void pair_unique(const Window& window) {
  const auto from_places = unique_places(window.from);
  const auto to_places = unique_places(window.to);
  std::vector<std::size_t> candidates(window.to.size(), kNoPartner);
  for (std::size_t j = 0; j < window.to.size(); ++j) {
    const auto at = from_places.find(window.to[j]);
    if (at == from_places.end() || to_places.at(window.to[j]) == kNoPartner) continue;
    candidates[j] = at->second;
  }
  const auto kept = longest_ascending(candidates);
  for (std::size_t j = 0; j < candidates.size(); ++j) {
    if (kept[j]) window.pair(candidates[j], j);
  }
}

}  // namespace

std::size_t Interner::operator()(std::string text) {
  const auto next = classes_.size();
  return classes_.emplace(std::move(text), next).first->second;
}

std::vector<std::size_t> align(Classes from, Classes to, std::size_t max_cells) {
  std::vector<std::size_t> partners(to.size(), kNoPartner);
  const auto middle = pair_ends({from, to, 0, partners});
  if (middle.from.empty() || middle.to.empty()) return partners;
  if (middle.from.size() <= max_cells / middle.to.size()) {
    pair_by_table(middle);
  } else {
    pair_unique(middle);
  }
  return partners;
}

std::vector<bool> longest_ascending(std::span<const std::size_t> numbers) {
  std::vector<std::size_t> tails;  // index of the smallest end of a run of each length
  std::vector<std::size_t> previous(numbers.size(), kNoPartner);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == kNoPartner) continue;
    const auto at = std::ranges::lower_bound(tails, numbers[i], {},
                                             [&](std::size_t index) { return numbers[index]; });
    if (at != tails.begin()) previous[i] = *(at - 1);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<bool> kept(numbers.size());
  for (auto i = tails.empty() ? kNoPartner : tails.back(); i != kNoPartner; i = previous[i]) {
    kept[i] = true;
  }
  return kept;
}

}  // namespace hotswap
