#include "api/formats/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

#include "domain/base/assert.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/scan.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kNulls[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view kTrues[] = {"true", "True", "TRUE"};
constexpr std::string_view kFalses[] = {"false", "False", "FALSE"};

constexpr std::size_t kOpenBrackets = 1000;

template <std::size_t N>
bool one_of(std::string_view text, const std::string_view (&words)[N]) {
  for (const auto word : words) {
    if (text == word) return true;
  }
  return false;
}

/// A plain scalar: null, boolean, a number in JSON's grammar, or text.
json::Value plain_scalar(const std::string& text) {
  if (one_of(text, kNulls)) return {};
  if (one_of(text, kTrues)) return true;
  if (one_of(text, kFalses)) return false;
  json::Scanner scanner(text);
  std::string number;
  if (scanner.number(number) && scanner.at_end()) return json::Number{std::move(number)};
  return text;
}

/// Leaves the parser; never leaves this file.
struct Refused {
  YAML::Mark mark;
  std::string why;
};

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(int max_depth) : max_depth_(max_depth) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, anchor, "");
    add(mark, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{mark, "aliases are not taken: write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // yaml-cpp gives "!" to quoted scalars and "?" to plain ones.
    check(mark, anchor, tag == "!" || tag == "?" ? "" : tag);
    // yaml-cpp makes single bytes of these two.
    if (!is_utf8(value)) throw Refused{mark, R"(write \u0085 for \N and \u00A0 for \_)"};
    add(mark, tag == "!" ? json::Value(value) : plain_scalar(value), &value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, anchor, tag);
    open(mark, json::Array{});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, anchor, tag);
    open(mark, json::Object{});
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] json::Value take() { return std::move(root_); }

 private:
  struct Level {
    json::Value value;
    std::optional<std::string> name;  ///< of the object's member that comes next
    std::set<std::string> names;      ///< that the object has
  };

  static void check(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0) throw Refused{mark, "anchors are not taken: write the value out"};
    if (!tag.empty() && tag != "?") throw Refused{mark, "tags are not taken: " + tag};
  }

  void open(const YAML::Mark& mark, json::Value empty) {
    if (static_cast<int>(levels_.size()) >= max_depth_) {
      throw Refused{mark, "nested deeper than " + std::to_string(max_depth_) + " levels"};
    }
    if (wants_name()) throw Refused{mark, "a name must be text"};
    levels_.push_back({std::move(empty), {}, {}});
  }

  void close() {
    auto value = std::move(levels_.back().value);
    levels_.pop_back();
    place(std::move(value));
  }

  [[nodiscard]] bool wants_name() const {
    return !levels_.empty() && levels_.back().value.as_object() && !levels_.back().name;
  }

  void add(const YAML::Mark& mark, json::Value value, const std::string* text = nullptr) {
    if (!wants_name()) {
      place(std::move(value));
      return;
    }
    if (text == nullptr) throw Refused{mark, "a name must be text"};
    if (!levels_.back().names.insert(*text).second) {
      throw Refused{mark, "the name '" + *text + "' occurs twice"};
    }
    levels_.back().name = *text;
  }

  void place(json::Value value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    auto& level = levels_.back();
    if (auto* items = level.value.as_array()) {
      items->push_back(std::move(value));
      return;
    }
    HS_ASSERT(level.name.has_value());
    level.value.as_object()->append(std::move(*level.name), std::move(value));
    level.name.reset();
  }

  const int max_depth_;
  std::vector<Level> levels_;
  json::Value root_;
};

std::unexpected<Error> malformed(const YAML::Mark& mark, const std::string& why) {
  return fail(ErrorCode::Malformed, "yaml.malformed",
              "line " + std::to_string(mark.line + 1) + ", column " +
                  std::to_string(mark.column + 1) + ": " + why);
}

// yaml-cpp reads all brackets that open before it tells of the first: half a megabyte of them takes
// it a hundred. Those in text count, too, but no text has so many more that open than that close.
bool opens_without_end(std::string_view text) {
  std::size_t open = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (open > kOpenBrackets) return true;
  }
  return false;
}

/// The first character that no YAML text may hold; yaml-cpp takes a NUL near the beginning for
/// UTF-16 or UTF-32 and makes of the rest what nobody wrote.
std::optional<YAML::Mark> unprintable(std::string_view text) {
  YAML::Mark mark;
  mark.line = mark.column = 0;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && c != '\t' && c != '\n' && c != '\r') || code == 0x7F) return mark;
    ++mark.column;
    if (c != '\n') continue;
    ++mark.line;
    mark.column = 0;
  }
  return std::nullopt;
}

}  // namespace

Result<json::Value> yaml_to_json(std::string_view text, json::ParseLimits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorCode::TooLarge, "json.too_large",
                "The document has " + std::to_string(text.size()) + " bytes, the limit is " +
                    std::to_string(limits.bytes) + ".");
  }
  if (!is_utf8(text)) return malformed({}, "the text is no UTF-8");
  if (const auto mark = unprintable(text))
    return malformed(*mark, "a control character; write it as an escape in double quotes");
  if (opens_without_end(text)) {
    return malformed({}, "more than " + std::to_string(kOpenBrackets) + " brackets are open");
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(limits.depth);
    parser.HandleNextDocument(builder);
    auto value = builder.take();
    Builder second(limits.depth);
    if (parser.HandleNextDocument(second)) return malformed({}, "one document at a time");
    return value;
  } catch (const Refused& refused) {
    return malformed(refused.mark, refused.why);
  } catch (const YAML::Exception& error) {
    return malformed(error.mark, error.msg);
  }
}

}  // namespace hotswap::api
