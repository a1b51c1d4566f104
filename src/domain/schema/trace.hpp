#pragma once
// The traces that only answer yes or no: everything that Explanation notes compiles to nothing.

#include <cstddef>

#include "domain/schema/program.hpp"
#include "domain/schema/subject.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::schema {

/// Stops at the first failure.
struct FastTrace {
  static constexpr bool kExplain = false;
  static constexpr bool kSecrets = false;

  struct Where {
    void enter(NodeId /*node*/) {}
  };
  struct Below {
    explicit Below(Where /*around*/, Keyword /*keyword*/, Token /*token*/ = {},
                   Token /*instance*/ = {}) {}
    [[nodiscard]] Where where() const { return {}; }
  };
  struct Branches {
    Branches(FastTrace& /*trace*/, Where /*where*/) {}
    void begin(std::size_t /*branch*/) {}
    void end(bool /*valid*/) {}
    bool refuse(const Step& /*step*/, const Subject& /*subject*/, Where /*where*/) { return false; }
  };
  struct Silence {
    explicit Silence(FastTrace& /*trace*/) {}
    ~Silence() {}
  };
  [[nodiscard]] static constexpr bool stops() { return true; }
};

/// Stops at the first failure, too, but heeds secrets.
struct GuardedTrace : FastTrace {
  static constexpr bool kSecrets = true;

  explicit GuardedTrace(const PlainView* view) : view_(view) {}
  [[nodiscard]] const PlainView* secrets() const { return view_; }
  [[nodiscard]] static constexpr bool demands_secrets() { return true; }

 private:
  const PlainView* view_;
};

}  // namespace hotswap::schema
