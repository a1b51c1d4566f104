#pragma once
// Settings of what keeps watch: the audit, approvals by a second person, limits for strangers.

#include <set>
#include <string>

#include "domain/base/time.hpp"

namespace hotswap {

/// Who keeps watch over what is done.
struct AuditSettings {
  std::string key_file;  ///< Ed25519, signs checkpoints; empty: `audit.key` in data_dir
  Duration checkpoint_every = std::chrono::minutes(10);
  int checkpoint_entries = 100'000;
  int keep_days = 0;   ///< 0: for ever
  std::string syslog;  ///< udp://, tcp:// or tls://host:port; empty: none
  std::string syslog_ca_file;
  std::string webhook;  ///< URL; empty: none
};

/// Whose deployments need a second person.
struct ApprovalSettings {
  std::set<std::string> environments;
  Duration patience = std::chrono::hours(24);
};

/// What strangers may ask for, and how often.
struct GuardSettings {
  std::string allow_hosts;        ///< beside the public network, for URLs that users set
  std::string trusted_proxies;    ///< networks whose forwarding headers are believed
  bool insecure_secrets = false;  ///< secrets travel over plain HTTP beyond loopback
  int rate_address = 2000;        ///< requests a second; 0: no limit, as for the next two
  int rate_principal = 1000;
  int rate_instance = 20;
  int rate_failures = 300;         ///< refused tokens a minute of one address
  int address_connections = 5000;  ///< open at one time from one address
  std::string user;                ///< that the process becomes when root starts it
};

}  // namespace hotswap
