#include <algorithm>

#include "domain/diff/match.hpp"
#include "domain/diff/patch.hpp"
#include "domain/json/member_index.hpp"
#include "domain/json/path.hpp"

namespace hotswap {
namespace {

using json::Value;

/// Items that applying the patch may look at or shift; well below what apply_patch() allows. Where
/// it does not suffice, a whole array or object is replaced.
constexpr std::size_t kWork = 1 << 23;

class PatchMaker {
 public:
  void turn(const std::string& at, const Value& from, const Value& to) {
    if (exhausted_ || from == to) return;
    const auto* old_object = from.as_object();
    const auto* new_object = to.as_object();
    const auto* old_items = from.as_array();
    const auto* new_items = to.as_array();
    bool done = false;
    if (old_object != nullptr && new_object != nullptr) {
      done = turn_members(at, *old_object, *new_object);
    } else if (old_items != nullptr && new_items != nullptr) {
      done = turn_items(at, *old_items, *new_items);
    }
    if (!done) emit("replace", at, to);
  }

  /// Whether the patch would cost more than it may; it is incomplete then.
  [[nodiscard]] bool exhausted() const { return exhausted_; }
  json::Array take() { return std::move(operations_); }

 private:
  /// False if it would cost too much; then nothing was written.
  bool turn_members(const std::string& at, const json::Object& from, const json::Object& to) {
    const json::MemberIndex old_members(from);
    const json::MemberIndex new_members(to);
    const auto size = from.size() + to.size();
    if (!spend(size, unequal_members(old_members, new_members))) return false;
    look_ups_ += size;
    for (const auto& [name, value] : from) {
      if (new_members.find(name) == nullptr) emit("remove", json::pointer_member(at, name));
    }
    for (const auto& [name, value] : to) {
      const auto pointer = json::pointer_member(at, name);
      if (const auto* old = old_members.find(name)) {
        turn(pointer, *old, value);
      } else {
        emit("add", pointer, value);
      }
    }
    look_ups_ -= size;
    return true;
  }

  static std::size_t unequal_members(const json::MemberIndex& from, const json::MemberIndex& to) {
    std::size_t count = 0;
    for (const auto* member : from.sorted()) {
      const auto* now = to.find(member->name);
      if (now == nullptr || *now != member->value) ++count;
    }
    for (const auto* member : to.sorted()) {
      if (from.find(member->name) == nullptr) ++count;
    }
    return count;
  }

  /// Removes from the back, then moves, then adds from the front, then changes items in place.
  bool turn_items(const std::string& at, const json::Array& from, const json::Array& to) {
    const auto match = match_items(from, to);
    std::size_t steps = match.removed.size();
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (match.from_of[j] == kNoPartner || match.moved[j]) ++steps;
    }
    if (!spend(from.size() + to.size(), steps)) return false;
    for (auto index = match.removed.rbegin(); index != match.removed.rend(); ++index) {
      emit("remove", json::pointer_item(at, *index));
    }
    move_items(at, from.size(), match);
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (match.from_of[j] == kNoPartner) emit("add", json::pointer_item(at, j), to[j]);
    }
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (match.from_of[j] == kNoPartner) continue;
      turn(json::pointer_item(at, j), from[match.from_of[j]], to[j]);
    }
    return true;
  }

  /// Puts each moved item right behind its new neighbour on the left. Those that stayed are in
  /// order already, so the items left of it are final, but for others that are still to be moved
  /// away.
  void move_items(const std::string& at, std::size_t from_count, const ArrayMatch& match) {
    auto current = kept_items(from_count, match);
    auto left = kNoPartner;
    for (std::size_t j = 0; j < match.from_of.size(); ++j) {
      const auto item = match.from_of[j];
      if (item == kNoPartner) continue;
      if (match.moved[j]) {
        const auto source = std::ranges::find(current, item) - current.begin();
        current.erase(current.begin() + source);
        const auto target =
            left == kNoPartner ? 0 : std::ranges::find(current, left) - current.begin() + 1;
        current.insert(current.begin() + target, item);
        if (source != target) {
          emit_move(json::pointer_item(at, static_cast<std::size_t>(source)),
                    json::pointer_item(at, static_cast<std::size_t>(target)));
        }
      }
      left = item;
    }
  }

  static std::vector<std::size_t> kept_items(std::size_t from_count, const ArrayMatch& match) {
    std::vector<std::size_t> kept;
    auto removed = match.removed.begin();
    for (std::size_t i = 0; i < from_count; ++i) {
      if (removed != match.removed.end() && *removed == i) {
        ++removed;
      } else {
        kept.push_back(i);
      }
    }
    return kept;
  }

  /// Takes `steps` operations on a container of `size` from the allowance, if it suffices.
  bool spend(std::size_t size, std::size_t steps) {
    if (steps > 0 && size > work_left_ / steps) return false;
    work_left_ -= size * steps;
    return true;
  }

  void emit(const char* operation, std::string path) {
    push({{"op", operation}, {"path", std::move(path)}});
  }
  void emit(const char* operation, std::string path, const Value& value) {
    push({{"op", operation}, {"path", std::move(path)}, {"value", value}});
  }
  void emit_move(std::string source, std::string target) {
    push({{"op", "move"}, {"from", std::move(source)}, {"path", std::move(target)}});
  }
  void push(json::Object operation) {
    exhausted_ = exhausted_ || !spend(look_ups_, 2);
    if (!exhausted_) operations_.emplace_back(std::move(operation));
  }

  json::Array operations_;
  std::size_t work_left_ = kWork;
  std::size_t look_ups_ = 0;  ///< members that a pointer to the present place walks past, at most
  bool exhausted_ = false;
};

}  // namespace

Value to_patch(const Value& from, const Value& to) {
  PatchMaker maker;
  maker.turn("", from, to);
  if (!maker.exhausted()) return maker.take();
  return json::Array{json::Object{{"op", "replace"}, {"path", ""}, {"value", to}}};
}

}  // namespace hotswap
