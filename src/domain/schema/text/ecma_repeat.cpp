#include "domain/schema/text/ecma_repeat.hpp"

#include "domain/schema/text/ascii.hpp"

namespace hotswap::schema {
namespace {

/// `{2}`, `{2,}`, `{2,3}`: the length of it; 0 for anything else.
std::size_t braces(const Cursor& cursor) {
  std::size_t i = 1;
  const auto digits = [&] {
    const auto before = i;
    while (is_digit(cursor.peek(i))) ++i;
    return i > before;
  };
  if (cursor.peek() != '{' || !digits()) return 0;
  if (cursor.peek(i) == ',') {
    ++i;
    digits();
  }
  return cursor.peek(i) == '}' ? i + 1 : 0;
}

Repeat read_braces(Cursor& cursor) {
  Repeat repeat;
  cursor.skip(1);
  repeat.least = repeat.most = read_number(cursor);
  if (cursor.eat(U","))
    repeat.most = is_digit(cursor.peek()) ? read_number(cursor) : Repeat::kEndless;
  cursor.skip(1);
  return repeat;
}

}  // namespace

bool sees_repeat(const Cursor& cursor) {
  return is_one_of(cursor.peek(), "*+?") || braces(cursor) > 0;
}

std::size_t read_number(Cursor& cursor) {
  std::size_t number = 0;
  while (is_digit(cursor.peek())) {
    const std::size_t digit = cursor.take() - '0';
    number = number > Repeat::kEndless / 16 ? Repeat::kEndless - 1 : number * 10 + digit;
  }
  return number;
}

std::optional<Repeat> read_repeat(Cursor& cursor) {
  const auto here = cursor.at();
  Repeat repeat;
  if (braces(cursor) > 0) {
    repeat = read_braces(cursor);
  } else if (cursor.eat(U"*")) {
    repeat = {0, Repeat::kEndless};
  } else if (cursor.eat(U"+")) {
    repeat = {1, Repeat::kEndless};
  } else if (cursor.eat(U"?")) {
    repeat = {0, 1};
  } else {
    return {};
  }
  repeat.lazy = cursor.eat(U"?");
  if (repeat.least > repeat.most) cursor.complain(here, "the repeat's numbers are out of order");
  return repeat;
}

}  // namespace hotswap::schema
