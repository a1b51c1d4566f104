#pragma once
// Schemas and documents by chance, out of few names and small values, so that they meet often.

#include <random>
#include <string>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::schema::testing {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t end) { return engine_() % end; }
  int between(int from, int to) {
    return from + static_cast<int>(below(static_cast<std::size_t>(to - from + 1)));
  }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

class RandomSchemas {
 public:
  /// `draft` 2020, 2019, 7, 6 or 4.
  RandomSchemas(Chance& chance, int draft) : chance_(chance), draft_(draft) {}

  /// A whole schema with definitions.
  json::Value schema();
  /// The same with something changed, somewhere.
  json::Value mutated(json::Value schema);

 private:
  json::Value subschema(int depth);
  void add_keywords(json::Object& schema, int depth);
  void add_scalar_keyword(json::Object& schema);
  void add_array_keyword(json::Object& schema, int depth);
  void add_object_keyword(json::Object& schema, int depth);
  void add_logic_keyword(json::Object& schema, int depth);
  json::Value list_of_schemas(int depth, int least);
  json::Value map_of_schemas(int depth, const std::vector<std::string>& names);
  json::Value names();
  void mutate(json::Value& schema);

  Chance& chance_;
  int draft_;
};

class RandomDocuments {
 public:
  explicit RandomDocuments(Chance& chance) : chance_(chance) {}

  json::Value any(int depth = 3);
  /// Likely valid under `schema`, whose root is `root`.
  json::Value like(const json::Value& schema, const json::Value& root, int depth = 6);

 private:
  json::Value scalar();
  json::Value object_like(const json::Value& schema, const json::Value& root, int depth);
  json::Value array_like(const json::Value& schema, const json::Value& root, int depth);
  json::Value number_like(const json::Value& schema);
  std::string text_like(const json::Value& schema);

  Chance& chance_;
};

}  // namespace hotswap::schema::testing
