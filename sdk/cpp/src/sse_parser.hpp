#pragma once
// Incremental parser of an event stream (WHATWG server-sent events): bytes may be split anywhere,
// lines end by LF, CRLF or CR, an event that the stream's end cuts off is dropped.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace hotswap::sdk {

struct SseFrame {
  std::string event;  ///< `message` if the stream named none
  std::string data;
  std::string id;
};

class SseParser {
 public:
  /// `max_frame`: bytes of one event, all its lines together.
  explicit SseParser(std::size_t max_frame) : max_frame_(max_frame) {}

  /// Returns false to stop the parsing.
  using Sink = std::function<bool(const SseFrame&)>;
  enum class Outcome { More, Stopped, TooLarge };
  /// Hands every event that is complete to `sink`. After anything but More the parser is spent.
  Outcome feed(std::string_view bytes, const Sink& sink);

 private:
  bool end_line(const Sink& sink);
  void take_field(std::string_view name, std::string_view value);
  /// The line is moved, not copied: it may be a megabyte.
  void take_line_as_data(std::size_t from);
  bool dispatch(const Sink& sink);

  std::size_t max_frame_;
  std::string line_;
  SseFrame frame_;
  bool has_data_ = false;
  bool skip_lf_ = false;  ///< the last byte was a CR: a LF now belongs to it
  bool at_start_ = true;  ///< a byte order mark may stand here
};

}  // namespace hotswap::sdk
