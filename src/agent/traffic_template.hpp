#pragma once
// Files of other programs (nginx, Envoy, a script's environment) that name the live pool, as
// templates:
//
//   upstream pay {
//   {{#if live == "blue"}}
//     server 10.0.0.1:8080;
//   {{else}}
//     server 10.0.0.2:8080;
//   {{/if}}
//   }
//   # {{service}} in {{environment}}: {{live}}, not {{idle}} (generation {{generation}})
//
// A line that holds nothing but a condition's tag leaves no line behind. Conditions nest; they know
// == and !=.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap::agent {

/// What a template may name.
struct TrafficState {
  std::string service;
  std::string environment;
  std::string live;
  std::string idle;
  std::uint64_t generation = 0;
  bool operator==(const TrafficState&) const = default;
};

/// Immutable.
class TrafficTemplate {
 public:
  /// Invalid `template.invalid` with the line of the first mistake.
  [[nodiscard]] static Result<TrafficTemplate> parse(std::string_view text);
  [[nodiscard]] std::string render(const TrafficState& state) const;

 private:
  struct Node {
    enum class Kind { Text, Name, Condition } kind = Kind::Text;
    std::string text;   ///< or the name
    std::string value;  ///< of a condition
    bool equal = true;
    std::vector<Node> then, otherwise;
  };
  class Parser;
  static void render_into(std::string& out, const std::vector<Node>& nodes,
                          const TrafficState& state);

  std::vector<Node> nodes_;
};

}  // namespace hotswap::agent
