#include "agent/template/expression.hpp"

#include <algorithm>
#include <array>

#include "domain/json/scan.hpp"

namespace hotswap::agent {
namespace {

constexpr std::size_t kConditions = 32;  ///< in one tag

std::unexpected<Error> mistake(std::string detail) {
  return fail(ErrorCode::Invalid, "template.invalid", std::move(detail));
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

struct Sign {
  std::string_view text;
  Comparison comparison;
};
constexpr std::array<Sign, 6> kSigns = {{{"==", Comparison::Equal},
                                         {"!=", Comparison::Unequal},
                                         {"<=", Comparison::LessOrEqual},
                                         {">=", Comparison::GreaterOrEqual},
                                         {"<", Comparison::Less},
                                         {">", Comparison::Greater}}};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) { skip_blanks(); }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] std::string rest() const { return std::string(text_.substr(at_)); }

  /// A whole word such as `and`; a name that only begins so is none.
  bool word(std::string_view wanted) {
    const auto rest = text_.substr(at_);
    if (!rest.starts_with(wanted)) return false;
    if (rest.size() > wanted.size() && (is_name_char(rest[wanted.size()]) ||
                                        rest[wanted.size()] == '.' || rest[wanted.size()] == '['))
      return false;
    return skip(wanted.size());
  }
  bool sign(std::string_view wanted) {
    return text_.substr(at_).starts_with(wanted) && skip(wanted.size());
  }
  std::string plain_word() {
    const auto start = at_;
    while (!at_end() && is_name_char(peek())) ++at_;
    std::string found(text_.substr(start, at_ - start));
    skip_blanks();
    return found;
  }

  Result<Operand> operand() {
    Operand found;
    auto source = this->source();
    if (!source) return std::unexpected(source.error());
    found.source = *std::move(source);
    while (sign("|")) {
      auto filter = this->filter();
      if (!filter) return std::unexpected(filter.error());
      found.filters.push_back(*std::move(filter));
    }
    return found;
  }

  Result<Condition> condition() { return chain("or", Condition::Kind::Or, 0); }

 private:
  using Source = std::variant<Name, json::Value>;

  [[nodiscard]] char peek() const { return text_[at_]; }
  bool skip(std::size_t count) {
    at_ += count;
    skip_blanks();
    return true;
  }
  void skip_blanks() {
    while (!at_end() && std::string_view(" \t\r\n").contains(peek())) ++at_;
  }

  Result<Source> source() {
    if (at_end()) return mistake("a name or a value is missing");
    if (peek() == '"') {
      auto text = quoted();
      if (!text) return std::unexpected(text.error());
      return Source(json::Value(*text));
    }
    if (word("true")) return Source(json::Value(true));
    if (word("false")) return Source(json::Value(false));
    if (word("null")) return Source(json::Value());
    if ((peek() >= '0' && peek() <= '9') || peek() == '-') return number();
    auto name = this->name();
    if (!name) return std::unexpected(name.error());
    return Source(*std::move(name));
  }

  Result<Source> number() {
    const auto start = at_;
    while (!at_end() && (is_name_char(peek()) || peek() == '.' || peek() == '+')) ++at_;
    const std::string text(text_.substr(start, at_ - start));
    json::Scanner scanner(text);
    std::string_view exact;
    if (!scanner.number(exact) || !scanner.at_end()) return mistake(text + " is no number");
    skip_blanks();
    return Source(json::Value(json::Number(exact)));
  }

  Result<std::string> quoted() {
    std::string out;
    for (++at_; !at_end() && peek() != '"'; ++at_) {
      if (peek() != '\\' || at_ + 1 == text_.size()) {
        out += peek();
        continue;
      }
      const char c = text_[++at_];
      if (c != 'n' && c != 't' && c != '"' && c != '\\')
        return mistake(std::string("\\") + c + " is no escape: \\n, \\t, \\\" and \\\\ are");
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
    if (at_end()) return mistake("a text has no closing \"");
    skip(1);
    return out;
  }

  Result<Name> name() {
    Name found;
    const auto start = at_;
    if (peek() == '@') {
      found.from = Name::From::Facts;
      ++at_;
    } else if (peek() == '.') {
      found.from = Name::From::Item;
      ++at_;
    }
    const bool may_be_bare = found.from == Name::From::Item;  // `.` is the item itself
    while (true) {
      auto step = this->step(found.steps.empty() && may_be_bare);
      if (!step) return std::unexpected(step.error());
      if (!*step) break;
      found.steps.push_back(**std::move(step));
      if (at_end() || (peek() != '.' && peek() != '[')) break;
      if (peek() == '.') ++at_;
    }
    found.text = text_.substr(start, at_ - start);
    skip_blanks();
    return found;
  }

  Result<std::optional<std::string>> step(bool optional) {
    if (!at_end() && peek() == '[') return bracket();
    std::string found;
    while (!at_end() && (is_name_char(peek()) || (peek() == '\\' && at_ + 1 < text_.size()))) {
      if (peek() == '\\') ++at_;
      found += text_[at_++];
    }
    if (found.empty() && optional) return std::nullopt;
    if (found.empty())
      return mistake(at_end() ? "a name is missing"
                              : "a name was expected before `" + rest() + "`");
    return found;
  }

  Result<std::optional<std::string>> bracket() {
    ++at_;
    skip_blanks();
    if (at_end() || peek() != '"') return mistake("[ must be followed by a name in quotes");
    auto text = quoted();
    if (!text) return std::unexpected(text.error());
    if (at_end() || peek() != ']') return mistake("[\"" + *text + "\" has no closing ]");
    ++at_;
    return std::optional(*std::move(text));
  }

  Result<Filter> filter() {
    const auto word = plain_word();
    const auto* form = find_filter(word);
    if (form == nullptr) return mistake("`" + word + "` is no filter: there are " + filter_words());
    Filter found{form->kind, {}};
    if (form->argument == FilterForm::Argument::None) return found;
    auto argument = source();
    if (!argument) return mistake("`" + word + "` needs a value: " + argument.error().detail);
    const auto* literal = std::get_if<json::Value>(&*argument);
    const bool fits =
        literal != nullptr &&
        (form->argument == FilterForm::Argument::Any ||
         (form->argument == FilterForm::Argument::Text && literal->as_string() != nullptr) ||
         (form->argument == FilterForm::Argument::Number && literal->as_int().has_value()));
    if (!fits)
      return mistake("`" + word + "` takes " +
                     (form->argument == FilterForm::Argument::Number ? "a whole number"
                      : form->argument == FilterForm::Argument::Text ? "a text in quotes"
                                                                     : "a text, number or flag"));
    found.argument = *literal;
    return found;
  }

  Result<Condition> chain(std::string_view word, Condition::Kind kind, std::size_t depth) {
    Condition all{.kind = kind, .operands = {}, .parts = {}};
    do {
      auto part =
          kind == Condition::Kind::Or ? chain("and", Condition::Kind::And, depth) : unary(depth);
      if (!part) return part;
      all.parts.push_back(*std::move(part));
      if (++seen_ > kConditions) return mistake("there are too many conditions in one tag");
    } while (this->word(word));
    return all.parts.size() == 1 ? std::move(all.parts.front()) : std::move(all);
  }

  Result<Condition> unary(std::size_t depth) {
    if (word("not")) {
      if (depth == kConditions) return mistake("there are too many conditions in one tag");
      auto part = unary(depth + 1);
      if (!part) return part;
      Condition negated{.kind = Condition::Kind::Not, .operands = {}, .parts = {}};
      negated.parts.push_back(*std::move(part));
      return negated;
    }
    const bool exists = word("exists");
    auto left = operand();
    if (!left) return std::unexpected(left.error());
    Condition found{.kind = exists ? Condition::Kind::Exists : Condition::Kind::Truth,
                    .operands = {*std::move(left)},
                    .parts = {}};
    if (exists) return found;
    for (const auto& each : kSigns) {
      if (!sign(each.text)) continue;
      auto right = operand();
      if (!right) return std::unexpected(right.error());
      found.kind = Condition::Kind::Compare;
      found.comparison = each.comparison;
      found.operands.push_back(*std::move(right));
      break;
    }
    return found;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t seen_ = 0;
};

}  // namespace

Result<Operand> parse_operand(std::string_view text) {
  Reader reader(text);
  auto found = reader.operand();
  if (found && !reader.at_end()) return mistake("`" + reader.rest() + "` does not belong here");
  return found;
}

Result<Condition> parse_condition(std::string_view text) {
  Reader reader(text);
  auto found = reader.condition();
  if (found && !reader.at_end())
    return mistake("`" + reader.rest() + "` does not belong here: write {{#if a == \"b\"}}");
  return found;
}

Result<Loop> parse_loop(std::string_view text) {
  Reader reader(text);
  auto list = reader.operand();
  if (!list) return std::unexpected(list.error());
  Loop loop{*std::move(list), {}};
  if (reader.word("as")) {
    loop.name = reader.plain_word();
    if (loop.name.empty()) return mistake("`as` needs a name: {{#each servers as server}}");
  }
  if (!reader.at_end()) return mistake("`" + reader.rest() + "` does not belong here");
  return loop;
}

}  // namespace hotswap::agent
