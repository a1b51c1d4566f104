#include "domain/json/parse.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <optional>
#include <variant>

#include "domain/base/assert.hpp"
#include "domain/json/blocks.hpp"
#include "domain/json/path.hpp"
#include "domain/json/scan.hpp"

namespace hotswap::json {
namespace {

constexpr std::size_t kLinearSearch = 16;  ///< up to here comparing names beats sorting them
constexpr std::size_t kPathShown = 256;
constexpr std::string_view kRepeated = "json.duplicate_name";
/// Dense documents need two bytes of blocks for one of text.
constexpr std::size_t kBlocksPerByte = 2;

using detail::Cell;
using detail::Pile;

/// The members of an object that is being read: pairs of a name and a value.
class Names {
 public:
  Names(const Cell* members, std::size_t count) : members_(members), count_(count) {}

  [[nodiscard]] std::string_view at(std::size_t index) const { return cell(index).text(); }
  /// Position of the first name that repeats an earlier one.
  [[nodiscard]] std::optional<std::size_t> first_repeated() const {
    return count_ <= kLinearSearch ? first_by_comparison() : first_by_order();
  }

 private:
  [[nodiscard]] const Cell& cell(std::size_t index) const { return members_[2 * index]; }

  [[nodiscard]] std::optional<std::size_t> first_by_comparison() const {
    std::uint64_t seen =
        0;  // a bit for each name so far; only names with the same bit are compared
    for (std::size_t i = 0; i < count_; ++i) {
      const auto bit = std::uint64_t{1} << cell(i).text_hash();
      if ((seen & bit) != 0 && is_before(i)) return i;
      seen |= bit;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_before(std::size_t index) const {
    for (std::size_t i = 0; i < index; ++i) {
      if (detail::same_text(cell(i), cell(index))) return true;
    }
    return false;
  }

  [[nodiscard]] std::optional<std::size_t> first_by_order() const {
    std::vector<std::size_t> order(count_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      const auto difference = at(a).compare(at(b));
      return difference != 0 ? difference < 0 : a < b;
    });
    std::optional<std::size_t> found;
    for (std::size_t i = 1; i < count_; ++i) {
      if (at(order[i]) != at(order[i - 1])) continue;
      if (!found || order[i] < *found) found = order[i];
    }
    return found;
  }

  const Cell* members_;
  std::size_t count_;
};

/// What has been read of the open arrays and objects. Owns it: a parse that fails half-way frees
/// it.
class Stack {
 public:
  Stack() = default;
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() {
    while (size_ != 0) detail::free_content(cells_[--size_]);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const Cell* from(std::size_t index) const { return cells_ + index; }
  void push(Cell cell) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    cells_[size_++] = cell;
  }
  /// Hands the cells from `index` on to `block`.
  void move_to(void* block, std::size_t index) {
    std::memcpy(block, cells_ + index, (size_ - index) * sizeof(Cell));
    size_ = index;
  }
  Cell pop() { return cells_[--size_]; }

 private:
  static constexpr std::size_t kInside = 64;

  [[gnu::noinline]] void grow() {
    std::vector<Cell> larger(capacity_ * 2);
    std::memcpy(larger.data(), cells_, size_ * sizeof(Cell));
    more_ = std::move(larger);
    cells_ = more_.data();
    capacity_ = more_.size();
  }

  alignas(Cell) std::array<std::byte, kInside * sizeof(Cell)> inside_;  ///< enough for most
  std::vector<Cell> more_;
  Cell* cells_ = reinterpret_cast<Cell*>(inside_.data());
  std::size_t size_ = 0;
  std::size_t capacity_ = kInside;
};

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
  Parser(std::string_view text, int depth)
      : text_(text), scan_(text), pile_(text.size() * kBlocksPerByte), depth_max_(depth) {}

  /// Notes where names stand, for the message about one that occurs twice: seldom needed, so that
  /// a second pass pays for it.
  void note_names() { notes_names_ = true; }

  Result<Value> run() {
    if (parse_document()) return Value(stack_.pop());
    return failure();
  }
  [[nodiscard]] bool found_repeated() const { return reason_ == kRepeated; }

 private:
  using Step = std::variant<std::string, std::size_t>;

  bool parse_document() {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      return scan_.refuse(0, "a byte order mark is not allowed; save as UTF-8 without BOM");
    }
    scan_.skip_space();
    if (!parse_value()) return false;
    scan_.skip_space();
    return scan_.at_end() || scan_.refuse_here("unexpected text after the document");
  }

  // Each of these leaves what it has read on the stack.

  bool parse_value() {
    switch (scan_.peek()) {
      case '{':
        return parse_nested(&Parser::parse_object);
      case '[':
        return parse_nested(&Parser::parse_array);
      case '"':
        return parse_string();
      case 't':
        return scan_.word("true") && push(Cell::of(true));
      case 'f':
        return scan_.word("false") && push(Cell::of(false));
      case 'n':
        return scan_.word("null") && push(Cell());
      default: {
        Cell number;
        return scan_.number(number, pile_) && push(number);
      }
    }
  }

  [[gnu::always_inline]] bool push(Cell cell) {
    stack_.push(cell);
    return true;
  }

  bool parse_string() {
    Cell text;
    return scan_.string(text, pile_) && push(text);
  }

  bool parse_nested(bool (Parser::*parse)()) {
    if (depth_ == depth_max_) {
      reason_ = "json.too_deep";
      const auto limit = std::to_string(depth_max_);
      return scan_.refuse(scan_.offset(), "nested deeper than " + limit + " levels");
    }
    ++depth_;
    scan_.advance();
    scan_.skip_space();
    const bool done = (this->*parse)();
    --depth_;
    return done;
  }

  bool parse_array() {
    const auto base = stack_.size();
    std::size_t count = 0;
    if (!scan_.take(']')) {
      do {
        scan_.skip_space();
        if (!parse_value()) return fail_in(count);
        ++count;
        scan_.skip_space();
      } while (scan_.take(','));
      if (!scan_.take(']')) return scan_.refuse_here("expected ',' or ']'");
    }
    return close(Kind::Array, base, count);
  }

  bool parse_object() {
    const auto base = stack_.size();
    const auto first_name = name_offsets_.size();
    std::size_t count = 0;
    if (!scan_.take('}')) {
      do {
        scan_.skip_space();
        if (!parse_member()) return false;
        ++count;
        scan_.skip_space();
      } while (scan_.take(','));
      if (!scan_.take('}')) return scan_.refuse_here("expected ',' or '}'");
    }
    const Names names(stack_.from(base), count);
    if (const auto repeated = names.first_repeated()) {
      reason_ = kRepeated;
      const auto at = notes_names_ ? name_offsets_[first_name + *repeated] : scan_.offset();
      scan_.refuse(at, "this name occurs twice in the object");
      return fail_in(std::string(names.at(*repeated)));
    }
    if (notes_names_) name_offsets_.resize(first_name);
    return close(Kind::Object, base, count);
  }

  bool parse_member() {
    if (scan_.peek() != '"') return scan_.refuse_here("expected a name in double quotes");
    if (notes_names_) name_offsets_.push_back(scan_.offset());
    const auto name = stack_.size();
    if (!parse_string()) return false;
    scan_.skip_space();
    if (!scan_.take(':')) return scan_.refuse_here("expected ':' after the name");
    scan_.skip_space();
    return parse_value() || fail_in(std::string(stack_.from(name)->text()));
  }

  /// Makes one value of the cells from `base` on.
  bool close(Kind kind, std::size_t base, std::size_t count) {
    if (count == 0) return push(Cell(kind));
    const auto items = static_cast<std::uint32_t>(count);
    auto* block = pile_.take((stack_.size() - base) * sizeof(Cell), items);
    stack_.move_to(block, base);
    return push(Cell(kind, block, items));
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
    return fail(ErrorCode::Malformed, std::string(reason_), std::move(detail),
                {{std::move(path), "json", scan_.mistake()}});
  }

  std::string_view text_;
  Scanner scan_;
  Pile pile_;
  Stack stack_;
  int depth_max_;
  int depth_ = 0;
  std::string_view reason_ = "json.malformed";
  bool notes_names_ = false;
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
  HS_ASSERT(text.size() <= std::numeric_limits<std::uint32_t>::max());
  Parser parser(text, limits.depth);
  auto value = parser.run();
  if (value || !parser.found_repeated()) return value;
  Parser again(text, limits.depth);
  again.note_names();
  return again.run();
}

}  // namespace hotswap::json
