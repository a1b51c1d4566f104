#include "domain/secret/secret_text.hpp"

#include <string.h>  // explicit_bzero is glibc's, not <cstring>'s

#include <algorithm>
#include <utility>

namespace hotswap {

void wipe(char* bytes, std::size_t size) noexcept {
  if (size > 0) ::explicit_bzero(bytes, size);
}

void wipe(std::string& text) noexcept {
  // What lies between size and capacity may be left of a longer text. It never needs more memory.
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

SecretText::SecretText(std::string_view bytes) : SecretText(sized(bytes.size())) {
  std::ranges::copy(bytes, data());
}

SecretText SecretText::from(std::string&& text) {
  SecretText secret{std::string_view(text)};
  wipe(text);
  return secret;
}

SecretText SecretText::sized(std::size_t size) {
  SecretText secret;
  secret.bytes_ = std::make_unique<char[]>(size);
  secret.size_ = size;
  return secret;
}

SecretText::SecretText(SecretText&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_.get(), size_);
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

SecretText::~SecretText() { wipe(bytes_.get(), size_); }

}  // namespace hotswap
