#include <fmt/format.h>

#include <algorithm>

#include "cli/apply/plan.hpp"
#include "cli/diff_text.hpp"

namespace hotswap::cli {
namespace {

struct Mark {
  char sign;
  Paint paint;
};

Mark mark_of(Change change) {
  switch (change) {
    case Change::Create:
      return {'+', Paint::Green};
    case Change::Update:
      return {'~', Paint::Yellow};
    case Change::Same:
      return {'=', Paint::Dim};
    case Change::Refused:
      return {'!', Paint::Red};
  }
  return {' ', Paint::Plain};
}

std::string sums(const std::vector<PlanItem>& items) {
  std::string out;
  for (const auto& [change, words] :
       {std::pair{Change::Create, "to create"}, std::pair{Change::Update, "to change"},
        std::pair{Change::Same, "unchanged"}, std::pair{Change::Refused, "refused"}}) {
    const auto count = std::ranges::count(items, change, &PlanItem::change);
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, words);
  }
  const auto deploys =
      std::ranges::count_if(items, [](const auto& item) { return !item.deploys.empty(); });
  if (deploys > 0) out += fmt::format(", {} to deploy", deploys);
  return out + "\n";
}

}  // namespace

json::Value plan_json(const std::vector<PlanItem>& items) {
  json::Array out;
  for (const auto& item : items) {
    json::Object one{{"kind", item.kind},       {"name", item.name},
                     {"file", item.file},       {"change", to_string(item.change)},
                     {"note", item.note},       {"waitsForApproval", item.waits},
                     {"version", item.version}, {"deploy", !item.deploys.empty()}};
    if (!item.diff.is_null()) one.set("diff", item.diff);
    out.emplace_back(std::move(one));
  }
  return out;
}

std::string plan_text(const std::vector<PlanItem>& items, const Terminal& terminal) {
  std::size_t width = 0;
  for (const auto& item : items) width = std::max(width, display_width(item.name));
  std::string out, kind;
  for (const auto& item : items) {
    if (item.kind != kind) {
      kind = item.kind;
      out += terminal.paint(Paint::Bold, kind + "s") + "\n";
    }
    const auto mark = mark_of(item.change);
    auto line = fmt::format("  {} {:<{}}  {}", mark.sign, printable(item.name), width,
                            printable(item.note));
    if (item.change == Change::Refused) line += " (" + printable(item.file) + ")";
    while (line.ends_with(' ')) line.pop_back();
    out += terminal.paint(mark.paint, line) + "\n";
    if (!item.diff.is_null()) out += diff_lines(item.diff, terminal, "      ");
    if (!item.deploys.empty()) {
      out += terminal.paint(Paint::Cyan, "  > deploy " + item.name + ": " + item.deploys) + "\n";
    }
  }
  return out + "\n" + sums(items);
}

}  // namespace hotswap::cli
