#include "cli/bundle/bundle.hpp"

#include <algorithm>

#include "cli/bundle/mask.hpp"
#include "domain/archive/zstd.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

json::Value shown(const BundleEntry& entry) {
  json::Object out{{"file", entry.name}, {"from", entry.from}};
  if (!entry.error.empty()) {
    out.append("missing", entry.error);
    return out;
  }
  out.append("bytes", static_cast<std::uint64_t>(entry.bytes));
  out.append("masked", static_cast<std::uint64_t>(entry.masked));
  out.append("sha256", entry.sha256);
  return out;
}

/// Errors of the server may hold what a file may not.
std::string words_of(const Error& error, const std::vector<std::string>& known) {
  return mask_text(error.reason + ": " + error.detail, known).text;
}

}  // namespace

void Bundle::add(const std::string& name, const std::string& from, std::string_view content) {
  const Masked masked = mask_text(content, known_);
  if (auto added = tar_.add(name, masked.text); !added) return miss(name, from, added.error());
  entries_.push_back(
      {name, from, masked.text.size(), masked.count, sha256_hex(masked.text), std::string()});
  if (told_) told_(entries_.back());
}

void Bundle::miss(const std::string& name, const std::string& from, const Error& error) {
  entries_.push_back({name, from, 0, 0, {}, words_of(error, known_)});
  if (told_) told_(entries_.back());
}

std::optional<json::Value> Bundle::take(Api& api, const std::string& name,
                                        const std::string& path) {
  const std::string from = "GET " + path.substr(0, path.find('?'));
  auto answer = api.get(path);
  if (!answer) {
    miss(name, from, answer.error());
    return std::nullopt;
  }
  add(name, from, json::write_pretty(*answer) + '\n');
  return std::move(*answer);
}

void Bundle::take_text(Api& api, const std::string& name, const Call& call) {
  const std::string from = call.method + ' ' + call.path;
  const auto answer = api.call(call);
  if (!answer) return miss(name, from, answer.error());
  add(name, from, answer->body);
}

std::size_t Bundle::masked() const {
  std::size_t sum = 0;
  for (const BundleEntry& entry : entries_) sum += entry.masked;
  return sum;
}

Result<std::string> Bundle::finish(json::Object head) {
  json::Array files, rules;
  for (const BundleEntry& entry : entries_) files.push_back(shown(entry));
  for (const auto& rule : mask_rules()) rules.emplace_back(rule);
  head.append("createdAt", format_time(at_));
  head.append("masking", std::move(rules));
  head.append("files", std::move(files));
  const auto manifest = mask_text(json::write_pretty(head) + '\n', known_);
  if (auto added = tar_.add("manifest.json", manifest.text); !added)
    return std::unexpected(added.error());
  return archive::compress(tar_.finish());
}

}  // namespace hotswap::cli
