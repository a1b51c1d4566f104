#pragma once
// One immutable version of a configuration, with an index of every path. A path joins the members'
// names by dots and counts array items from 0: `pool.max`, `servers.0.host`; "" is the whole
// document. Inside a name, `.` is written `\.`, `\` is `\\`, and an empty name is `\e`.
// All methods may be called from any thread.

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "hotswap/bind.hpp"
#include "hotswap/read.hpp"

namespace hotswap::sdk {

namespace detail {
struct Document;
}

/// Which version this is; empty for a configuration that never came from a server.
struct Identity {
  std::string profile;
  std::string version;
  std::uint64_t generation = 0;
  std::string hash;  ///< SHA-256 of the canonical document, lowercase hexadecimal
  /// Likewise of what this instance got, where that holds secrets: `hash` covers their fingerprints
  /// only. Empty: `hash` covers everything.
  std::string data_hash{};
  std::uint64_t secrets = 0;  ///< grows when a secret that the document refers to has changed

  /// The same bytes, under whatever version and generation.
  [[nodiscard]] bool same_content(const Identity& other) const {
    return hash == other.hash && data_hash == other.data_hash;
  }
  bool operator==(const Identity&) const = default;
};

class Snapshot {
 public:
  /// The value at `path`. Views (std::string_view) live as long as the snapshot.
  template <Readable T>
  [[nodiscard]] std::expected<T, ReadError> get(std::string_view path) const {
    return read<T>(path, detail::hash_path(path));
  }
  template <Readable T>
  [[nodiscard]] std::expected<T, ReadError> get(const Key<T>& key) const {
    return read<T>(key.path(), key.hash());
  }
  /// The value at `path`, or `fallback` if it is missing or of another type.
  template <class T>
    requires Readable<T> || Bindable<T>
  [[nodiscard]] T get_or(std::string_view path, T fallback) const {
    auto value = get<T>(path);
    return value ? *std::move(value) : std::move(fallback);
  }
  template <Readable T>
  [[nodiscard]] T get_or(const Key<T>& key, T fallback) const {
    auto value = get(key);
    return value ? *std::move(value) : std::move(fallback);
  }

  /// A struct, or all that keeps it from being bound: see bind.hpp.
  template <Bindable T>
  [[nodiscard]] std::expected<T, Mistakes> get(std::string_view path) const {
    T value{};
    detail::Binder binder(*this);
    binder.bind_at(path, value);
    if (binder.mistakes().empty()) return value;
    return std::unexpected(std::move(binder.mistakes()));
  }

  [[nodiscard]] bool contains(std::string_view path) const noexcept {
    return find(path, detail::hash_path(path)) != nullptr;
  }
  [[nodiscard]] const Identity& identity() const noexcept { return identity_; }
  /// The JSON text at `path`; empty if nothing stands there.
  [[nodiscard]] std::string json(std::string_view path = "") const;
  /// Whether the same JSON value (or none) stands at `path` in both.
  [[nodiscard]] bool same_at(std::string_view path, const Snapshot& other) const;
  /// A sentence for people: `pool.max holds a string`, `pool.max is missing`.
  [[nodiscard]] std::string explain(std::string_view path, ReadError error) const;

  /// For the library: use Config::from_json.
  Snapshot(std::shared_ptr<const detail::Document> document, Identity identity);
  [[nodiscard]] const std::shared_ptr<const detail::Document>& document() const noexcept {
    return document_;
  }

 private:
  template <class T>
  [[nodiscard]] std::expected<T, ReadError> read(std::string_view path, std::uint64_t hash) const {
    const detail::Node* node = find(path, hash);
    if (node == nullptr) return std::unexpected(ReadError::Missing);
    return detail::read_node<T>(table_, *node);
  }
  [[nodiscard]] const detail::Node* find(std::string_view path, std::uint64_t hash) const noexcept {
    return table_.find(path, hash);
  }

  detail::Table table_;  ///< points into document_
  Identity identity_;
  std::shared_ptr<const detail::Document> document_;
};

}  // namespace hotswap::sdk
