#pragma once
// Deployments as people see them: plan, start, command, follow.

#include "domain/calendar/calendar.hpp"
#include "domain/fleet/cohort.hpp"
#include "domain/flow/bandwidth.hpp"
#include "domain/ports/steady_time.hpp"
#include "domain/rollout/decide.hpp"
#include "orchestrator/config_service.hpp"
#include "orchestrator/deployment_runner.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

struct StartDeployment {
  ProfileName profile;
  std::string version;               ///< selector, as ConfigService::resolve
  std::optional<Strategy> strategy;  ///< nothing: the profile's own
  TargetSelection targets;
  bool dry_run = false;
  bool force = false;
  OnUnfit on_unfit = OnUnfit::Refuse;  ///< Skip makes the deployment partial
  std::optional<WallTime> start_at;    ///< Planned until then
  std::string reason;
  std::optional<std::string> break_glass{};  ///< why it cannot wait for a second person
};

/// Command of a person; the runner fills in who.
using DeploymentCommand = std::variant<Promote, Pause, Resume, Cancel, Rollback, Approve, Reject>;

class DeploymentService {
 public:
  /// What it works with; all of it outlives the service.
  struct Parts {
    Store& store;
    Committer& committer;
    ConfigService& configs;
    FleetService& fleet;
    DeploymentRunner& runner;
    VersionCache& versions;
    SchemaService& schemas;
    const Clock& clock;
    Random& random;
    /// Windows and freezes; empty: always.
    std::function<Result<Permission>(const Profile&)> may_start{};
    Bandwidth bandwidth{};  ///< for the contents of one deployment
    ApprovalPolicy approvals{};
    Tracer* tracer = nullptr;  ///< null: nobody wants to know
  };
  explicit DeploymentService(const Parts& parts);

  /// Dry run: the deployment with plan, proof and targets in cohort order, nothing saved; neither
  /// the calendar nor a missing way back refuses it. Errors: NotFound version or profile; Conflict
  /// `deployment.no_instances`, `deployment.already_active` (names it), `deployment.version_failed`
  /// and `deployment.version_deprecated` unless forced, `deployment.already_stable` unless forced;
  /// RateLimited `deployment.too_many`. Of schemas: Conflict `deployment.schema_mismatch` when the
  /// version does not satisfy the profile's schema as it is now, unless forced; Conflict
  /// `deployment.unfit_instances` when instances' own schemas refuse it, unless forced or told to
  /// skip them (and always when nobody is left). Of the calendar: Conflict `deployment.frozen`,
  /// `deployment.outside_window`, unless forced with a reason; a scheduled one is asked when it
  /// starts. Conflict `deployment.no_way_back` with every obstacle, unless forced. In pool mode:
  /// Conflict `deployment.no_traffic`, `deployment.empty_pool`, `deployment.traffic_unsettled`.
  /// Where a second person is needed it waits for one, unless the glass is broken, which is a right
  /// of its own (Forbidden) and alarms.
  [[nodiscard]] Result<Deployment> start(const Caller& caller, StartDeployment request);
  /// What the calendar says of a start now.
  [[nodiscard]] Result<Permission> may_start(const ProfileName& name);
  /// For the runner: chooses the targets of a scheduled deployment that is about to start, with all
  /// the checks of start().
  [[nodiscard]] Result<Prepared> prepare_scheduled(const Deployment& deployment);
  [[nodiscard]] Result<Deployment> get(const Caller& caller, const DeploymentId& id);
  [[nodiscard]] Result<Page<Deployment>> list(const Caller& caller, const DeploymentFilter& filter,
                                              const PageRequest& page);
  [[nodiscard]] Result<Deployment> command(const Caller& caller, const DeploymentId& id,
                                           DeploymentCommand command);
  /// Timeline above `after`.
  [[nodiscard]] Result<std::vector<TimelineEvent>> events(const Caller& caller,
                                                          const DeploymentId& id,
                                                          std::uint64_t after, std::size_t limit);

 private:
  [[nodiscard]] Result<Deployment> readable(const Caller& caller, const DeploymentId& id,
                                            Action action);
  [[nodiscard]] Result<Deployment> begin(const Caller& caller, const StartDeployment& request,
                                         Deployment deployment);
  [[nodiscard]] Result<void> store_first(const Caller& caller, const Deployment& deployment);
  [[nodiscard]] Result<void> bring_back(const Deployment& deployment, ChangeSet& changes);
  [[nodiscard]] ChangeSet first_changes(const Caller& caller, const Deployment& deployment);

  // deployment_approvals.cpp
  /// Sets what the deployment needs to know of a second person.
  [[nodiscard]] Result<void> arrange_approval(const Caller& caller, const Profile& profile,
                                              const StartDeployment& request,
                                              Deployment& deployment);

  // deployment_preparing.cpp
  [[nodiscard]] Result<Deployment> prepare(const Caller& caller, const StartDeployment& request);
  [[nodiscard]] Result<void> check_startable(const Deployment& deployment);
  /// The span of one that did not come to be: refused, or only tried.
  void trace_unstarted(const Deployment& deployment, const Error* refused) const;
  [[nodiscard]] Result<Deployment> frozen_meanwhile(const Caller& caller,
                                                    const StartDeployment& request,
                                                    Deployment deployment);
  /// Why it starts although the calendar says no; empty when it does not.
  [[nodiscard]] Result<std::string> check_calendar(const Profile& profile,
                                                   const StartDeployment& request);
  [[nodiscard]] Result<void> check_version(const Profile& profile, const Version& version,
                                           const StartDeployment& request);
  /// The version against the profile's schema.
  [[nodiscard]] Result<void> check_schema(const Profile& profile, const Version& version,
                                          const StartDeployment& request, FleetFit& fit);
  [[nodiscard]] Result<std::optional<SchemaRef>> schema_of(const Profile& profile);

  // deployment_targets.cpp
  /// Targets, fit, plan, proof and pools of the deployment.
  [[nodiscard]] Result<void> arrange(const Profile& profile, const Version& version,
                                     const StartDeployment& request, Deployment& deployment);
  [[nodiscard]] Result<std::vector<Instance>> choose_instances(const Deployment& deployment,
                                                               const TargetSelection& selection);
  /// Makes the instances targets; how they stand to the profile.
  [[nodiscard]] std::vector<Standing> take_targets(const std::vector<Instance>& instances,
                                                   Deployment& deployment);
  /// The same for those whose schemas let them have the version.
  [[nodiscard]] Result<std::vector<Standing>> fit_instances(const Profile& profile,
                                                            const Version& version,
                                                            const StartDeployment& request,
                                                            Deployment& deployment,
                                                            std::vector<Instance>& instances);
  /// check_schema(), as a part of the deployment's trace.
  [[nodiscard]] Result<void> validate(const Profile& profile, const Version& version,
                                      const StartDeployment& request, Deployment& deployment);
  [[nodiscard]] Result<void> choose_pools(const StartDeployment& request, Deployment& deployment);
  [[nodiscard]] Result<void> prove(const Profile& profile, const StartDeployment& request,
                                   std::span<const Standing> standing, Deployment& deployment);

  Store& store_;
  Committer& committer_;
  ConfigService& configs_;
  FleetService& fleet_;
  DeploymentRunner& runner_;
  VersionCache& versions_;
  SchemaService& schemas_;
  const Clock& clock_;
  const SteadyTime time_;
  Random& random_;
  const std::function<Result<Permission>(const Profile&)> may_start_;
  const Bandwidth bandwidth_;
  const ApprovalPolicy approvals_;
  Tracer* const tracer_;
};

}  // namespace hotswap
