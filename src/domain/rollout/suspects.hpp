#pragma once
// Which of the changed fields is to blame? The difference of two versions is joined with what went
// wrong: what instances said, which measurements failed, and on whom. A guess with its reasons in
// words, for people who look for the cause; nothing is decided by it. Pure.

#include <map>
#include <string>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/diff/diff.hpp"

namespace hotswap {

/// What an instance said, or the explanation of a verdict.
struct Said {
  enum class Kind { Rejection, Log, Verdict } kind = Kind::Rejection;
  std::string who;  ///< host name, or criterion
  std::string text;
};

/// `zone`, `pool`, `version` of the program, and each label as `label x`.
using Traits = std::map<std::string, std::string>;

struct Symptoms {
  bool errors = false;  ///< the error rate fails
  bool latency = false;
  bool checks = false;
  std::vector<std::string> metrics;  ///< names of custom and query criteria that fail
  std::vector<Said> said;
  std::vector<Traits> failing;  ///< one per failing instance
  std::vector<Traits> fine;     ///< one per other target that runs the version
};

struct Suspect {
  Difference change;
  double score = 0;                  ///< 0 to 1
  std::vector<std::string> reasons;  ///< sentences, strongest first
};

/// All changes but moves, most suspect first. `diff` has its secrets masked: values are quoted.
[[nodiscard]] std::vector<Suspect> rank_suspects(const Diff& diff, const Symptoms& symptoms);

/// What all failing instances (two or more) have in common and the others have not, in sentences.
[[nodiscard]] std::vector<std::string> shared_traits(const Symptoms& symptoms);

/// `{"path","change":"modified","from","to","score","reasons":[…]}`
[[nodiscard]] json::Value to_json(const Suspect& suspect);

}  // namespace hotswap
