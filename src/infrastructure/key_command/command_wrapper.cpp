#include "infrastructure/key_command/command_wrapper.hpp"

#include <algorithm>
#include <semaphore>

#include "domain/json/parse.hpp"
#include "domain/secret/bound_key.hpp"
#include "domain/secret/secret_base64.hpp"
#include "infrastructure/key_command/exchange.hpp"

namespace hotswap::key_command {
namespace {

constexpr std::string_view kScheme = "command:";
constexpr std::size_t kIdBytes = 200;
constexpr std::size_t kWrappedBytes = 32 << 10;
constexpr std::ptrdiff_t kAtATime = 4;

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::Invalid, "secret.invalid", std::move(detail));
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Base64 as programs write it, in lines.
std::optional<SecretText> decoded(std::string_view text) {
  auto dense = SecretText::sized(text.size());
  const auto is_break = [](char c) { return c == '\n' || c == '\r'; };
  const auto end = std::ranges::copy_if(text, dense.data(), std::not_fn(is_break)).out;
  return from_base64({dense.data(), static_cast<std::size_t>(end - dense.data())});
}

}  // namespace

Result<std::vector<std::string>> read_command(std::string_view text) {
  std::vector<std::string> words;
  if (!text.starts_with('[')) {
    words.emplace_back(text);
  } else {
    const auto parsed = json::parse(text);
    const auto* items = parsed ? parsed->as_array() : nullptr;
    if (items == nullptr) return invalid("must be a path, or a JSON array of a path and arguments");
    for (const auto& item : *items) {
      const auto* word = item.as_string();
      if (word == nullptr || word->view().contains('\0'))
        return invalid("must be a JSON array of texts");
      words.push_back(word->str());
    }
  }
  if (words.empty() || !words.front().starts_with('/'))
    return invalid("must begin with an absolute path: no shell looks for the program");
  return words;
}

CommandKeyWrapper::CommandKeyWrapper(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

Result<SecretText> CommandKeyWrapper::run(const char* verb, std::string_view input) const {
  static std::counting_semaphore<kAtATime> places(kAtATime);
  if (!places.try_acquire_for(options_.timeout))
    return fail(ErrorCode::Unavailable, "secret.unavailable",
                "The key command is busy: others wait for it as well");
  auto command = options_.command;
  command.emplace_back(verb);
  auto output =
      exchange({.command = std::move(command), .input = input, .timeout = options_.timeout});
  places.release();
  if (!output) {
    // A script that shows what it does (`set -x`) may have written what it was given.
    auto error = output.error();
    const auto given = trimmed(input);
    if (!given.empty() && error.internal.contains(given.substr(0, 12))) error.internal = "•••";
    return std::unexpected(std::move(error));
  }
  return std::move(output->text);
}

void CommandKeyWrapper::learn(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  id_ = id;
  looked_ = clock_.mono();
}

Result<WrappedKey> CommandKeyWrapper::wrap(const SecretText& key, std::string_view context) {
  const auto output = run("wrap", to_base64(bind_key(key, context).view()).view());
  if (!output) return std::unexpected(output.error());
  const auto text = trimmed(output->view());
  const auto line = text.find('\n');
  const auto id = trimmed(text.substr(0, line));
  const auto bytes =
      line == std::string_view::npos ? std::nullopt : decoded(trimmed(text.substr(line)));
  if (!is_id(id) || !bytes || bytes->empty() || bytes->size() > kWrappedBytes)
    return fail(ErrorCode::Unavailable, "secret.unavailable",
                "The key command " + options_.command[0] +
                    " did not answer `wrap` with a key's id and base64 below it");
  learn(std::string(id));
  return WrappedKey{std::string(kScheme) + std::string(id), std::string(bytes->view())};
}

Result<SecretText> CommandKeyWrapper::unwrap(const WrappedKey& wrapped, std::string_view context) {
  std::string_view id = wrapped.key_id;
  if (!id.starts_with(kScheme) || !is_id(id.substr(kScheme.size())))
    return fail(ErrorCode::Unavailable, "secret.key_missing",
                "A key was wrapped by " + wrapped.key_id +
                    ", not by the key command: give the server that key as well");
  id.remove_prefix(kScheme.size());
  const auto input = std::string(id) + '\n' + std::string(to_base64(wrapped.bytes).view()) + '\n';
  const auto output = run("unwrap", input);
  if (!output) return std::unexpected(output.error());
  const auto bound = decoded(trimmed(output->view()));
  if (!bound || bound->empty())
    return fail(ErrorCode::Unavailable, "secret.unavailable",
                "The key command " + options_.command[0] + " did not answer `unwrap` with base64");
  auto key = unbind_key(*bound, context);
  if (!key)
    return fail(ErrorCode::Invalid, "secret.damaged",
                "A wrapped key does not belong where it lies, or was altered: bring it back from "
                "a backup");
  return std::move(*key);
}

std::string CommandKeyWrapper::current() const {
  {
    const std::lock_guard lock(mutex_);
    if (looked_ && clock_.mono() - *looked_ < options_.current_for)
      return std::string(kScheme) + id_;
    looked_ = clock_.mono();  // whoever asks meanwhile, or after a failure, gets what is known
  }
  if (const auto output = run("current", {}); output && is_id(trimmed(output->view())))
    learn(std::string(trimmed(output->view())));
  const std::lock_guard lock(mutex_);
  return std::string(kScheme) + id_;
}

}  // namespace hotswap::key_command
