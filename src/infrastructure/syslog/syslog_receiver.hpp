#pragma once
#include <memory>

#include "domain/ports/audit_receiver.hpp"
#include "infrastructure/http_client/byte_stream.hpp"

namespace hotswap {

/// A syslog server over UDP (RFC 5426: one datagram for each message, cut at 8 KiB), TCP (RFC 6587)
/// or TLS (RFC 5425). None of them answers: when a connection turns out to have been closed, the
/// batch that was given to it last is sent again; what a datagram lost is lost.
class SyslogReceiver : public AuditReceiver {
 public:
  /// `url`: udp://, tcp:// or tls://host:port.
  SyslogReceiver(std::string url, std::string ca_file, std::string host);
  ~SyslogReceiver() override;
  [[nodiscard]] std::string name() const override { return "syslog " + url_; }
  [[nodiscard]] Result<void> send(const AuditBatch& batch) override;

 private:
  [[nodiscard]] Result<void> send_datagrams(const std::vector<std::string>& messages);
  [[nodiscard]] Result<void> send_stream(const std::vector<std::string>& messages);

  const std::string url_, ca_file_, host_;
  std::unique_ptr<ByteStream> stream_;
  bool fresh_ = false;  ///< nothing was written to it yet
  std::string last_;    ///< what was written last
};

}  // namespace hotswap
