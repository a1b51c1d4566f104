#pragma once
// Copies with secrets in them are sealed before they go to disk (AES-256-GCM), with a key of this
// instance.

#include <array>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::sdk {

class StateCipher {
 public:
  /// The key in `file` (at least 32 bytes of any kind), or with `make` a new one there (0600) if it
  /// is missing. Error: a sentence.
  [[nodiscard]] static std::expected<StateCipher, std::string> open_key(
      const std::filesystem::path& file, bool make);
  ~StateCipher();
  StateCipher(StateCipher&&) noexcept = default;
  StateCipher& operator=(StateCipher&&) noexcept = default;

  /// The same text gives the same bytes, so that it is not written to disk twice.
  [[nodiscard]] std::string seal(std::string_view text) const;
  [[nodiscard]] static bool is_sealed(std::string_view content);
  /// Nothing if it was sealed with another key, or changed.
  [[nodiscard]] std::optional<std::string> open(std::string_view content) const;

 private:
  using Key = std::array<unsigned char, 32>;
  explicit StateCipher(Key key) : key_(key) {}

  Key key_;
};

}  // namespace hotswap::sdk
