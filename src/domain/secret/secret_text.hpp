#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hotswap {

/// Overwrites bytes so that no optimiser may leave it out.
void wipe(char* bytes, std::size_t size) noexcept;
/// Overwrites all of a string's memory and empties it.
void wipe(std::string& text) noexcept;

/// Owns bytes that nobody else should see: never copied by accident, overwritten when freed. Its
/// memory never moves, so that no half-forgotten copy is left by growing.
class SecretText {
 public:
  SecretText() = default;
  /// A copy of `bytes`; what they were copied from is the caller's to overwrite.
  explicit SecretText(std::string_view bytes);
  /// Takes over what `text` holds and overwrites it there.
  [[nodiscard]] static SecretText from(std::string&& text);
  /// `size` zero bytes to be filled by way of data().
  [[nodiscard]] static SecretText sized(std::size_t size);

  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&& other) noexcept;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText();

  [[nodiscard]] SecretText clone() const { return SecretText(view()); }
  /// Valid as long as this object is neither moved from nor destroyed.
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }
  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace hotswap
