#include <algorithm>
#include <optional>

#include "domain/base/limits.hpp"
#include "domain/diff/patch.hpp"
#include "domain/json/path.hpp"

namespace hotswap {
namespace {

using json::Value;
using Tokens = std::vector<std::string>;

/// Members and items that all operations together may look at, copy or shift. It stops patches that
/// double a document again and again, or insert in front of a huge array thousands of times.
constexpr std::size_t kWork = 1 << 25;
/// Bytes that `copy` may add in all.
constexpr std::size_t kCopiedBytes = 4 * limits::kDocumentBytes;

struct Extent {
  std::size_t values = 1;
  std::size_t bytes = 1;
  std::size_t depth = 0;

  void add_child(const Extent& child) {
    values += child.values;
    bytes += child.bytes;
    depth = std::max(depth, child.depth + 1);
  }
};

Extent measure(const Value& value) {
  Extent extent;
  if (const auto* items = value.as_array()) {
    extent.depth = 1;
    for (const auto& item : *items) extent.add_child(measure(item));
  } else if (const auto* object = value.as_object()) {
    extent.depth = 1;
    for (const auto& member : *object) {
      extent.add_child(measure(member.value));
      extent.bytes += member.name.size();
    }
  } else if (const auto* text = value.as_string()) {
    extent.bytes += text->size();
  } else if (const auto* number = value.as_number()) {
    extent.bytes += number->text.size();
  }
  return extent;
}

/// Applies one operation after the other. Steps answer with what is wrong, or nothing.
class Patcher {
 public:
  using Problem = std::optional<FieldError>;

  explicit Patcher(const Value& document) : root_(document) {}

  Problem apply(const Value& operation) {
    const auto* name = text(operation, "op");
    if (name == nullptr) return problem("op", "required", "needs an `op` of type string");
    Tokens path;
    if (auto bad = read_pointer(operation, "path", path)) return bad;
    if (*name == "add") return with_value(operation, path, &Patcher::add);
    if (*name == "replace") return with_value(operation, path, &Patcher::replace);
    if (*name == "test") return with_value(operation, path, &Patcher::test);
    if (*name == "remove") return remove(path);
    if (*name == "move") return with_source(operation, path, &Patcher::move);
    if (*name == "copy") return with_source(operation, path, &Patcher::copy);
    return problem("op", "enum", "must be add, remove, replace, move, copy or test");
  }

  Value take() { return std::move(root_); }

 private:
  static const json::Text* text(const Value& operation, std::string_view name) {
    const auto* value = operation.find(name);
    return value == nullptr ? nullptr : value->as_string();
  }

  static Problem problem(std::string field, std::string keyword, std::string message) {
    return FieldError{std::move(field), std::move(keyword), std::move(message)};
  }
  Problem missing(std::string field = "path") const {
    if (work_left_ == 0) return too_costly();
    return problem(std::move(field), "exists", "points to no value of the document");
  }
  static Problem too_costly() {
    return problem("op", "limit", "the patch copies or shifts more than is allowed");
  }

  static Problem read_pointer(const Value& operation, const char* field, Tokens& out) {
    const auto* pointer = text(operation, field);
    if (pointer == nullptr) {
      return problem(field, "required", "must be a JSON Pointer (RFC 6901)");
    }
    auto tokens = json::pointer_tokens(*pointer);
    if (!tokens) return problem(field, "format", "must be a JSON Pointer (RFC 6901)");
    out = std::move(*tokens);
    return std::nullopt;
  }

  Problem with_value(const Value& operation, const Tokens& path,
                     Problem (Patcher::*step)(const Tokens&, Value)) {
    const auto* value = operation.find("value");
    if (value == nullptr) return problem("value", "required", "is required");
    return (this->*step)(path, *value);
  }

  Problem with_source(const Value& operation, const Tokens& path,
                      Problem (Patcher::*step)(const Tokens&, const Tokens&)) {
    Tokens source;
    if (auto bad = read_pointer(operation, "from", source)) return bad;
    return (this->*step)(source, path);
  }

  bool spend(std::size_t work) {
    const bool enough = work <= work_left_;
    work_left_ -= std::min(work, work_left_);
    return enough;
  }

  /// The value at the first `count` tokens, or nullptr.
  Value* find(const Tokens& tokens, std::size_t count) {
    Value* value = &root_;
    for (std::size_t i = 0; i < count && value != nullptr; ++i) value = child(*value, tokens[i]);
    return value;
  }

  Value* child(Value& parent, const std::string& token) {
    if (auto* items = parent.as_array()) {
      const auto index = json::pointer_index(token);
      return index && *index < items->size() ? &(*items)[*index] : nullptr;
    }
    auto* object = parent.as_object();
    if (object == nullptr || !spend(object->size())) return nullptr;
    return object->find(token);
  }

  static Problem check_depth(const Tokens& path, const Extent& extent) {
    if (path.size() + extent.depth <= limits::kJsonDepth) return std::nullopt;
    return problem("path", "depth", "the result would be nested too deep");
  }

  Problem add(const Tokens& path, Value value) {
    if (auto bad = check_depth(path, measure(value))) return bad;
    return put(path, std::move(value));
  }

  Problem put(const Tokens& path, Value value) {
    if (path.empty()) {
      root_ = std::move(value);
      return std::nullopt;
    }
    auto* parent = find(path, path.size() - 1);
    if (parent == nullptr) return missing();
    if (auto* items = parent->as_array()) return insert(*items, path.back(), std::move(value));
    auto* object = parent->as_object();
    if (object == nullptr) return missing();
    if (!spend(object->size())) return too_costly();
    object->set(path.back(), std::move(value));
    return std::nullopt;
  }

  Problem insert(json::Array& items, const std::string& token, Value value) {
    const auto index = token == "-" ? items.size() : json::pointer_index(token);
    if (!index || *index > items.size()) {
      return problem("path", "exists", "must end with an index up to the array's size, or '-'");
    }
    if (!spend(items.size() - *index)) return too_costly();
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return std::nullopt;
  }

  Problem remove(const Tokens& path) {
    if (path.empty()) return problem("path", "root", "the whole document cannot be removed");
    auto* parent = find(path, path.size() - 1);
    if (parent == nullptr || child(*parent, path.back()) == nullptr) return missing();
    if (auto* items = parent->as_array()) {
      const auto index = *json::pointer_index(path.back());
      if (!spend(items->size() - index)) return too_costly();
      items->erase(items->begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      if (!spend(parent->as_object()->size())) return too_costly();
      parent->as_object()->erase(path.back());
    }
    return std::nullopt;
  }

  Problem replace(const Tokens& path, Value value) {
    if (auto bad = check_depth(path, measure(value))) return bad;
    auto* target = find(path, path.size());
    if (target == nullptr) return missing();
    *target = std::move(value);
    return std::nullopt;
  }

  Problem test(const Tokens& path, Value expected) {
    const auto* value = find(path, path.size());
    if (value == nullptr) return missing();
    if (*value == expected) return std::nullopt;
    return problem("value", "test", "the document has another value there");
  }

  Problem move(const Tokens& source, const Tokens& path) {
    auto* found = find(source, source.size());
    if (found == nullptr) return missing("from");
    if (source == path) return std::nullopt;
    if (path.size() > source.size()) {
      if (std::equal(source.begin(), source.end(), path.begin())) {
        return problem("path", "move", "a value cannot be moved into itself");
      }
      const auto extent = measure(*found);
      if (!spend(extent.values)) return too_costly();
      if (auto bad = check_depth(path, extent)) return bad;
    }
    Value value = std::move(*found);
    if (auto bad = remove(source)) return bad;
    return put(path, std::move(value));
  }

  Problem copy(const Tokens& source, const Tokens& path) {
    const auto* found = find(source, source.size());
    if (found == nullptr) return missing("from");
    const auto extent = measure(*found);
    if (extent.bytes > copy_left_ || !spend(extent.values)) return too_costly();
    copy_left_ -= extent.bytes;
    if (auto bad = check_depth(path, extent)) return bad;
    return put(path, *found);
  }

  Value root_;
  std::size_t work_left_ = kWork;
  std::size_t copy_left_ = kCopiedBytes;
};

}  // namespace

Result<Value> apply_patch(const Value& document, const Value& patch) {
  const auto* operations = patch.as_array();
  if (operations == nullptr) {
    return fail_field("patch.invalid", "$", "type", "a patch must be an array of operations");
  }
  Patcher patcher(document);
  for (std::size_t i = 0; i < operations->size(); ++i) {
    if (auto problem = patcher.apply((*operations)[i])) {
      return fail_field("patch.invalid", json::path_member(json::path_item("$", i), problem->path),
                        std::move(problem->keyword), std::move(problem->message));
    }
  }
  return patcher.take();
}

}  // namespace hotswap
