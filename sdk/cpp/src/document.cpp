#include "document.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>

#include "domain/base/time.hpp"
#include "domain/json/decimal.hpp"
#include "hotswap/detail/hash.hpp"

namespace hotswap::sdk::detail {

void append_name(std::string& path, std::string_view name) {
  const auto is_special = [](char c) { return c == '.' || c == '\\'; };
  if (name.empty()) path += "\\e";
  if (std::ranges::none_of(name, is_special)) {
    path += name;
    return;
  }
  for (const char c : name) {
    if (is_special(c)) path += '\\';
    path += c;
  }
}

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 4> kUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};

/// `250ms`, `30s`, `5m`, `2h`, or ISO 8601.
std::optional<std::int64_t> duration_of(std::string_view text) {
  if (text.size() < 2 || text.size() > 32) return std::nullopt;
  if (text.front() == 'P') {
    const auto iso = parse_duration(text);
    return iso ? std::optional(iso->count()) : std::nullopt;
  }
  std::int64_t count = 0;
  const auto [rest, bad] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (bad != std::errc{} || count < 0 || count > 1'000'000'000'000) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  for (const auto& known : kUnits) {
    if (unit == known.name) return count * known.milliseconds;
  }
  return std::nullopt;
}

/// An integer that a uint64 holds and an int64 does not.
std::optional<std::uint64_t> beyond_int64(std::string_view literal) {
  const auto decimal = json::to_decimal(literal);
  if (decimal.negative || !decimal.is_integer() || decimal.point > 20) return std::nullopt;
  std::string text(decimal.digits);
  text.append(static_cast<std::size_t>(decimal.point) - text.size(), '0');
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, value);
  if (done.ec != std::errc() || done.ptr != end) return std::nullopt;
  return value;
}

void describe_number(Node& node, const json::Value& value, const json::Number& number) {
  node.kind = Kind::Number;
  node.real = value.as_double().value_or(0);
  const auto whole = value.as_int();
  node.whole = whole.has_value();
  node.integer = whole.value_or(0);
  if (whole || !(node.real >= 0x1p63 && node.real <= 0x1p64)) return;
  const auto wide = beyond_int64(number.text);
  node.wide = wide.has_value();
  node.integer = static_cast<std::int64_t>(wide.value_or(0));
}

void describe(Node& node, const json::Value& value) {
  if (const auto* flag = value.as_bool()) {
    node.kind = Kind::Bool;
    node.integer = *flag ? 1 : 0;
  } else if (const auto* number = value.as_number()) {
    describe_number(node, value, *number);
  } else if (const auto* text = value.as_string()) {
    node.kind = Kind::String;
    node.text = text->data();
    node.size = static_cast<std::uint32_t>(text->size());
    const auto time = duration_of(*text);
    node.time = time.has_value();
    node.integer = time.value_or(0);
  }
}

/// What an index will hold; paths are longer where names are escaped.
struct Extent {
  std::size_t nodes = 0;
  std::size_t items = 0;
  std::size_t path_bytes = 0;

  void add(const json::Value& value, std::size_t path) {
    ++nodes;
    path_bytes += path;
    if (const auto* object = value.as_object()) {
      items += object->size();
      for (const auto& member : *object) add(member.value, path + 1 + member.name.size());
    } else if (const auto* array = value.as_array()) {
      items += array->size();
      for (const auto& item : *array) add(item, path + 2);
    }
  }
};

class Indexer {
 public:
  /// Room is made at once: a large index that grows by doubling costs more than it is worth.
  Indexer(Document& out, const Extent& extent) : out_(out) {
    out_.nodes.reserve(extent.nodes);
    out_.values.reserve(extent.nodes);
    starts_.reserve(extent.nodes);
    out_.items.reserve(extent.items);
    out_.paths.reserve(std::min(extent.path_bytes, kIndexPathBytes));
  }

  /// False: beyond the limit. Recursion is bounded by the parser's depth limit.
  bool add(const json::Value& value) {
    if (out_.paths.size() + path_.size() > kIndexPathBytes) return false;
    const auto at = out_.nodes.size();
    starts_.push_back(out_.paths.size());
    out_.paths += path_;
    out_.values.push_back(&value);
    out_.nodes.emplace_back().path_size = static_cast<std::uint32_t>(path_.size());
    describe(out_.nodes.back(), value);
    if (const auto* object = value.as_object()) return add_members(at, *object);
    if (const auto* array = value.as_array()) return add_items(at, *array);
    return true;
  }

  void finish() {
    const auto capacity = std::bit_ceil(out_.nodes.size() * 2);
    out_.slots.resize(capacity);
    for (std::size_t i = 0; i < out_.nodes.size(); ++i) {
      auto& node = out_.nodes[i];
      node.path = out_.paths.data() + starts_[i];
      const auto hash = hash_path({node.path, node.path_size});
      auto at = hash & (capacity - 1);
      while (out_.slots[at].node != 0) at = (at + 1) & (capacity - 1);
      out_.slots[at] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(i + 1)};
    }
  }

 private:
  bool add_members(std::size_t at, const json::Object& object) {
    out_.nodes[at].kind = Kind::Object;
    out_.nodes[at].size = static_cast<std::uint32_t>(object.size());
    auto next = reserve_items(at, object.size());
    for (const auto& member : object) {
      const auto before = path_.size();
      out_.items[next++] = static_cast<std::uint32_t>(out_.nodes.size());
      if (at != 0) path_ += '.';
      append_name(path_, member.name);
      if (!add(member.value)) return false;
      path_.resize(before);
    }
    return true;
  }

  /// Room for the items of this node; where it begins.
  std::size_t reserve_items(std::size_t at, std::size_t count) {
    const auto first = out_.items.size();
    out_.nodes[at].integer = static_cast<std::int64_t>(first);
    out_.items.resize(first + count);
    return first;
  }

  bool add_items(std::size_t at, const json::Array& array) {
    out_.nodes[at].kind = Kind::Array;
    out_.nodes[at].size = static_cast<std::uint32_t>(array.size());
    const auto first = reserve_items(at, array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
      const auto before = path_.size();
      if (at != 0) path_ += '.';
      path_ += std::to_string(i);
      out_.items[first + i] = static_cast<std::uint32_t>(out_.nodes.size());
      if (!add(array[i])) return false;
      path_.resize(before);
    }
    return true;
  }

  Document& out_;
  std::string path_;
  std::vector<std::size_t> starts_;
};

}  // namespace

Table Document::table() const {
  return {slots.data(), slots.size() - 1, nodes.data(), items.data()};
}

const json::Value* Document::at(std::string_view path) const {
  const auto* node = table().find(path, hash_path(path));
  return node == nullptr ? nullptr : values[static_cast<std::size_t>(node - nodes.data())];
}

std::expected<std::shared_ptr<const Document>, std::string> make_document(json::Value root) {
  auto document = std::make_shared<Document>();
  document->root = std::move(root);
  Extent extent;
  extent.add(document->root, 0);
  Indexer indexer(*document, extent);
  if (!indexer.add(document->root)) {
    return std::unexpected("its paths together are longer than " +
                           std::to_string(kIndexPathBytes >> 20U) + " MiB");
  }
  indexer.finish();
  return document;
}

const std::shared_ptr<const Document>& empty_document() {
  static const auto kEmpty = *make_document(json::Object{});
  return kEmpty;
}

}  // namespace hotswap::sdk::detail
