#pragma once
// Kinds of rows of the table of settings; all of them are flags.

#include "app/settings.hpp"

namespace hotswap {

[[nodiscard]] SettingKey text_key(std::string name, std::string help,
                                  std::string& (*at)(Settings&));
[[nodiscard]] SettingKey switch_key(std::string name, std::string help, bool& (*at)(Settings&));
[[nodiscard]] SettingKey duration_key(std::string name, std::string help,
                                      Duration& (*at)(Settings&));
[[nodiscard]] SettingKey word_key(std::string name, std::string help, std::string& (*at)(Settings&),
                                  std::vector<std::string> words);

}  // namespace hotswap
