#include "sse_parser.hpp"

#include <utility>

namespace hotswap::sdk {

SseParser::Outcome SseParser::feed(std::string_view bytes, const Sink& sink) {
  if (skip_lf_ && !bytes.empty()) {
    skip_lf_ = false;
    if (bytes.front() == '\n') bytes.remove_prefix(1);
  }
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\r\n");
    const auto piece = bytes.substr(0, end);
    if (line_.size() + frame_.data.size() + piece.size() > max_frame_) return Outcome::TooLarge;
    line_ += piece;
    if (end == std::string_view::npos) break;
    const bool cr = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (cr && bytes.starts_with('\n'))
      bytes.remove_prefix(1);
    else
      skip_lf_ = cr && bytes.empty();
    if (!end_line(sink)) return Outcome::Stopped;
  }
  return Outcome::More;
}

bool SseParser::end_line(const Sink& sink) {
  std::string_view line = line_;
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  at_start_ = false;
  if (line.empty()) {
    line_.clear();
    return dispatch(sink);
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    take_field(line, line.substr(line.size()));
  } else if (colon > 0) {  // a line that begins with a colon is a comment
    auto value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
  return true;
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    frame_.event = value;
  } else if (name == "data") {
    if (!has_data_) return take_line_as_data(static_cast<std::size_t>(value.data() - line_.data()));
    frame_.data += '\n';
    frame_.data += value;
  } else if (name == "id") {
    frame_.id = value;
  }
}

void SseParser::take_line_as_data(std::size_t from) {
  line_.erase(0, from);
  frame_.data = std::exchange(line_, {});
  has_data_ = true;
}

bool SseParser::dispatch(const Sink& sink) {
  const bool complete = has_data_;
  has_data_ = false;
  if (!complete) {
    frame_.event.clear();
    return true;
  }
  if (frame_.event.empty()) frame_.event = "message";
  const auto frame = std::exchange(frame_, {});
  return sink(frame);
}

}  // namespace hotswap::sdk
