#pragma once
#include "domain/json/value.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap {

/// What the kernel knows of this process: memory, threads, open files, its limits, CPU time.
[[nodiscard]] json::Object process_facts();
/// Of the machine: kernel, cores that may be used, memory, load.
[[nodiscard]] json::Object machine_facts();

}  // namespace hotswap
