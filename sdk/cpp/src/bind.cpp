#include "hotswap/bind.hpp"

#include <array>
#include <charconv>

#include "document.hpp"
#include "hotswap/snapshot.hpp"

namespace hotswap::sdk {
namespace {

constexpr std::size_t kShown = 10;
constexpr std::size_t kValueBytes = 40;

std::string number_words(auto value) {
  std::array<char, 32> text{};
  const auto [end, bad] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), bad == std::errc{} ? end : text.data()};
}

}  // namespace

std::string Mistake::text() const {
  return (path.empty() ? "the document" : path) + " " + found + ", " + expected + " is expected";
}

std::string Mistakes::text() const {
  std::string line;
  for (std::size_t i = 0; i < all.size() && i < kShown; ++i) {
    if (i > 0) line += "; ";
    line += all[i].text();
  }
  const auto rest = all.size() + more - std::min(all.size(), kShown);
  if (rest > 0) line += "; and " + std::to_string(rest) + " more";
  return line;
}

namespace detail {
namespace {

struct Unit {
  std::string_view name;
  double milliseconds;
};
constexpr std::array<Unit, 3> kUnits{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};

}  // namespace

std::string words(std::int64_t value) { return number_words(value); }
std::string words(std::uint64_t value) { return number_words(value); }
std::string words(double value) { return number_words(value); }

std::string words_of_milliseconds(double value) {
  for (const auto& unit : kUnits) {
    const double count = value / unit.milliseconds;
    if (count >= 1 && count == static_cast<double>(static_cast<std::int64_t>(count)))
      return words(static_cast<std::int64_t>(count)).append(unit.name);
  }
  return words(value) + "ms";
}

std::string words_of_integer(std::size_t bits, bool is_signed) {
  return (is_signed ? "an integer of " : "an unsigned integer of ") + std::to_string(bits) +
         " bits";
}

std::string_view kind_words(const Node& node) {
  static constexpr std::array<std::string_view, 6> kKinds{"null",     "a boolean", "a number",
                                                          "a string", "an array",  "an object"};
  return kKinds[static_cast<std::size_t>(node.kind)];
}

Binder::Binder(const Snapshot& snapshot)
    : snapshot_(snapshot), table_(snapshot.document()->table()) {}

const Node* Binder::find(std::string_view path) const { return table_.find(path, hash_path(path)); }

const Node* Binder::member(const Node& object, std::string_view name) const {
  std::string path(object.path, object.path_size);
  if (&object != table_.nodes) path += '.';  // the first one is the document
  append_name(path, name);
  return find(path);
}

const Node& Binder::child(const Node& parent, std::uint32_t index) const {
  return table_.nodes[table_.items[static_cast<std::size_t>(parent.integer) + index]];
}

std::string Binder::name_of(const Node& object, const Node& member) const {
  std::string_view escaped(member.path, member.path_size);
  escaped.remove_prefix(object.path_size + (&object == table_.nodes ? 0U : 1U));
  std::string name;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '\\' && ++i < escaped.size() && escaped[i] == 'e') continue;
    name += escaped[i];
  }
  return name;
}

void Binder::missing(std::string_view path, std::string expected) {
  add(std::string(path), "is missing", std::move(expected));
}

void Binder::missing_member(const Node& object, std::string_view name, std::string expected) {
  std::string path(object.path, object.path_size);
  if (&object != table_.nodes) path += '.';
  append_name(path, name);
  add(std::move(path), "is missing", std::move(expected));
}

// A text that is no duration is not repeated, since it may be a secret.
void Binder::wrong(const Node& node, ReadError error, std::string expected) {
  const std::string path(node.path, node.path_size);
  std::string found = "holds " + std::string(kind_words(node));
  if (error == ReadError::OutOfRange && (node.kind == Kind::Number || node.time))
    found = "is " + snapshot_.json(path).substr(0, kValueBytes);
  add(path, std::move(found), std::move(expected));
}

void Binder::unknown_name(const Node& node, std::string expected) {
  const std::string path(node.path, node.path_size);
  const bool short_text = node.kind == Kind::String && node.size <= kValueBytes;
  add(path, short_text ? "is " + snapshot_.json(path) : "holds " + std::string(kind_words(node)),
      std::move(expected));
}

void Binder::threw(const Node& node, std::string_view words) {
  add(std::string(node.path, node.path_size),
      "holds a string for which kFromText threw: " + std::string(words), "another string");
}

void Binder::add(std::string path, std::string found, std::string expected) {
  if (mistakes_.all.size() == Mistakes::kKept) {
    ++mistakes_.more;
    return;
  }
  mistakes_.all.push_back({std::move(path), std::move(found), std::move(expected)});
}

}  // namespace detail
}  // namespace hotswap::sdk
