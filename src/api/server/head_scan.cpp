#include "api/server/head_scan.hpp"

#include <cstring>

namespace hotswap::api {
namespace {

bool is_clean(std::string_view line) {
  return line.find_first_of(std::string_view("\r\0", 2)) == std::string_view::npos;
}

bool is_folded(std::string_view line) {
  return !line.empty() && (line.front() == ' ' || line.front() == '\t');
}

}  // namespace

HeadScan::State HeadScan::scan(std::string_view data) {
  while (position_ < data.size()) {
    const auto eol = data.find('\n', position_);
    if (eol == std::string_view::npos) {
      position_ = data.size();
      return State::NeedMore;
    }
    if (eol == line_start_ || data[eol - 1] != '\r') return State::Malformed;
    const auto line = data.substr(line_start_, eol - 1 - line_start_);
    if (!is_clean(line) || is_folded(line)) return State::Malformed;
    position_ = eol + 1;
    if (line.empty()) return line_start_ == 0 ? State::Malformed : State::Complete;
    line_start_ = position_;
  }
  return State::NeedMore;
}

}  // namespace hotswap::api
