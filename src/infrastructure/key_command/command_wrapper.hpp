#pragma once
// Key-encryption keys behind a command of the operator: a KMS, an HSM, a file for age.
//
// The command is run without a shell, with one word more: `current`, `wrap` or `unwrap`. What is
// secret goes through its standard input and output, never through its arguments:
//   current  reads nothing; writes the id of the key that wraps now
//   wrap     reads BASE64; writes the id of the key that wrapped, and below it BASE64
//   unwrap   reads the id, and below it BASE64 as wrap wrote it; writes BASE64 as wrap read it
// and it ends with 0. An id has up to 200 printable ASCII characters without spaces.

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/clock.hpp"
#include "domain/ports/key_wrapper.hpp"

namespace hotswap::key_command {

struct Options {
  std::vector<std::string> command;  ///< an absolute path and its arguments
  Duration timeout = std::chrono::seconds(10);
  Duration current_for = std::chrono::seconds(5);  ///< then `current` is asked again
};

/// A path, or a JSON array of a path and arguments. Invalid `secret.invalid`.
[[nodiscard]] Result<std::vector<std::string>> read_command(std::string_view text);

/// Ids of keys are `command:` and the command's own. Thread-safe: at most four run at a time.
class CommandKeyWrapper : public KeyWrapper {
 public:
  /// `clock` must outlive this.
  CommandKeyWrapper(Options options, const Clock& clock);

  Result<WrappedKey> wrap(const SecretText& key, std::string_view context) override;
  Result<SecretText> unwrap(const WrappedKey& wrapped, std::string_view context) override;
  /// What the command said last; `command:` if it never said anything.
  [[nodiscard]] std::string current() const override;

 private:
  [[nodiscard]] Result<SecretText> run(const char* verb, std::string_view input) const;
  void learn(const std::string& id) const;

  const Options options_;
  const Clock& clock_;
  mutable std::mutex mutex_;  ///< guards what follows
  mutable std::string id_;
  mutable std::optional<MonoTime> looked_;
};

}  // namespace hotswap::key_command
