#include "app/secret_keys.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace hotswap {
namespace {

constexpr const char* kFlag = "--secret-keys-file";

using Keys = std::vector<LocalKey>;

std::unexpected<Error> unusable(const std::string& what, const std::string& path) {
  return fail_field("settings.invalid", kFlag, "file",
                    "cannot " + what + ' ' + path + ": " + std::strerror(errno));
}

Result<SecretText> text_of(const std::string& path) {
  errno = 0;
  const std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return unusable("read", path);
  return SecretText::from(std::move(text).str());
}

Result<Keys> keys_in(const std::string& path) {
  const auto text = text_of(path);
  if (!text) return std::unexpected(text.error());
  auto keys = read_local_keys(text->view());
  if (!keys) {
    keys.error().detail = path + ": " + keys.error().detail;
    return keys;
  }
  if (keys->empty())
    return fail_field("settings.invalid", kFlag, "file",
                      path + " holds no key: openssl rand -hex 32 >> " + path + " adds one");
  return keys;
}

/// Whole or not at all: a file of keys that is cut in the middle would lose secrets for ever.
Result<void> replace_private(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  const int file =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!written || std::rename(temporary.c_str(), path.c_str()) != 0) return unusable("write", path);
  const int folder = ::open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_CLOEXEC);
  if (folder >= 0) {
    static_cast<void>(::fsync(folder));
    ::close(folder);
  }
  return {};
}

/// A new key in front of what the file holds.
Result<void> add_key(const std::string& path, Cipher& cipher) {
  const auto line = local_key_line(cipher.new_key());
  if (::access(path.c_str(), F_OK) != 0) return replace_private(path, line.view());
  const auto before = text_of(path);
  if (!before) return std::unexpected(before.error());
  auto text = SecretText::sized(line.size() + before->size());
  std::ranges::copy(line.view(), text.data());
  std::ranges::copy(before->view(), text.data() + line.size());
  return replace_private(path, text.view());
}

Result<SecretKeys> from_file(const std::string& path, Cipher& cipher) {
  auto keys = keys_in(path);
  if (!keys) return std::unexpected(keys.error());
  return SecretKeys{
      std::make_unique<LocalKeyWrapper>(cipher, std::move(*keys), [path] { return keys_in(path); }),
      {}};
}

Result<SecretKeys> of_data_folder(const std::string& path, Cipher& cipher) {
  if (::access(path.c_str(), F_OK) != 0)
    if (auto made = add_key(path, cipher); !made) return std::unexpected(made.error());
  auto keys = from_file(path, cipher);
  if (!keys) return keys;
  keys->renew = [path, &cipher, wrapper = keys->wrapper.get()]() -> Result<void> {
    if (auto added = add_key(path, cipher); !added) return added;
    return wrapper->reload();
  };
  return keys;
}

/// Keys in a variable may stand behind each other with commas or blanks.
Result<SecretKeys> from_text(std::string text, Cipher& cipher) {
  for (char& c : text)
    if (c == ',' || c == ' ' || c == ';') c = '\n';
  const auto secret = SecretText::from(std::move(text));
  auto keys = read_local_keys(secret.view());
  if (!keys) return std::unexpected(keys.error());
  return SecretKeys{std::make_unique<LocalKeyWrapper>(cipher, std::move(*keys)), {}};
}

}  // namespace

Result<SecretKeys> secret_keys(const Settings& settings, Cipher& cipher) {
  if (!settings.secrets.keys.empty()) return from_text(settings.secrets.keys, cipher);
  if (!settings.secrets.keys_file.empty()) return from_file(settings.secrets.keys_file, cipher);
  // With keys outside, own ones are only for what was sealed before.
  const auto own = settings.store.data_dir + "/secret.keys";
  const auto& outside = settings.outside;
  const bool needed = outside.vault.transit_key.empty() && outside.key_command.empty();
  if (settings.store.database.empty() && (needed || ::access(own.c_str(), F_OK) == 0))
    return of_data_folder(own, cipher);
  return SecretKeys{std::make_unique<LocalKeyWrapper>(cipher, Keys{}), {}};
}

}  // namespace hotswap
