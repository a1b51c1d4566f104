#include "orchestrator/schema_impact.hpp"

#include "domain/json/parse.hpp"
#include "orchestrator/schema_check.hpp"

namespace hotswap {
namespace {

constexpr std::string_view kProduction = "Production";

constexpr std::size_t kFailuresShown = 3;

struct Candidate {
  ProfileName profile;
  SemVer number;
  std::string hash;
  bool live = false;
  bool stable = false;
};

/// `deprecated` says that nobody should use it.
bool tagged_by_a_person(const Version& version) {
  return std::ranges::any_of(version.tags,
                             [](const std::string& tag) { return tag != "deprecated"; });
}

Candidate candidate_of(const Profile& profile, const Version& version) {
  const bool live = profile.stable == version.number;
  return {profile.name, version.number, version.hash, live, live || tagged_by_a_person(version)};
}

/// The newest ones; the live one even if it is older.
Result<void> gather(Store& store, const Profile& profile, std::vector<Candidate>& candidates) {
  PageRequest request{.limit = limits::kPageMax, .cursor = {}};
  bool live_seen = !profile.stable;
  for (std::size_t count = 0; count < limits::kRevalidated;) {
    auto page = store.versions(profile.name, request);
    if (!page) return std::unexpected(page.error());
    for (const Version& version : page->items) {
      candidates.push_back(candidate_of(profile, version));
      live_seen = live_seen || candidates.back().live;
    }
    count += page->items.size();
    if (page->next_cursor.empty()) return {};
    request.cursor = std::move(page->next_cursor);
  }
  if (live_seen) return {};
  auto live = store.version(profile.name, *profile.stable);
  if (!live) return std::unexpected(live.error());
  candidates.push_back(candidate_of(profile, *live));
  return {};
}

void stable_first(std::vector<Candidate>& candidates) {
  std::vector<Candidate> sorted;
  for (const bool stable : {true, false})
    for (Candidate& candidate : candidates)
      if (candidate.stable == stable) sorted.push_back(std::move(candidate));
  candidates = std::move(sorted);
}

Result<schema::Report> revalidate(Store& store, const OpenVersion& open,
                                  const schema::Schema& schema, const Candidate& candidate) {
  auto version = store.version(candidate.profile, candidate.number);
  if (!version) return std::unexpected(version.error());
  auto document = open(*version);
  // Nobody can open it now: what is sealed may be anything.
  if (!document) document = parse_version(*version);
  if (!document) return std::unexpected(document.error());
  return check_document(schema, *document, kFailuresShown);
}

std::string count_of(std::size_t count, std::size_t of) {
  return std::to_string(count) + " of " + std::to_string(of) + " stored " +
         (of == 1 ? "version" : "versions");
}

std::string summary_of(const SchemaImpact& impact, bool breaking) {
  if (impact.checked == 0) return {};
  if (impact.failing_count == 0) {
    const std::string all = impact.checked == 1 ? "the one stored version still validates"
                                                : "all " + std::to_string(impact.checked) +
                                                      " stored versions still validate";
    return breaking ? "theoretical only: " + all : all;
  }
  std::string text = count_of(impact.failing_count, impact.checked) + " would fail";
  const auto live = std::ranges::find(impact.failing, true, &SchemaImpact::Failing::live);
  if (live != impact.failing.end())
    text += ", " + live->profile.value + " " + live->version.str() + " (live) among them";
  return text;
}

}  // namespace

Result<SchemaImpact> study_impact(Store& store, const OpenVersion& open,
                                  const schema::Schema& schema,
                                  const std::vector<Profile>& linked) {
  SchemaImpact impact;
  impact.profiles = linked.size();
  std::vector<Candidate> candidates;
  for (const Profile& profile : linked)
    if (auto done = gather(store, profile, candidates); !done) return std::unexpected(done.error());
  stable_first(candidates);
  if (candidates.size() > limits::kRevalidatedInAll) candidates.resize(limits::kRevalidatedInAll);
  std::map<std::string, schema::Report> by_content;
  for (const Candidate& candidate : candidates) {
    auto known = by_content.find(candidate.hash);
    if (known == by_content.end()) {
      auto report = revalidate(store, open, schema, candidate);
      // Deleted meanwhile, with its profile.
      if (!report && report.error().code == ErrorCode::NotFound) continue;
      if (!report) return std::unexpected(report.error());
      known = by_content.emplace(candidate.hash, std::move(*report)).first;
    }
    ++impact.checked;
    if (known->second.valid) continue;
    ++impact.failing_count;
    if (impact.failing.size() < limits::kErrorsReported)
      impact.failing.push_back({candidate.profile, candidate.number, candidate.live,
                                candidate.stable, known->second.failures});
  }
  return impact;
}

bool used_in_production(const std::vector<Profile>& linked) {
  return std::ranges::find(linked, kProduction, &Profile::environment) != linked.end();
}

const SchemaImpact::Failing* failing_in_production(const SchemaImpact& impact,
                                                   const std::vector<Profile>& linked) {
  const auto found = std::ranges::find_if(impact.failing, [&](const auto& failing) {
    const auto profile = std::ranges::find(linked, failing.profile, &Profile::name);
    return failing.live && profile != linked.end() && profile->environment == kProduction;
  });
  return found == impact.failing.end() ? nullptr : &*found;
}

SchemaImpact shown_to(const Principal& reader, const std::vector<Profile>& linked,
                      SchemaImpact impact, bool breaking) {
  std::set<ProfileName> readable;
  for (const Profile& profile : linked)
    if (authorize(reader, Action::VersionRead, &profile.access)) readable.insert(profile.name);
  std::erase_if(impact.failing, [&](const SchemaImpact::Failing& failing) {
    return !readable.contains(failing.profile);
  });
  impact.summary = summary_of(impact, breaking);
  return impact;
}

}  // namespace hotswap
