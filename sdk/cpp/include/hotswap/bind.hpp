#pragma once
// Whole structs from a configuration. A struct says once which members stand under which names:
//
//   struct Pool {
//     int max = 0;
//     std::chrono::milliseconds timeout{250};
//     std::optional<std::string> label;
//   };
//   template <>
//   inline constexpr auto hotswap::sdk::kFields<Pool> = std::tuple{
//       field("max", &Pool::max).between(1, 1000),  // must be there
//       maybe("timeout", &Pool::timeout),           // may be missing: what the struct says holds
//       field("label", &Pool::label),               // std::optional: may be missing or null
//   };
//
//   auto pool = config.get<Pool>("pool");  // std::expected<Pool, Mistakes>
//
// Members are whatever is Readable or bound: structs, enums, std::vector, std::optional, maps from
// std::string, types made from text. Other members of the document are read over.

#include "hotswap/detail/binder.hpp"
#include "hotswap/fields.hpp"

namespace hotswap::sdk {

/// What can be got beside what is Readable.
template <class T>
concept Bindable = !Readable<T> && detail::kIsBound<T>;

}  // namespace hotswap::sdk
