#pragma once
#include <stdexcept>
#include <string>

#include "domain/base/error.hpp"

namespace hotswap::perf {

/// A benchmark that cannot measure says why and ends; main prints it.
[[noreturn]] inline void give_up(const std::string& what) { throw std::runtime_error(what); }

/// The value, or the end of this benchmark.
template <class T>
T must(Result<T> result, const std::string& what) {
  if (!result) give_up(what + ": " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace hotswap::perf
