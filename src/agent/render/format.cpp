#include "agent/render/format.hpp"

#include <algorithm>
#include <array>

#include "domain/json/write.hpp"
#include "domain/json/write_yaml.hpp"

namespace hotswap::agent {
namespace {

struct Word {
  std::string_view text;
  Format format;
};
constexpr std::array<Word, 6> kWords = {{{"json", Format::Json},
                                         {"yaml", Format::Yaml},
                                         {"yml", Format::Yaml},
                                         {"toml", Format::Toml},
                                         {"env", Format::Env},
                                         {"properties", Format::Properties}}};

}  // namespace

std::optional<Format> format_of_word(std::string_view word) {
  const auto* found = std::ranges::find(kWords, word, &Word::text);
  return found == kWords.end() ? std::nullopt : std::optional(found->format);
}

std::optional<Format> format_of_file(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::nullopt : format_of_word(name.substr(dot + 1));
}

std::string_view to_string(Format format) {
  return std::ranges::find(kWords, format, &Word::format)->text;
}

Result<std::string> render(const json::Value& document, Format format) {
  switch (format) {
    case Format::Json:
      return json::write_pretty(document) + '\n';
    case Format::Yaml:
      return json::write_yaml(document);
    case Format::Toml:
      return toml_text(document);
    case Format::Env:
      return env_text(document);
    case Format::Properties:
      return properties_text(document);
  }
  return std::string();
}

}  // namespace hotswap::agent
