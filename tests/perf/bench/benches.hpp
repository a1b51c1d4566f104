#pragma once
#include "perf/support/table.hpp"

namespace hotswap::perf {

// Each measures one subject with its yardstick in the same run; throws if it cannot.
[[nodiscard]] Rows bench_sdk();
[[nodiscard]] Rows bench_fanout();
[[nodiscard]] Rows bench_fanout_tls();
[[nodiscard]] Rows bench_storm();
[[nodiscard]] Rows bench_mix();
[[nodiscard]] Rows bench_strategies();
[[nodiscard]] Rows bench_large();
[[nodiscard]] Rows bench_rollback();
[[nodiscard]] Rows bench_get();
[[nodiscard]] Rows bench_tls();
[[nodiscard]] Rows bench_post();
[[nodiscard]] Rows bench_postgres();
[[nodiscard]] Rows bench_uploads();
[[nodiscard]] Rows bench_cluster();
[[nodiscard]] Rows bench_deployments();
[[nodiscard]] Rows bench_idle();
[[nodiscard]] Rows bench_core();
[[nodiscard]] Rows bench_tokens();
[[nodiscard]] Rows bench_schema();
[[nodiscard]] Rows bench_cli();
[[nodiscard]] Rows bench_agent();
[[nodiscard]] Rows bench_secrets();

}  // namespace hotswap::perf
