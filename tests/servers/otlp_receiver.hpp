#pragma once
// A receiver of OTLP/HTTP that decodes what it gets with OpenTelemetry's own generated code.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"
#include "domain/json/value.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::testing {

/// One span as it was received; ids in hexadecimal, times in nanoseconds since 1970.
struct ReceivedSpan {
  std::string trace, id, parent, name, message, state;
  std::int64_t kind = 0;
  std::int64_t start = 0, end = 0;
  bool failed = false;
  json::Value attributes, resource;
  std::vector<std::string> links;  ///< ids of spans

  /// Of an attribute; numbers as their digits, empty if there is none.
  [[nodiscard]] std::string attribute(std::string_view name) const;
};
using ReceivedSpans = std::vector<ReceivedSpan>;

class OtlpReceiver {
 public:
  /// `port` 0 picks a free one.
  explicit OtlpReceiver(int port = 0);
  ~OtlpReceiver();
  OtlpReceiver(const OtlpReceiver&) = delete;
  OtlpReceiver& operator=(const OtlpReceiver&) = delete;

  [[nodiscard]] std::string endpoint() const;
  [[nodiscard]] ReceivedSpans spans();
  /// Metrics as they were decoded, newest last.
  [[nodiscard]] json::Value metrics();
  /// `{"path","headers","bytes"}` of each message, also of those that were refused.
  [[nodiscard]] json::Array requests();
  /// From the next message on: `{"status":503,"times":2,"retryAfter":1}`, `{"hang":true}`,
  /// `{"rejected":1}`, `{}`.
  void behaves(const std::string& json);
  /// Waits until the spans satisfy this; the last ones seen.
  [[nodiscard]] ReceivedSpans until(const std::function<bool(const ReceivedSpans&)>& condition);

 private:
  [[nodiscard]] json::Value ask(const std::string& path);
  cli::TempFolder folder_;
  cli::ChildProcess process_;
  HttpClient http_;
  int port_ = 0;
};

/// The only one of this name and, if given, with this attribute; a failure of the test if there is
/// not just one.
[[nodiscard]] const ReceivedSpan& only(const ReceivedSpans& spans, const std::string& name);
[[nodiscard]] ReceivedSpans named(const ReceivedSpans& spans, const std::string& name);

}  // namespace hotswap::testing
