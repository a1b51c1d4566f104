#include "cli/definitions/manual.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hotswap::cli {
namespace {

struct Rune {
  char32_t value = 0;
  std::size_t length = 1;
};

/// The UTF-8 character at `at`; help texts are our own and well-formed.
Rune rune_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length && at + i < text.size(); ++i) {
    value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {value, length};
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

/// What stands for the value: choices if they are few words, else the kind.
std::string value_of(const OptionSpec& option) {
  if (option.choices.empty()) return italic(option.value);
  std::string out;
  for (const auto& choice : option.choices) out += (out.empty() ? "" : "|") + bold(choice);
  return out;
}

std::string positional_word(const OptionSpec& option) {
  auto out = option.choices.empty() ? italic(upper(option.positional)) : value_of(option);
  if (option.repeats) out += " .\\|.\\|.";
  return option.required ? out : "[" + out + "]";
}

bool has_flags(const CommandSpec& spec) {
  return std::ranges::any_of(spec.options, [](const auto& one) { return !one.names.empty(); });
}

std::string synopsis(const CommandSpec& spec, const std::string& words) {
  auto out = bold(words);
  for (const auto& option : spec.options) {
    if (option.positional.empty() && option.required && option.takes_value()) {
      out += " " + bold(option.names.back()) + " " + value_of(option);
    }
  }
  if (has_flags(spec)) out += " [" + italic("OPTION") + " .\\|.\\|.]";
  for (const auto* option : spec.positionals()) out += " " + positional_word(*option);
  return out + "\n";
}

/// A help text as the beginning of a sentence.
std::string sentence(std::string text) {
  if (!text.empty()) text.replace(0, 1, upper(text.substr(0, 1)));
  return text;
}

std::string option_item(const OptionSpec& option) {
  std::string out = ".TP\n";
  if (option.names.empty()) {
    out += italic(upper(option.positional));
  } else {
    for (std::size_t i = 0; i < option.names.size(); ++i) {
      out += (i == 0 ? "" : ", ") + bold(option.names[i]);
    }
    if (option.takes_value()) out += " " + value_of(option);
  }
  out += "\n";
  auto help = option.help;
  std::ranges::replace(help, '\n', ' ');
  if (help.empty()) help = option.value;
  if (!option.fallback.empty()) help += " (default: " + option.fallback + ")";
  if (option.required && !option.names.empty()) help += " (required)";
  return out + roff(sentence(std::move(help))) + "\n";
}

std::string options_text(const CommandSpec& spec) {
  std::string out;
  for (const auto& option : spec.options) {
    if (!option.named("--help")) out += option_item(option);
  }
  return out;
}

/// Every verb that can be run at or below `spec`, with all its words.
void add_synopses(const CommandSpec& spec, const std::string& words, std::string& out) {
  if (!spec.needs_command) {
    out += (out.empty() ? "" : ".br\n") + synopsis(spec, words);
  }
  for (const auto& command : spec.commands) {
    if (!command.hidden) add_synopses(command, words + " " + command.name, out);
  }
}

void add_sections(const CommandSpec& spec, const std::string& words, std::string& out) {
  for (const auto& command : spec.commands) {
    if (command.hidden) continue;
    const auto full = words + " " + command.name;
    out += ".SS \"" + roff(full) + "\"\n" + roff(sentence(command.help)) + ".\n" +
           options_text(command);
    add_sections(command, full, out);
  }
}

std::string head(const std::string& page, const std::string& version, const std::string& what) {
  return fmt::format(".TH {} 1 \"\" \"hotswap {}\" \"HotSwap\"\n.SH NAME\n{} \\- {}\n",
                     roff(upper(page)), roff(version), roff(page), roff(what));
}

std::string lines_as_paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (!line.empty()) out += (line.front() == ' ' ? "" : ".PP\n") + roff(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

constexpr std::string_view kGlobals =
    ".SH GLOBAL OPTIONS\nThe options of\n.BR hotswap (1),\nsuch as\n.BR \\-\\-server ,\n"
    ".B \\-\\-context\nand\n.BR \\-\\-output ,\nmay stand here as well.\n";

std::string verb_page(const CommandSpec& verb, const std::string& version) {
  std::string synopses;
  add_synopses(verb, "hotswap " + verb.name, synopses);
  auto out = head("hotswap-" + verb.name, version, verb.help) + ".SH SYNOPSIS\n" + synopses;
  out += ".SH DESCRIPTION\n" + roff(sentence(verb.help)) + ".\n";
  if (const auto options = options_text(verb); !options.empty()) out += ".SH OPTIONS\n" + options;
  std::string sections;
  add_sections(verb, "hotswap " + verb.name, sections);
  if (!sections.empty()) out += ".SH COMMANDS\n" + sections;
  return out + std::string(kGlobals) + ".SH SEE ALSO\n.BR hotswap (1)\n";
}

std::string program_page(const CommandSpec& root, const std::string& version) {
  auto out = head("hotswap", version, "move configuration versions safely to running instances");
  out += ".SH SYNOPSIS\n" + bold("hotswap") + " [" + italic("OPTION") + " .\\|.\\|.] " +
         italic("COMMAND") + " .\\|.\\|.\n";
  out += ".SH DESCRIPTION\n" + roff(root.help) + "\n.SH COMMANDS\n";
  std::string also;
  for (const auto& command : root.commands) {
    if (command.hidden) continue;
    out += ".TP\n.BR hotswap\\-" + roff(command.name) + " (1)\n" + roff(sentence(command.help)) +
           ".\n";
    also += fmt::format("{}.BR hotswap\\-{} (1)", also.empty() ? "" : ",\n", roff(command.name));
  }
  out += ".SH OPTIONS\n" + options_text(root);
  if (!root.footer.empty()) out += ".SH NOTES\n" + lines_as_paragraphs(root.footer);
  return out + ".SH SEE ALSO\n" + also + "\n";
}

}  // namespace

std::string roff(std::string_view text) {
  std::string out;
  bool line_starts = true;
  for (std::size_t at = 0; at < text.size();) {
    const auto rune = rune_at(text, at);
    const char c = text[at];
    at += rune.length;
    if (line_starts && (c == '.' || c == '\'')) out += "\\&";
    line_starts = c == '\n';
    if (rune.length > 1) {
      out += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(rune.value));
    } else if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '"') {
      out += "\\(dq";
    } else if (c == '\'') {
      out += "\\(aq";
    } else {
      out += c;
    }
  }
  return out;
}

std::map<std::string, std::string> manual_pages(const CommandSpec& root,
                                                const std::string& version) {
  std::map<std::string, std::string> out{{"hotswap.1", program_page(root, version)}};
  for (const auto& command : root.commands) {
    if (!command.hidden) out["hotswap-" + command.name + ".1"] = verb_page(command, version);
  }
  return out;
}

}  // namespace hotswap::cli
