#include "cli/verbs/audit_offline.hpp"

#include <fmt/format.h>

#include <fstream>

#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

using Take = std::function<Result<void>(const json::Value&)>;

/// Line by line, so that an export of any length can be read.
Result<void> each_line(const std::string& file, const Take& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail_field("file.unreadable", "--offline", "file", "cannot read " + file);
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    const auto value = json::parse(line);
    auto done = value ? take(*value) : Result<void>(std::unexpected(value.error()));
    if (done || done.error().reason.starts_with("audit.")) {
      if (!done && done.error().reason != "audit.invalid") return done;
      if (done) continue;
    }
    return fail(ErrorCode::Invalid, "file.unreadable",
                fmt::format("{} line {} is no audit entry: {}", file, number, done.error().detail));
  }
  return {};
}

struct Survey {
  std::vector<AuditCheckpoint> checkpoints;
  std::uint64_t first = 0, last = 0;
  bool newest_first = false;
};

Result<Survey> survey(const std::string& file) {
  Survey found;
  auto done = each_line(file, [&](const json::Value& line) -> Result<void> {
    if (const auto* member = line.find("checkpoint")) {
      auto checkpoint = audit_checkpoint_from_json(*member);
      if (!checkpoint) return std::unexpected(checkpoint.error());
      found.checkpoints.push_back(std::move(*checkpoint));
      return {};
    }
    const auto* member = line.find("sequence");
    const auto sequence = member == nullptr ? std::nullopt : member->as_int();
    if (!sequence || *sequence <= 0)
      return fail(ErrorCode::Invalid, "audit.invalid", "it has no sequence");
    const auto number = static_cast<std::uint64_t>(*sequence);
    if (found.first == 0) found.first = number;
    found.newest_first = found.newest_first || number < found.last;
    found.last = number;
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return found;
}

Result<void> check_signatures(const Survey& found, const std::string& key,
                              const AuditVerbs& audit) {
  for (const auto& checkpoint : found.checkpoints) {
    if (!key.empty() && checkpoint.key != key)
      return fail(ErrorCode::Conflict, "audit.other_key",
                  fmt::format("The checkpoint of entry {} was signed by {}, not by the key given.",
                              checkpoint.sequence, checkpoint.key));
    if (!audit.verify(checkpoint.key, signed_text(checkpoint), checkpoint.signature))
      return fail(ErrorCode::Conflict, "audit.forged",
                  fmt::format("The signature of the checkpoint of entry {} is wrong.",
                              checkpoint.sequence));
  }
  return {};
}

}  // namespace

Result<OfflineReport> verify_offline(const std::string& file, const std::string& key,
                                     const AuditVerbs& audit) {
  auto found = survey(file);
  if (!found) return std::unexpected(found.error());
  if (found->newest_first)
    return fail(ErrorCode::Invalid, "file.unreadable",
                file +
                    " is newest first, or a selection: verify what hotswap audit export writes "
                    "without filters");
  if (auto good = check_signatures(*found, key, audit); !good) return std::unexpected(good.error());
  ChainCheck check(found->checkpoints, found->first);
  auto done = each_line(file, [&](const json::Value& line) -> Result<void> {
    if (line.find("checkpoint") != nullptr) return {};
    auto entry = audit_entry_from_json(line);
    if (!entry) return std::unexpected(entry.error());
    return check.add(*entry);
  });
  if (!done) return std::unexpected(done.error());
  auto report = check.finish();
  if (!report) return std::unexpected(report.error());
  if (!key.empty() && report->checkpoints == 0)
    return fail(ErrorCode::Conflict, "audit.unsigned",
                file + " holds no checkpoint of its entries: nothing shows that its end is there.");
  return OfflineReport{std::move(*report), found->first, found->last};
}

}  // namespace hotswap::cli
