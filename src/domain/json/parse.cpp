#include "domain/json/parse.hpp"

#include <algorithm>
#include <optional>
#include <variant>

#include "domain/json/path.hpp"
#include "domain/json/scan.hpp"

namespace hotswap::json {
namespace {

constexpr std::size_t kLinearSearch = 16;  ///< up to here comparing names beats sorting them
constexpr std::size_t kPathShown = 256;

/// Position in `names` of the first that repeats an earlier one.
std::optional<std::size_t> first_repeated(const Object& object) {
  const auto members = object.begin();
  const auto count = object.size();
  const auto name = [&](std::size_t i) -> std::string_view {
    return members[static_cast<std::ptrdiff_t>(i)].name;
  };
  if (count <= kLinearSearch) {
    for (std::size_t i = 1; i < count; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (name(i) == name(j)) return i;
      }
    }
    return std::nullopt;
  }
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto difference = name(a).compare(name(b));
    return difference != 0 ? difference < 0 : a < b;
  });
  std::optional<std::size_t> found;
  for (std::size_t i = 1; i < count; ++i) {
    if (name(order[i]) != name(order[i - 1])) continue;
    if (!found || order[i] < *found) found = order[i];
  }
  return found;
}

/// The path as an error may show it: names are the caller's and may be long.
std::string shortened(std::string path) {
  if (path.size() <= kPathShown) return path;
  auto end = kPathShown;
  while ((static_cast<unsigned char>(path[end]) & 0xC0U) == 0x80U) --end;
  path.resize(end);
  return path + "…";
}

/// Recursive descent; the depth limit bounds the stack.
class Parser {
 public:
  Parser(std::string_view text, int depth) : text_(text), scan_(text), depth_max_(depth) {}

  Result<Value> run() {
    Value root;
    if (parse_document(root)) return root;
    return failure();
  }

 private:
  using Step = std::variant<std::string, std::size_t>;

  bool parse_document(Value& root) {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      return scan_.refuse(0, "a byte order mark is not allowed; save as UTF-8 without BOM");
    }
    scan_.skip_space();
    if (!parse_value(root)) return false;
    scan_.skip_space();
    return scan_.at_end() || scan_.refuse_here("unexpected text after the document");
  }

  bool parse_value(Value& out) {
    switch (scan_.peek()) {
      case '{':
        return parse_nested(out, &Parser::parse_object);
      case '[':
        return parse_nested(out, &Parser::parse_array);
      case '"':
        return scan_.string(out.emplace<std::string>());
      case 't':
        out = true;
        return scan_.word("true");
      case 'f':
        out = false;
        return scan_.word("false");
      case 'n':
        return scan_.word("null");
      default:
        return scan_.number(out.emplace<Number>().text);
    }
  }

  bool parse_nested(Value& out, bool (Parser::*parse)(Value&)) {
    if (depth_ == depth_max_) {
      reason_ = "json.too_deep";
      const auto limit = std::to_string(depth_max_);
      return scan_.refuse(scan_.offset(), "nested deeper than " + limit + " levels");
    }
    ++depth_;
    scan_.advance();
    scan_.skip_space();
    const bool done = (this->*parse)(out);
    --depth_;
    return done;
  }

  bool parse_array(Value& out) {
    auto& items = out.emplace<Array>();
    if (!scan_.take(']')) {
      do {
        scan_.skip_space();
        if (!parse_value(items.emplace_back())) return fail_in(items.size() - 1);
        scan_.skip_space();
      } while (scan_.take(','));
      if (!scan_.take(']')) return scan_.refuse_here("expected ',' or ']'");
    }
    return true;
  }

  bool parse_object(Value& out) {
    auto& object = out.emplace<Object>();
    const auto first_name = name_offsets_.size();
    if (!scan_.take('}')) {
      do {
        scan_.skip_space();
        if (!parse_member(object)) return false;
        scan_.skip_space();
      } while (scan_.take(','));
      if (!scan_.take('}')) return scan_.refuse_here("expected ',' or '}'");
    }
    if (const auto repeated = first_repeated(object)) {
      reason_ = "json.duplicate_name";
      scan_.refuse(name_offsets_[first_name + *repeated], "this name occurs twice in the object");
      return fail_in(object.begin()[static_cast<std::ptrdiff_t>(*repeated)].name);
    }
    name_offsets_.resize(first_name);
    return true;
  }

  bool parse_member(Object& object) {
    if (scan_.peek() != '"') return scan_.refuse_here("expected a name in double quotes");
    name_offsets_.push_back(scan_.offset());
    std::string name;
    if (!scan_.string(name)) return false;
    scan_.skip_space();
    if (!scan_.take(':')) return scan_.refuse_here("expected ':' after the name");
    scan_.skip_space();
    // The slot stays in place: nothing is appended to this object before its value is read.
    auto& slot = object.append(std::move(name), Value());
    return parse_value(slot) || fail_in((object.end() - 1)->name);
  }

  /// Notes one step of the way to the mistake, innermost first.
  bool fail_in(Step step) {
    steps_.push_back(std::move(step));
    return false;
  }

  [[nodiscard]] std::unexpected<Error> failure() const {
    std::string path = "$";
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      const auto* name = std::get_if<std::string>(&*step);
      path = name != nullptr ? path_member(path, *name) : path_item(path, std::get<1>(*step));
    }
    path = shortened(std::move(path));
    const auto place = scan_.mistake_place();
    auto detail = "line " + std::to_string(place.line) + ", column " +
                  std::to_string(place.column) + " (" + path + "): " + scan_.mistake();
    return fail(ErrorCode::Malformed, reason_, std::move(detail),
                {{std::move(path), "json", scan_.mistake()}});
  }

  std::string_view text_;
  Scanner scan_;
  int depth_max_;
  int depth_ = 0;
  std::string reason_ = "json.malformed";
  std::vector<std::size_t> name_offsets_;  ///< of the members of all open objects
  std::vector<Step> steps_;
};

}  // namespace

Result<Value> parse(std::string_view text, ParseLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::TooLarge, "json.too_large",
                "the text has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(limits.bytes) + " are allowed");
  }
  return Parser(text, limits.depth).run();
}

}  // namespace hotswap::json
