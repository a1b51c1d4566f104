#pragma once
// What an object of the server may do: a version number, a tag, the deployments of a profile.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "integration/cluster/history/linearizable.hpp"

namespace hotswap::history {

/// A version number: written once, never changed.
struct VersionModel {
  struct Operation {
    enum class Kind { Upload, Read } kind;
    std::string content;   ///< uploaded or read; empty: read and not there
    bool refused = false;  ///< the number was taken
    bool operator==(const Operation&) const = default;
  };
  struct State {
    std::string content;
    [[nodiscard]] const std::string& text() const { return content; }
  };
  static std::optional<State> after(const State& state, const Operation& op, bool answered);
  static bool only_looks(const Operation& op);  ///< can change nothing, as it was answered
  static std::string text(const Operation& op);
  /// Where an object of these operations may have stood before them; more is allowed.
  static std::vector<State> anywhere(const std::vector<Event<Operation>>& events);
};

/// A tag: names one version or none; moved freely, removed only from the version that it names.
struct TagModel {
  struct Operation {
    enum class Kind { Put, Remove, Read } kind;
    std::string version;   ///< put, removed from, or read; empty: read and not there
    bool refused = false;  ///< remove: it was not there
    bool operator==(const Operation&) const = default;
  };
  struct State {
    std::string version;
    [[nodiscard]] const std::string& text() const { return version; }
  };
  static std::optional<State> after(const State& state, const Operation& op, bool answered);
  static bool only_looks(const Operation& op);  ///< can change nothing, as it was answered
  static std::string text(const Operation& op);
  /// Where an object of these operations may have stood before them; more is allowed.
  static std::vector<State> anywhere(const std::vector<Event<Operation>>& events);
};

/// The deployments of one profile, all of which wait for a person at their first gate: at most one
/// is under way, and only commands end it; a rollback ends by itself some time after its command.
struct DeploymentModel {
  struct Operation {
    enum class Kind { Start, Pause, Resume, Cancel, Rollback, Read } kind;
    std::string deployment;  ///< the id; of a start the one that was given, empty if unknown
    std::string state;       ///< that was read
    bool refused = false;    ///< 409
    std::string reason{};    ///< of the refusal, for people
    bool operator==(const Operation&) const = default;
  };
  /// Where the newest deployment may be: more than one while it begins or is rolled back.
  struct State {
    std::string newest;
    std::set<std::string> in;      ///< Planned, Running, Paused, RollingBack, RolledBack, Cancelled
    std::set<std::string> over{};  ///< older ones
    [[nodiscard]] std::string text() const;
  };
  static std::optional<State> after(const State& state, const Operation& op, bool answered);
  static bool only_looks(const Operation& op);  ///< can change nothing, as it was answered
  static std::string text(const Operation& op);
  /// Where an object of these operations may have stood before them; more is allowed.
  static std::vector<State> anywhere(const std::vector<Event<Operation>>& events);
};

}  // namespace hotswap::history
