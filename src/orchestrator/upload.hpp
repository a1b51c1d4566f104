#pragma once
// A version on its way into the store.

#include <memory>
#include <optional>
#include <string>

#include "domain/config/profile.hpp"
#include "domain/json/value.hpp"
#include "orchestrator/active_span.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

struct Upload {
  std::optional<SemVer> number;  ///< exactly one of number and bump
  std::optional<Bump> bump;
  json::Value data;
  std::string message;
  bool dry_run = false;  ///< only say what it would be: hash, fingerprints, failures
};
struct Uploaded {
  Version version;
  bool created = true;  ///< false: the same number with the same content was there
};

/// An upload that is judged and goes to the store, without a thread that waits for it.
struct UploadUnderWay {
  UploadUnderWay(Tracer* tracer, const Caller& by, ProfileName of,
                 std::shared_ptr<const Upload> what)
      : parent(by.trace),
        span(tracer, parent, "config.version.upload"),
        caller(by),
        profile(std::move(of)),
        upload(std::move(what)) {
    caller.trace = span.context();
    span.set("hotswap.profile", profile.value);
  }

  const tracing::Context parent;
  ActiveSpan span;
  Caller caller;
  const ProfileName profile;
  const std::shared_ptr<const Upload> upload;
  Version version;
  ChangeSet changes;
  Committer::UnderWay commit;
};

}  // namespace hotswap
