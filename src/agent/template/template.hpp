#pragma once
// Files of other programs as templates of a configuration:
//
//   pool_size = {{database.poolSize}}
//   {{#if tls.enabled and environment != "Development"}}
//   certificate = {{tls.certificate | default "/etc/ssl/own.pem"}}
//   {{else}}
//   plain = true
//   {{/if}}
//   {{#each servers as server}}
//   server {{server.host}}:{{server.port | default 80}}   # {{@index}}
//   {{else}}
//   # none
//   {{/each}}
//   {{! a comment }} version {{@version}}, whole: {{. | json}}
//
// A line that holds nothing but a #, / or else tag, or a comment, leaves no line behind. Nothing is
// executed, nothing outside of the document is reached. Unknown names are errors. The words of the
// language: docs/agent.md.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/json/value.hpp"

namespace hotswap::agent {

struct TemplateNode;

/// Immutable.
class Template {
 public:
  /// Invalid `template.invalid` with the line of the first mistake.
  [[nodiscard]] static Result<Template> parse(std::string_view text);
  /// `facts` are what stands behind @ (version, profile, …). Errors: Invalid `template.invalid`
  /// with line, name and what there is instead; TooLarge `template.too_large`.
  [[nodiscard]] Result<std::string> render(const json::Value& document,
                                           const json::Value& facts = {}) const;

 private:
  std::shared_ptr<const std::vector<TemplateNode>> nodes_;
};

}  // namespace hotswap::agent
