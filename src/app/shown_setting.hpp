#pragma once
#include <string>
#include <string_view>

namespace hotswap {

struct SettingKey;

/// A setting as support may see it.
struct ShownSetting {
  std::string name;    ///< flag without dashes
  std::string value;   ///< what is secret in it is masked
  std::string source;  ///< `--NAME`, a variable, or `FILE: key`
};

/// Of a secret's key only that it is set; of a URL neither user nor password nor query, of a
/// webhook's not even the path, which may be all that protects it; of PostgreSQL's keywords no
/// password.
[[nodiscard]] std::string masked_setting(const SettingKey& key, std::string_view text);

}  // namespace hotswap
