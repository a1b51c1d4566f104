#include "app/log_settings.hpp"
#include "app/setting_rows.hpp"
#include "app/setting_text.hpp"

namespace hotswap {
namespace {

SettingKey level_key() {
  return {"log-level",
          "trace, debug, info, warning or error, and of modules: info,runner=debug (default info)",
          false, true, [](Settings& settings, const std::string& text) -> Result<void> {
            auto levels = parse_log_levels(text);
            if (!levels) return std::unexpected(levels.error());
            settings.log.levels = std::move(*levels);
            return {};
          }};
}

SettingKey repeats_key() {
  constexpr int kMost = 1'000'000;
  return {"log-repeats",
          "times that one line is written in ten seconds before it is counted (default 20; 0: all)",
          false, true, [](Settings& settings, const std::string& text) -> Result<void> {
            auto count = read_count(text, 0, kMost);
            if (!count) return std::unexpected(count.error());
            settings.log.repeats = *count;
            return {};
          }};
}

SettingKey access_key() {
  return {"access-log",
          "a line for each request: off, log (among the others), or a file (default off)", false,
          true, [](Settings& settings, const std::string& text) -> Result<void> {
            if (text.empty())
              return fail(ErrorCode::Invalid, "settings.invalid", "must be off, log or a file");
            settings.log.access = text;
            return {};
          }};
}

}  // namespace

void add_log_keys(std::vector<SettingKey>& keys) {
  keys.push_back(level_key());
  keys.push_back(word_key("log-format", "text or json (default text)",
                          [](Settings& s) -> std::string& { return s.log.format; },
                          {"text", "json"}));
  keys.push_back(text_key("log-file",
                          "file that the log is appended to, opened anew at SIGHUP (default: "
                          "standard error)",
                          [](Settings& s) -> std::string& { return s.log.file; }));
  keys.push_back(repeats_key());
  keys.push_back(access_key());
  keys.push_back(switch_key("access-log-all", "health checks and metrics as well",
                            [](Settings& s) -> bool& { return s.log.access_all; }));
  keys.push_back(duration_key("slow-request",
                              "a request that takes longer is told as a warning (default 1s; 0s: "
                              "none)",
                              [](Settings& s) -> Duration& { return s.log.slow; }));
}

}  // namespace hotswap
