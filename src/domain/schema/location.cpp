#include "domain/schema/location.hpp"

#include <algorithm>

#include "domain/json/path.hpp"
#include "domain/schema/keyword.hpp"

namespace hotswap::schema {
namespace {

/// Reads a pointer token by token.
class Tokens {
 public:
  explicit Tokens(std::string_view pointer) : pointer_(pointer) {}

  [[nodiscard]] bool at_end() const { return at_ >= pointer_.size(); }
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] std::string_view peek() const {
    const auto end = std::min(pointer_.find('/', at_ + 1), pointer_.size());
    return pointer_.substr(at_ + 1, end - at_ - 1);
  }
  void skip() { at_ = std::min(pointer_.find('/', at_ + 1), pointer_.size()); }

 private:
  std::string_view pointer_;
  std::size_t at_ = 0;
};

struct Shape {
  bool names = false;     ///< a name or index follows the keyword
  bool descends = false;  ///< applies to a part of the value
};

Shape shape_of(std::string_view word, std::string_view next) {
  const auto keyword = keyword_of(word);
  if (!keyword) return {};
  switch (*keyword) {
    case Keyword::Properties:
    case Keyword::PatternProperties:
    case Keyword::PrefixItems:
      return {true, true};
    case Keyword::Items:
      return {json::pointer_index(next).has_value(), true};
    case Keyword::AdditionalItems:
    case Keyword::AdditionalProperties:
    case Keyword::Contains:
    case Keyword::PropertyNames:
    case Keyword::UnevaluatedItems:
    case Keyword::UnevaluatedProperties:
      return {false, true};
    case Keyword::AllOf:
    case Keyword::AnyOf:
    case Keyword::OneOf:
    case Keyword::Dependencies:
    case Keyword::DependentSchemas:
      return {true, false};
    default:
      return {};
  }
}

}  // namespace

std::string as_fragment(std::string_view pointer) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  static constexpr std::string_view kMarks = "-._~!$&'()*+,;=:@/?";
  std::string out;
  for (const char c : pointer) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       kMarks.contains(c);
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

std::vector<Stage> stages_of(const Failure& failure) {
  std::vector<Stage> stages;
  Tokens keywords(failure.keyword_location);
  Tokens values(failure.instance_location);
  while (!keywords.at_end()) {
    const auto word = keywords.peek();
    keywords.skip();
    const auto shape = shape_of(word, keywords.at_end() ? "" : keywords.peek());
    if (shape.names) keywords.skip();
    if (keywords.at_end()) break;  // the failing keyword itself
    if (shape.descends) values.skip();
    stages.push_back({keywords.offset(), values.offset()});
  }
  return stages;
}

}  // namespace hotswap::schema
