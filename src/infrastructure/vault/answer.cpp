#include "infrastructure/vault/answer.hpp"

#include <algorithm>

#include "domain/base/utf8.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::vault {
namespace {

constexpr std::size_t kWordsBytes = 300;
constexpr int kDepth = 64;

/// `{"errors":["…","…"]}` in one line.
std::string words_of(const json::Value& body) {
  const auto* errors = body.find("errors");
  const auto* items = errors == nullptr ? nullptr : errors->as_array();
  std::string words;
  if (items == nullptr) return words;
  for (const auto& item : *items)
    if (const auto* text = item.as_string()) words += (words.empty() ? "" : "; ") + text->str();
  words = clip_utf8(words, kWordsBytes);
  std::ranges::replace_if(
      words, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return words;
}

Error error(ErrorCode code, std::string reason, std::string detail) {
  return {code, std::move(reason), std::move(detail), {}, {}};
}

Error unavailable(std::string detail) {
  return error(ErrorCode::Unavailable, "secret.unavailable", std::move(detail));
}

Error error_of(int status, const std::string& who) {
  const auto code = std::to_string(status);
  if (status / 100 == 3)
    return unavailable(who + " sends callers to another address (" + code +
                       "), which are not followed: give the address of the active node, or of all "
                       "nodes with commas");
  if (status == 403) return error(ErrorCode::Forbidden, "secret.denied", who + " denies access");
  if (status == 400 || status == 405)
    return error(ErrorCode::Invalid, "secret.invalid",
                 who + " cannot make sense of the request (" + code + ")");
  if (status == 501) return unavailable(who + " is not initialised");
  if (status == 503) return unavailable(who + " is sealed or down for maintenance");
  if (status == 429) return unavailable(who + " has too much to do (429)");
  if (status == 472 || status == 473)
    return unavailable(who + " is a standby that answers nothing (" + code + ")");
  return unavailable(who + " answered " + code);
}

bool is_json(const HttpResponse& response) {
  const auto type = response.header("content-type").value_or("");
  return type == "application/json" || type.starts_with("application/json;");
}

}  // namespace

const json::Value* Answer::at(std::string_view path) const {
  const json::Value* value = &body;
  while (value != nullptr && !path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    value = value->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

std::string Answer::text_at(std::string_view path) const {
  const auto* value = at(path);
  const auto* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : text->str();
}

bool is_for_another_node(int status) {
  return status / 100 == 3 || status == 472 || status == 473 || status == 501 || status == 503;
}

bool may_pass(int status) { return status == 412 || status == 429 || status >= 500; }

Result<Answer> read_answer(const HttpResponse& response, const std::string& who) {
  const bool good = response.status / 100 == 2 || response.status == 404;
  if (response.status == 204) return Answer{204, {}};
  auto parsed = json::parse(response.body, {.bytes = response.body.size() + 1, .depth = kDepth});
  const bool vaults = is_json(response) && parsed && parsed->as_object() != nullptr;
  if (good && !vaults)
    return std::unexpected(
        unavailable("What answers as " + who + " is no Vault (" + std::to_string(response.status) +
                    " with a body that is not its JSON): correct --vault-address"));
  if (good) return Answer{response.status, std::move(*parsed)};
  auto failed = error_of(response.status, who);
  if (vaults) failed.internal = words_of(*parsed);
  return std::unexpected(std::move(failed));
}

}  // namespace hotswap::vault
