// Numbers and strings.

#include <algorithm>

#include "domain/schema/compat/number.hpp"
#include "domain/schema/compat/prover.hpp"

namespace hotswap::schema::compat {
namespace {

// Whether the left's bound is at least as strict; `sign` is 1 for upper bounds, -1 for lower.
bool at_least_as_strict(const std::optional<Bound>& left, const std::optional<Bound>& right,
                        int sign) {
  if (!right) return true;
  if (!left) return false;
  const int found = order(left->at, right->at) * sign;
  return found < 0 || (found == 0 && (!right->exclusive || left->exclusive));
}

// Patterns that every text matches.
bool matches_all(const std::string& pattern) {
  return pattern.empty() || pattern == ".*" || pattern == "^" || pattern == "^.*";
}

bool narrower(Format left, Format right) {
  using enum Format;
  if (left == right) return true;
  switch (right) {
    case UriReference:
      return left == Uri;
    case Iri:
      return left == Uri;
    case IriReference:
      return left == Uri || left == Iri || left == UriReference;
    case IdnEmail:
      return left == Email;
    default:
      return false;
  }
}

}  // namespace

bool Prover::number_holds(const Shape& known, const NumberRules& rules) {
  return at_least_as_strict(known.lower, rules.lower, -1) &&
         at_least_as_strict(known.upper, rules.upper, 1) &&
         (!rules.multiple || multiple_holds(known, *rules.multiple));
}

bool Prover::multiple_holds(const Shape& known, const json::Decimal& divisor) {
  const auto divides = [&](const json::Decimal& number) {
    return is_multiple(number, divisor).value_or(false);
  };
  if ((known.types & kFraction) == 0 && divides(decimal_of(1))) return true;
  return std::ranges::any_of(known.multiples, divides);
}

bool Prover::string_holds(const Shape& known, const StringRules& rules) {
  if (known.min_length < rules.min || known.max_length > rules.max) return false;
  const auto same_pattern = [&](const StringRules* each) {
    return each->pattern && each->pattern->source == rules.pattern->source;
  };
  if (rules.pattern && !matches_all(rules.pattern->source) &&
      std::ranges::none_of(known.strings, same_pattern)) {
    return false;
  }
  return !rules.format || std::ranges::any_of(known.strings, [&](const StringRules* each) {
    return each->format && narrower(*each->format, *rules.format);
  });
}

}  // namespace hotswap::schema::compat
