#include "orchestrator/fleet_fitness.hpp"

#include "domain/base/limits.hpp"

namespace hotswap {

Result<FleetFitness::Spoken> FleetFitness::ask(const Instance& instance, const Version& version) {
  const auto own = instance.schemas.find(schema_.value);
  if (own == instance.schemas.end()) return Spoken{};
  const auto known = answers_.find({own->second, version.number});
  if (known != answers_.end()) return known->second;
  auto spoken = ask(own->second, version);
  if (spoken) answers_.emplace(std::pair(own->second, version.number), *spoken);
  return spoken;
}

Result<FleetFitness::Spoken> FleetFitness::ask(const std::string& number, const Version& version) {
  Spoken spoken{Answer::Accepts, schema_.value + '@' + number, {}};
  const auto own = SemVer::parse(number);
  if (!own) return Spoken{Answer::Unknown, spoken.schema, own.error().detail};
  auto refusal = verdicts_.refusal({schema_, *own}, version);
  if (!refusal) {
    const ErrorCode code = refusal.error().code;
    if (code != ErrorCode::NotFound && code != ErrorCode::Conflict)
      return std::unexpected(refusal.error());
    return Spoken{Answer::Unknown, spoken.schema,
                  code == ErrorCode::NotFound
                      ? "no such version is registered, so it counts as not spoken"
                      : "it is not approved, so it counts as not spoken"};
  }
  if (!*refusal) return spoken;
  return Spoken{Answer::Refuses, spoken.schema, std::move(**refusal)};
}

namespace {

/// Those that refuse are told before those that are unknown.
void add_examples(FleetFit& fit, std::vector<FleetFit::Unfit> refusing,
                  std::vector<FleetFit::Unfit> unknown) {
  fit.examples = std::move(refusing);
  std::ranges::move(unknown, std::back_inserter(fit.examples));
  if (fit.examples.size() > limits::kErrorsReported) fit.examples.resize(limits::kErrorsReported);
}

}  // namespace

Result<void> judge_fleet(FleetFitness& fitness, const Version& version, bool skip,
                         Candidates& candidates, FleetFit& fit) {
  using Answer = FleetFitness::Answer;
  std::vector<std::size_t> kept;
  std::vector<FleetFit::Unfit> refusing, unknown;
  for (const std::size_t place : candidates.chosen) {
    const Instance& instance = candidates.instances[place];
    auto spoken = fitness.ask(instance, version);
    if (!spoken) return std::unexpected(spoken.error());
    const FleetFit::Unfit example{instance.id, spoken->schema, spoken->message};
    switch (spoken->answer) {
      case Answer::Accepts:
        ++fit.accepting;
        break;
      case Answer::Unknown:
        unknown.push_back(example);
        ++fit.unspoken;
        break;
      case Answer::Unspoken:
        ++fit.unspoken;
        break;
      case Answer::Refuses:
        refusing.push_back(example);
        ++fit.unfit;
        if (skip) continue;
        break;
    }
    kept.push_back(place);
  }
  fit.left_out = skip ? fit.unfit : 0;
  add_examples(fit, std::move(refusing), std::move(unknown));
  candidates.chosen = std::move(kept);
  return {};
}

Result<std::string> rollback_risk(FleetFitness& fitness, VersionCache& versions,
                                  const ProfileName& profile, const Candidates& candidates) {
  std::size_t refusing = 0;
  std::string first;
  for (const std::size_t place : candidates.chosen) {
    const auto& previous = candidates.standing[place].told;
    if (!previous) continue;
    const auto version = versions.get(profile, *previous);
    if (!version) return std::unexpected(version.error());
    const auto spoken = fitness.ask(candidates.instances[place], **version);
    if (!spoken) return std::unexpected(spoken.error());
    if (spoken->answer != FleetFitness::Answer::Refuses) continue;
    if (++refusing == 1)
      first = "version " + previous->str() + ", for which " + spoken->schema + " says " +
              spoken->message;
  }
  if (refusing == 0) return std::string();
  const std::size_t targets = candidates.chosen.size();
  return std::to_string(refusing) + " of " + std::to_string(targets) +
         (targets == 1 ? " target" : " targets") +
         " would refuse what a rollback returns to: " + first;
}

}  // namespace hotswap
