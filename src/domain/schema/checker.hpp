#pragma once
// A document against a program: the fast answer, and the explanation after a no.

#include "domain/schema/program.hpp"
#include "domain/schema/report.hpp"

namespace hotswap::schema {

[[nodiscard]] bool accepts(const Program& program, const json::Value& value);
[[nodiscard]] Report check(const Program& program, const json::Value& value,
                           const CheckOptions& options);

}  // namespace hotswap::schema
