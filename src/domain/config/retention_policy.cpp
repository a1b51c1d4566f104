#include "domain/config/retention_policy.hpp"

#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

std::optional<int> as_int(std::optional<std::int64_t> number) {
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

}  // namespace

json::Value to_json(const RetentionWish& wish) {
  json::Object out;
  if (wish.versions) out.append("versions", std::int64_t{*wish.versions});
  if (wish.days) out.append("days", std::int64_t{*wish.days});
  return out;
}

Result<RetentionWish> retention_wish_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  RetentionWish wish;
  wish.versions = as_int(in.optional_int("versions", 1, kRetainedVersionsMax));
  wish.days = as_int(in.optional_int("days", 0, kRetainedDaysMax));
  if (auto bad = in.finish("config.invalid")) return std::unexpected(*bad);
  return wish;
}

}  // namespace hotswap
