#pragma once
// The numbers that balance false alarms against speed. They were set by simulation (docs/health.md,
// `./dev bench judge`): a change here wants its tables made anew.

#include <chrono>

#include "domain/base/time.hpp"

namespace hotswap::health {

/// Chance that a criterion ever fails a healthy deployment, were the model of traffic exact; shared
/// among the lengths of looks and their blocks. Real traffic is worse than the model.
inline constexpr double kFalseAlarm = 1e-3;
/// Of the intervals that verdicts show.
inline constexpr double kShownAlpha = 1e-3;

/// Blocks of the window and of these parts of it, but never shorter than kShortestBlock.
inline constexpr int kSecondBlock = 4;
inline constexpr int kThirdBlock = 12;
inline constexpr Duration kShortestBlock = std::chrono::seconds(15);

/// A burst of one host is shorter than this; a look must cover it (or half its block).
inline constexpr Duration kSteady = std::chrono::milliseconds(13'500);
/// Where single hosts were in trouble for a while before, a look must cover that often its length,
/// so that most of the better half lies outside; but not more than kMostSteady.
inline constexpr double kTroubleTimes = 1.5;
inline constexpr Duration kMostSteady = std::chrono::seconds(60);
/// A host that pauses for ten seconds (collecting garbage, starting a backup) is slow in three
/// heartbeats of five seconds, whether one was seen before or not.
inline constexpr Duration kLeastPause = std::chrono::seconds(15);
/// Trouble: so many points of errors, or of requests above that many times the p99, more than the
/// instance's own share, and so many of them in a slot.
inline constexpr double kTroubleErrors = 0.025;
inline constexpr double kTroubleSlow = 0.02;
inline constexpr double kTroubleLatency = 1.5;
inline constexpr double kTroubleBad = 5;

/// Time bins whose better half must be bad, too, and how many observations make one.
inline constexpr Duration kBin = std::chrono::milliseconds(4'500);
inline constexpr double kBinObservations = 150;
inline constexpr double kBinValues = 2;
/// Part of the threshold that the better half has to cross.
inline constexpr double kCalmPart = 0.7;

/// Bad observations without which nothing is proven.
inline constexpr double kLeastBad = 5;

/// How far a true share may wander from its reference in a healthy deployment (a standard
/// deviation, as part of the reference): days have cycles, hosts differ. At least kLeastDrift, at
/// most a part of the threshold.
inline constexpr double kBaselineDrift = 0.15;
inline constexpr double kControlDrift = 0.10;
inline constexpr double kTailDrift = 0.4;
inline constexpr double kTailDriftBesideControl = 0.25;
inline constexpr double kLeastDrift = 0.001;
inline constexpr double kDriftOfThreshold = 0.125;
inline constexpr double kTailDriftOfThreshold = 0.3;
/// An incident that hits everybody hits each host differently: of what control is above its before.
inline constexpr double kIncidentDrift = 0.25;

/// What is believed of a share nobody measured: this mean, as firmly as after so many observations.
inline constexpr double kPriorShare = 0.005;
inline constexpr double kPriorStrength = 50;
/// An instance's own past counts beside the fleet's as after so many observations of the fleet.
inline constexpr double kFleetStrength = 200;

/// Weight of the prior "no dispersion" beside what a look measures, in degrees of freedom.
inline constexpr double kDispersionPrior = 3;

/// More of it is a few bursts, which the better half of the time answers better than dividing all
/// evidence by them does.
inline constexpr double kMostDispersion = 4;

/// Before the deployment: an instance this part of the threshold above the others is an outlier.
inline constexpr double kOutlierPart = 0.5;
inline constexpr double kOutlierObservations = 50;
/// Flapping: at least this share of errors or failed checks in a slot, and this many recoveries.
inline constexpr double kFlapErrors = 0.25;
inline constexpr double kFlapChecks = 0.5;
inline constexpr int kFlaps = 2;

/// Custom: values without which a mean says nothing; spread assumed where none was stored.
inline constexpr double kLeastValues = 3;
inline constexpr double kMeanDrift = 0.05;
inline constexpr double kUnknownSpread = 1;

/// A share of requests is slow if it is above the limit: what defines the p99.
inline constexpr double kTail = 0.01;

}  // namespace hotswap::health
