#include "domain/schema/text/simple_pattern.hpp"

#include <algorithm>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/ecma_escape.hpp"

namespace hotswap::schema {
namespace {

/// One character's class, from the cursor on; nothing for what is no such atom.
std::optional<CharClass> read_atom(Cursor& cursor) {
  if (sees_repeat(cursor)) return {};
  const char32_t c = cursor.take();
  CharClass out;
  switch (c) {
    case '^':
    case '$':
    case '(':
    case '|':
      return {};
    case '.':
      return CharClass::dot();
    case '[':
      return read_class(cursor);
    case '\\':
      break;
    default:
      out.set.add(c, c);
      return out;
  }
  if (is_one_of(cursor.peek(), "bBk123456789")) return {};
  auto escape = read_escape(cursor, false);
  if (auto* set = std::get_if<CharSet>(&escape)) return CharClass{std::move(*set)};
  const char32_t one = std::get<char32_t>(escape);
  out.set.add(one, one);
  return out;
}

}  // namespace

std::optional<SimplePattern> SimplePattern::of(std::u32string_view ecma) {
  SimplePattern pattern;
  if (!pattern.read(ecma)) return {};
  pattern.drop_what_may_be_missing();
  const bool in_place = pattern.from_start_ || pattern.items_.empty() ||
                        (pattern.to_end_ && pattern.has_fixed_length());
  if (!in_place || !pattern.is_unambiguous()) return {};
  return pattern;
}

bool SimplePattern::read(std::u32string_view ecma) {
  Cursor cursor(ecma);
  from_start_ = cursor.eat(U"^");
  while (!cursor.done()) {
    if (cursor.peek() == '$') {
      cursor.skip(1);
      to_end_ = true;
      return cursor.done() && !cursor.complaint();
    }
    if (!read_item(cursor)) return false;
  }
  return !cursor.complaint();
}

bool SimplePattern::read_item(Cursor& cursor) {
  const auto atom = read_atom(cursor);
  if (!atom || atom->set.has_properties()) return false;
  const auto repeat = read_repeat(cursor).value_or(Repeat{});
  Item item;
  item.least = repeat.least;
  item.most = repeat.most;
  for (char32_t c = 0; c < item.ascii.size(); ++c)
    item.ascii[c] = atom->set.contains(c) != atom->negated;
  // A negated set might leave out all that is beyond ASCII; to ask PCRE2 then is no mistake.
  item.beyond_ascii = atom->negated || !atom->set.none_from(0x80);
  items_.push_back(item);
  return true;
}

/// A repeat at an open end needs its least; `.*` before what may start anywhere needs nothing.
void SimplePattern::drop_what_may_be_missing() {
  const auto optional = [](const Item& item) { return item.least == 0; };
  if (!to_end_) {
    while (!items_.empty() && optional(items_.back())) items_.pop_back();
    if (!items_.empty()) items_.back().most = items_.back().least;
  }
  if (!from_start_) items_.erase(items_.begin(), std::ranges::find_if_not(items_, optional));
}

/// Whether after each repeat a character that still fits it fits nothing that may follow.
bool SimplePattern::is_unambiguous() const {
  for (auto item = items_.begin(); item != items_.end(); ++item) {
    if (item->least == item->most) continue;
    for (auto next = item + 1; next != items_.end(); ++next) {
      if ((item->ascii & next->ascii).any() || (item->beyond_ascii && next->beyond_ascii))
        return false;
      if (next->least > 0) break;
    }
  }
  return true;
}

bool SimplePattern::has_fixed_length() const {
  return std::ranges::all_of(items_,
                             [](const Item& item) { return item.least == 1 && item.most == 1; });
}

bool SimplePattern::always_decides() const {
  return std::ranges::none_of(items_, &Item::beyond_ascii);
}

std::optional<bool> SimplePattern::search(std::string_view text) const {
  if (!from_start_ && to_end_) {
    if (text.size() < items_.size()) return false;
    text.remove_prefix(text.size() - items_.size());
  }
  for (const auto& item : items_) {
    std::size_t count = 0;
    for (; count < item.most && count < text.size(); ++count) {
      const auto byte = static_cast<unsigned char>(text[count]);
      if (byte >= item.ascii.size()) {
        if (item.beyond_ascii) return {};
        break;
      }
      if (!item.ascii[byte]) break;
    }
    if (count < item.least) return false;
    text.remove_prefix(count);
  }
  return !to_end_ || text.empty();
}

}  // namespace hotswap::schema
