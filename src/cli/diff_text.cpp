#include "cli/diff_text.hpp"

#include <fmt/format.h>

#include "cli/answer.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/plain_view.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kMostShown = 200;  ///< bytes of one value

/// A secret says where it is kept, never what it is.
std::string short_value(const json::Value* value) {
  if (value == nullptr) return {};
  if (is_secret_marker(*value)) {
    const auto reference = text_at(*value, "ref");
    return reference.empty() ? "(secret)" : "(secret " + reference + ")";
  }
  return fit(printable(json::write(*value)), kMostShown);
}

std::string changed_value(const json::Value& item, const Terminal& terminal) {
  const auto from = short_value(item.find("from"));
  const auto to = short_value(item.find("to"));
  if (from == "(secret)" && to == from) return "(secret) changed, or is not readable here";
  return terminal.paint(Paint::Red, from) + " → " + terminal.paint(Paint::Green, to);
}

}  // namespace

std::string diff_lines(const json::Value& diff, const Terminal& terminal,
                       const std::string& indent) {
  std::string out;
  const auto add = [&](const std::string& line) { out += indent + line + "\n"; };
  const auto side = [&](Paint paint, char sign, const json::Value& item) {
    add(terminal.paint(paint, fmt::format("{} {}  {}", sign, text_at(item, "path"),
                                          short_value(item.find("value")))));
  };
  for (const auto& item : items_at(diff, "removed")) side(Paint::Red, '-', item);
  for (const auto& item : items_at(diff, "added")) side(Paint::Green, '+', item);
  for (const auto& item : items_at(diff, "modified")) {
    add(terminal.paint(Paint::Yellow, "~ " + text_at(item, "path") + "  ") +
        changed_value(item, terminal));
  }
  for (const auto& item : items_at(diff, "moved")) {
    add(terminal.paint(Paint::Cyan,
                       fmt::format("> {} → {}", text_at(item, "fromPath"), text_at(item, "path"))));
  }
  return out;
}

std::string paint_unified(std::string_view text, const Terminal& terminal) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    auto paint = Paint::Plain;
    if (line.starts_with("@@")) paint = Paint::Cyan;
    if (line.starts_with('+')) paint = Paint::Green;
    if (line.starts_with('-')) paint = Paint::Red;
    // Elsewhere than on a terminal it is a patch, byte by byte.
    out += terminal.paint(paint, terminal.live() ? printable(line) : std::string(line)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace hotswap::cli
