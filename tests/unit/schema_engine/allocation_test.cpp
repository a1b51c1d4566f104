// A valid document costs no allocation, whatever keywords look at it; and threads share a schema.
#include <gtest/gtest.h>
#include <sanitizer/allocator_interface.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "unit/schema_engine/support.hpp"

namespace {

thread_local std::size_t allocations = 0;

#if __has_feature(thread_sanitizer)
// Has operators of its own, which cannot be replaced; it tells of every allocation instead.
[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++allocations; }, [](const volatile void*) {});
#endif

}  // namespace

#if !__has_feature(thread_sanitizer)
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
#endif

namespace hotswap::schema {
namespace {

constexpr std::string_view kSchema = R"({
  "$defs": {"port": {"type":"integer","minimum":1,"maximum":65535},
            "base": {"properties":{"name":{"type":"string","pattern":"^[a-z-]+$"}}}},
  "allOf": [{"$ref":"#/$defs/base"}],
  "required": ["name","port"],
  "properties": {
    "port": {"$ref":"#/$defs/port"},
    "ratio": {"type":"number","multipleOf":0.01,"exclusiveMaximum":1},
    "level": {"enum":["debug","info","warn","error","a","b","c","d","e","f"]},
    "tags": {"type":"array","uniqueItems":true,"items":{"minLength":1},"contains":{"const":"x"}},
    "many": {"uniqueItems":true,"prefixItems":[{"type":"integer"}],"unevaluatedItems":{"type":"integer"}},
    "either": {"oneOf":[{"type":"string"},{"type":"object","minProperties":1}]}},
  "patternProperties": {"^x-": {"type":["string","null"]}},
  "propertyNames": {"maxLength":200},
  "dependentRequired": {"ratio":["level"]},
  "if": {"properties":{"level":{"const":"debug"}}}, "then": {"required":["tags"]},
  "unevaluatedProperties": false})";

constexpr std::string_view kDocument = R"({
  "name": "a-service-with-a-name-longer-than-fits-inside", "port": 8080.0, "ratio": 0.29,
  "level": "debug", "tags": ["x","y","z"],
  "many": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],
  "either": {"k": 1}, "x-a-very-long-name-that-no-short-text-holds": null})";

TEST(Evaluation, OfAValidDocumentAllocatesNothing) {
  const auto schema = compiled(kSchema);
  const auto document = parsed(kDocument);
  ASSERT_TRUE(schema->accepts(document)) << schema->check(document).failures.front().message;
  const auto before = allocations;
  EXPECT_TRUE(schema->accepts(document));
  EXPECT_TRUE(schema->check(document).valid);
  EXPECT_EQ(allocations, before);
}

TEST(Evaluation, IsSharedByManyThreads) {
  const auto schema = compiled(kSchema);
  const auto good = parsed(kDocument);
  const auto bad = parsed(R"({"name":"UPPER","port":0,"other":1})");
  const auto failures = schema->check(bad).failures;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        if (!schema->accepts(good) || schema->check(bad).failures != failures) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace hotswap::schema
