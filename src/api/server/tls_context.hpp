#pragma once
// The server's side of TLS: certificate, key and rules, and their exchange while it serves.

#include <cstdint>
#include <memory>
#include <string>

#include "api/server/http_server.hpp"
#include "api/server/tls_tickets.hpp"
#include "domain/base/error.hpp"
#include "domain/base/mutex.hpp"
#include "domain/base/time.hpp"

namespace hotswap::api {

/// TLS 1.3, and 1.2 with forward secrecy; AEAD ciphers in the server's order; no renegotiation, no
/// compression. Immutable; connections keep what they need of it.
class TlsContext {
 public:
  /// Error Invalid `server.tls`: a file is unreadable, encrypted or too weak, or key and
  /// certificate do not match. `tickets` must outlive every connection.
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files,
                                                                      TicketKeys& tickets);

  [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }
  /// Of the server's own certificate.
  [[nodiscard]] WallTime not_before() const { return not_before_; }
  [[nodiscard]] WallTime not_after() const { return not_after_; }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

  std::unique_ptr<ssl_ctx_st, Free> context_;
  WallTime not_before_{};
  WallTime not_after_{};
};

/// What identifies the content of a file without reading it.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

/// The context in use, and the files it came from. Thread-safe.
class TlsSlot {
 public:
  /// The first load.
  [[nodiscard]] Result<void> open(const TlsFiles& files, WallTime now);
  /// Takes the files again if they changed since they were last looked at, or if `force`. True if a
  /// new pair is in use. On an error, also for a pair that is not valid now (unless the one in use
  /// is not, either), the old one stays.
  [[nodiscard]] Result<bool> refresh(WallTime now, bool force);
  void rotate_tickets() { tickets_.rotate(); }

  /// Null without TLS.
  [[nodiscard]] std::shared_ptr<const TlsContext> get() const;

 private:
  TlsFiles files_;
  TicketKeys tickets_;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsContext> current_ HS_GUARDED_BY(mutex_);
  FileStamp certificate_seen_ HS_GUARDED_BY(mutex_);
  FileStamp key_seen_ HS_GUARDED_BY(mutex_);
  FileStamp authorities_seen_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
