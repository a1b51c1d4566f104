#pragma once
// Settings of the log and of the access log.

#include <string>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/log/levels.hpp"

namespace hotswap {

struct SettingKey;

struct LogSettings {
  LogLevels levels;
  std::string format = "text";  ///< text or json
  std::string file;             ///< appended to; empty: standard error
  int repeats = 20;             ///< of one line in ten seconds, before they are counted; 0: all
  std::string access = "off";   ///< off, log, or a file of its own
  bool access_all = false;      ///< health checks and metrics as well
  Duration slow = std::chrono::seconds(1);  ///< a request that took longer is told; zero: none

  [[nodiscard]] bool access_file() const { return access != "off" && access != "log"; }
};

void add_log_keys(std::vector<SettingKey>& keys);

}  // namespace hotswap
