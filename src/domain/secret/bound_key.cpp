#include "domain/secret/bound_key.hpp"

#include <algorithm>

#include "domain/base/sha256.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kMark = "hotswap-key-1\n";

std::string head_of(std::string_view context) {
  const auto hash = sha256(context);
  std::string head(kMark);
  head.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return head;
}

}  // namespace

SecretText bind_key(const SecretText& key, std::string_view context) {
  const auto head = head_of(context);
  auto bound = SecretText::sized(head.size() + key.size());
  std::ranges::copy(key.view(), std::ranges::copy(head, bound.data()).out);
  return bound;
}

std::optional<SecretText> unbind_key(const SecretText& bound, std::string_view context) {
  const auto head = head_of(context);
  if (!bound.view().starts_with(head)) return std::nullopt;
  return SecretText(bound.view().substr(head.size()));
}

}  // namespace hotswap
