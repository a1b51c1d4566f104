#pragma once
// What these tests share: JSON literals and the paths of mistakes.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {

inline json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  if (!value) ADD_FAILURE() << text << ": " << value.error().detail;
  return value.value_or(json::Value{});
}

/// `path keyword` of every failing field.
template <class T>
std::vector<std::string> mistakes(const Result<T>& result) {
  std::vector<std::string> found;
  if (result) return found;
  for (const auto& field : result.error().fields) found.push_back(field.path + " " + field.keyword);
  return found;
}

using Mistakes = std::vector<std::string>;

}  // namespace hotswap
