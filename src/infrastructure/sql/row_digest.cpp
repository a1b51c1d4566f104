#include "infrastructure/sql/row_digest.hpp"

#include <charconv>

namespace hotswap::sql {
namespace {

constexpr std::size_t kPiece = 64 << 10;

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void RowDigest::add(Params row) {
  ++rows_;
  for (const Param& param : row) {
    if (const auto* number = std::get_if<std::int64_t>(&param.value())) {
      waiting_ += 'i';
      append_number(waiting_, *number);
      waiting_ += ';';
    } else if (const auto* text = std::get_if<std::string_view>(&param.value())) {
      waiting_ += 't';
      append_number(waiting_, static_cast<std::int64_t>(text->size()));
      waiting_.append(":").append(*text);
    } else {
      waiting_ += 'n';
    }
  }
  waiting_ += '\n';
  if (waiting_.size() < kPiece) return;
  hash_.add(waiting_);
  waiting_.clear();
}

std::string RowDigest::hex() {
  hash_.add(waiting_);
  waiting_.clear();
  return hash_.hex();
}

}  // namespace hotswap::sql
