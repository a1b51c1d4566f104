// ./dev bench limits [--profiles N] [--instances N] [--deployments N] [store|rollouts]: what the
// specification's limits cost. Prints one table; exit 1 if something could not be measured.

#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <string_view>

#include "perf/limits/limits.hpp"

namespace hotswap::perf {
namespace {

int usage() {
  fmt::print(stderr,
             "usage: bench limits [--profiles N] [--instances N] [--deployments N] "
             "[store|rollouts]\n");
  return 2;
}

bool read_number(std::string_view text, int& number) {
  const auto* end = text.data() + text.size();
  return std::from_chars(text.data(), end, number).ptr == end && number > 0;
}

int run(const Limits& limits, std::string_view what) {
  Rows rows;
  fmt::print("{}\n", machine_text());
  try {
    if (what != "rollouts") std::ranges::move(full_store(limits), std::back_inserter(rows));
    if (what != "store") std::ranges::move(many_deployments(limits), std::back_inserter(rows));
  } catch (const std::exception& error) {
    fmt::print("{}", table_text(rows));
    fmt::print(stderr, "bench limits: {}\n", error.what());
    return 1;
  }
  fmt::print("{}", table_text(rows));
  return 0;
}

int start(const std::vector<std::string_view>& arguments) {
  Limits limits;
  std::string_view what;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto next = i + 1 < arguments.size() ? arguments[i + 1] : std::string_view();
    int* number = arguments[i] == "--profiles"      ? &limits.profiles
                  : arguments[i] == "--instances"   ? &limits.instances
                  : arguments[i] == "--deployments" ? &limits.deployments
                                                    : nullptr;
    if (number != nullptr) {
      if (!read_number(next, *number)) return usage();
      ++i;
    } else if (arguments[i] == "store" || arguments[i] == "rollouts") {
      what = arguments[i];
    } else {
      return usage();
    }
  }
  return run(limits, what);
}

}  // namespace
}  // namespace hotswap::perf

int main(int argc, char** argv) { return hotswap::perf::start({argv + 1, argv + argc}); }
