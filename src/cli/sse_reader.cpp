#include "cli/sse_reader.hpp"

#include "domain/json/parse.hpp"

namespace hotswap::cli {

bool SseReader::feed(std::string_view bytes,
                     const std::function<bool(const ServerEvent&)>& on_event) {
  pending_ += bytes;
  std::size_t start = 0;
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', start)) {
    auto line = std::string_view(pending_).substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!take_line(line, on_event)) return false;
    start = end + 1;
  }
  pending_.erase(0, start);
  return pending_.size() + data_.size() <= kEventBytes;
}

bool SseReader::take_line(std::string_view line,
                          const std::function<bool(const ServerEvent&)>& on_event) {
  if (line.empty()) {
    if (data_.empty()) {
      kind_.clear();
      return true;
    }
    auto data = json::parse(data_, {.bytes = kEventBytes});
    const ServerEvent event{id_, kind_.empty() ? "message" : kind_,
                            data ? std::move(*data) : json::Value(data_)};
    kind_.clear();
    data_.clear();
    return on_event(event);
  }
  const auto colon = std::min(line.find(':'), line.size());
  const auto field = line.substr(0, colon);
  auto value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") kind_ = value;
  if (field == "id") id_ = value;
  if (field == "data") data_ += (data_.empty() ? "" : "\n") + std::string(value);
  return true;
}

}  // namespace hotswap::cli
