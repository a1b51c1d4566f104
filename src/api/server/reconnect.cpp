#include "api/server/reconnect.hpp"

#include "domain/json/write.hpp"

namespace hotswap::api {

std::string reconnect_frame(std::chrono::milliseconds after, const std::vector<std::string>& to) {
  std::string frame = "event: reconnect\ndata: {\"afterMs\":" + std::to_string(after.count());
  for (const std::string& url : to) {
    frame += &url == &to.front() ? ",\"to\":[" : ",";
    json::write_string_to(frame, url);
  }
  return frame + (to.empty() ? "}\n\n" : "]}\n\n");
}

}  // namespace hotswap::api
