#pragma once
// What the engine's tests share.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "domain/json/parse.hpp"
#include "domain/schema/schema.hpp"

namespace hotswap::schema {

inline json::Value parsed(std::string_view text) {
  auto value = json::parse(text, {.bytes = std::size_t{64} << 20U, .depth = 2000});
  EXPECT_TRUE(value.has_value()) << (value ? "" : value.error().detail) << "\n" << text;
  return value ? *value : json::Value();
}

inline std::shared_ptr<const Schema> compiled(std::string_view text, CompileOptions options = {}) {
  auto schema = Schema::compile(parsed(text), std::move(options));
  EXPECT_TRUE(schema.has_value()) << (schema ? "" : schema.error().detail) << "\n" << text;
  return schema ? *schema : nullptr;
}

/// The first failure's path and message, `$.port: is 70000, …`; empty if valid.
inline std::string first_failure(std::string_view schema, std::string_view document,
                                 const CheckOptions& options = {}) {
  const auto report = compiled(schema)->check(parsed(document), options);
  if (report.valid) return {};
  return report.failures.front().path + ": " + report.failures.front().message;
}

inline Error compile_error(std::string_view text, CompileOptions options = {}) {
  const auto schema = Schema::compile(parsed(text), std::move(options));
  EXPECT_FALSE(schema.has_value()) << text;
  return schema ? Error() : schema.error();
}

}  // namespace hotswap::schema
