#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {

void Where::add(std::string_view condition, Param value) {
  const auto placeholder = bind(value);
  std::string text(condition);
  for (auto at = text.find('?'); at != std::string::npos; at = text.find('?', at + 1)) {
    text.replace(at, 1, placeholder);
  }
  add_fixed(text);
}

void Where::add_fixed(std::string_view condition) {
  clause_ += clause_.empty() ? " WHERE " : " AND ";
  clause_ += condition;
}

void Where::add_label(std::string_view column, std::string_view labels, const std::string& key,
                      const std::string& value) {
  if (key.empty()) return;
  std::string condition(column);
  condition.append(" IN (").append(labels).append(" WHERE key = " + bind(key));
  if (!value.empty()) condition += " AND value = " + bind(value);
  add_fixed(condition + ")");
}

std::string Where::bind(Param value) {
  params_.push_back(value);
  return "$" + std::to_string(params_.size());
}

std::string like_anywhere(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  pattern += '%';
  return pattern;
}

}  // namespace hotswap::sql
