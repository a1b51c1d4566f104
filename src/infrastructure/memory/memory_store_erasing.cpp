// What a MemoryStore does for erasures.
#include "infrastructure/memory/memory_store.hpp"
#include "infrastructure/memory/page.hpp"
#include "infrastructure/memory/texts.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kErasures = "erasures";

using erasure::Treatment;

/// The row as a database would give it; nothing if the name is not in it.
std::optional<erasure::TextRow> found_in(const erasure::PlaceSpec& spec, erasure::TextRow row,
                                         const erasure::Eraser& name) {
  bool found = false;
  for (std::size_t i = 0; i < row.texts.size(); ++i) {
    auto& text = row.texts[i];
    const bool holds = text && name.holds(*text);
    found = found || holds;
    const auto treatment = spec.columns[i].treatment;
    if (treatment != Treatment::Name && treatment != Treatment::Content) continue;
    text = holds ? std::optional<std::string>("1") : std::nullopt;
  }
  if (!found) return std::nullopt;
  return row;
}

}  // namespace

Result<erasure::TextPage> MemoryStore::texts(erasure::Place place, const erasure::Eraser& name,
                                             const std::vector<std::string>& after,
                                             std::size_t scan) {
  const MutexLock lock(mutex_);
  const auto& spec = erasure::spec_of(place);
  auto rows = memory::texts_of(state_, place);
  erasure::TextPage page;
  for (auto it = rows.upper_bound(after); it != rows.end() && scan > 0; ++it, --scan) {
    page.last = it->first;
    if (auto row = found_in(spec, {it->first, std::move(it->second)}, name))
      page.rows.push_back(std::move(*row));
  }
  return page;
}

Result<Page<erasure::Erasure>> MemoryStore::erasures(const PageRequest& page) {
  const MutexLock lock(mutex_);
  auto last = state_.erasures.end();
  if (!page.cursor.empty()) {
    const auto key = store::decode_number_cursor(kErasures, page.cursor);
    if (!key) return std::unexpected(key.error());
    last = state_.erasures.lower_bound(*key);
  }
  return memory::fill_page<erasure::Erasure>(
      std::ranges::subrange(std::make_reverse_iterator(last), state_.erasures.rend()),
      {kErasures, store::page_limit(page)}, [](const auto&) { return true; },
      [](const auto& entry) { return entry.second; },
      [](const auto& entry) { return std::to_string(entry.first); });
}

Result<erasure::Erasure> MemoryStore::erasure(const std::string& id) {
  const MutexLock lock(mutex_);
  const auto found = state_.erasure_ids.find(id);
  if (found == state_.erasure_ids.end()) return std::unexpected(store::erasure_not_found(id));
  return state_.erasures.at(found->second);
}

Result<void> MemoryStore::scrub() { return {}; }

}  // namespace hotswap
