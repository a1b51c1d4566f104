#include "domain/diff/diff.hpp"

#include "domain/diff/match.hpp"
#include "domain/json/member_index.hpp"
#include "domain/json/path.hpp"

namespace hotswap {
namespace {

using json::Value;

struct Place {
  std::string path;
  std::string pointer;

  [[nodiscard]] Place member(std::string_view name) const {
    return {json::path_member(path, name), json::pointer_member(pointer, name)};
  }
  [[nodiscard]] Place item(std::size_t index) const {
    return {json::path_item(path, index), json::pointer_item(pointer, index)};
  }
};

/// A value's place in both documents; they differ below moved items.
struct Places {
  Place from;
  Place to;
};

class Comparison {
 public:
  void compare(const Places& at, const Value& from, const Value& to) {
    if (from == to) return;
    const auto* old_object = from.as_object();
    const auto* new_object = to.as_object();
    const auto* old_items = from.as_array();
    const auto* new_items = to.as_array();
    if (old_object != nullptr && new_object != nullptr) {
      compare_members(at, *old_object, *new_object);
    } else if (old_items != nullptr && new_items != nullptr) {
      compare_items(at, *old_items, *new_items);
    } else {
      add({Difference::Kind::Modified, at.to.path, at.to.pointer, from, to, {}});
    }
  }

  Diff take() { return std::move(diff_); }

 private:
  void compare_members(const Places& at, const json::Object& from, const json::Object& to) {
    const json::MemberIndex old_members(from);
    const json::MemberIndex new_members(to);
    for (const auto& [name, value] : from) {
      if (const auto* now = new_members.find(name)) {
        compare({at.from.member(name), at.to.member(name)}, value, *now);
      } else {
        removed(at.from.member(name), value);
      }
    }
    for (const auto& [name, value] : to) {
      if (old_members.find(name) == nullptr) added(at.to.member(name), value);
    }
  }

  void compare_items(const Places& at, const json::Array& from, const json::Array& to) {
    const auto match = match_items(from, to);
    for (const auto index : match.removed) removed(at.from.item(index), from[index]);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto old_index = match.from_of[j];
      if (old_index == kNoPartner) {
        added(at.to.item(j), to[j]);
        continue;
      }
      const Places item{at.from.item(old_index), at.to.item(j)};
      if (match.moved[j]) {
        add({Difference::Kind::Moved, item.to.path, item.to.pointer, from[old_index], to[j],
             item.from.path});
      }
      compare(item, from[old_index], to[j]);
    }
  }

  void added(const Place& at, const Value& value) {
    add({Difference::Kind::Added, at.path, at.pointer, {}, value, {}});
  }
  void removed(const Place& at, const Value& value) {
    add({Difference::Kind::Removed, at.path, at.pointer, value, {}, {}});
  }
  void add(Difference change) { diff_.changes.push_back(std::move(change)); }

  Diff diff_;
};

}  // namespace

Diff diff(const Value& from, const Value& to) {
  Comparison comparison;
  const Place root{"$", ""};
  comparison.compare({root, root}, from, to);
  return comparison.take();
}

Value diff_json(const Diff& diff) {
  json::Array added;
  json::Array removed;
  json::Array modified;
  json::Array moved;
  for (const auto& change : diff.changes) {
    switch (change.kind) {
      case Difference::Kind::Added:
        added.emplace_back(json::Object{{"path", change.path}, {"value", change.to}});
        break;
      case Difference::Kind::Removed:
        removed.emplace_back(json::Object{{"path", change.path}, {"value", change.from}});
        break;
      case Difference::Kind::Modified:
        modified.emplace_back(
            json::Object{{"path", change.path}, {"from", change.from}, {"to", change.to}});
        break;
      case Difference::Kind::Moved:
        moved.emplace_back(json::Object{{"path", change.path}, {"fromPath", change.moved_from}});
        break;
    }
  }
  return json::Object{{"added", std::move(added)},
                      {"removed", std::move(removed)},
                      {"modified", std::move(modified)},
                      {"moved", std::move(moved)}};
}

}  // namespace hotswap
