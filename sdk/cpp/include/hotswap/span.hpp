#pragma once
// What an instance has to say to a distributed trace: that it took a configuration, and how long
// that took. The trace is the deployment's, and comes with the configuration.

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hotswap::sdk {

/// A piece of work that is over, in OpenTelemetry's terms; ids are lowercase hexadecimal.
struct Span {
  std::string name;       ///< `config.apply`, or `config.stage`
  std::string trace_id;   ///< 32 digits
  std::string span_id;    ///< 16
  std::string parent_id;  ///< the server's span of this instance's part in the deployment
  std::chrono::system_clock::time_point start{};
  std::chrono::system_clock::time_point end{};
  bool failed = false;
  std::string failure{};  ///< why the configuration was not taken
  std::vector<std::pair<std::string, std::string>> attributes{};
};

/// Called on the client's thread after each configuration that belongs to a recorded trace: hand it
/// to an exporter and return. What it throws is ignored.
using SpanSink = std::function<void(const Span&)>;

}  // namespace hotswap::sdk
