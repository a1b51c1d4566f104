#include "cli/definitions/complete.hpp"

#include <algorithm>

namespace hotswap::cli {
namespace {

/// Values that are always the same, of kinds that stand on several verbs.
const std::map<std::string, std::vector<std::string>, std::less<>>& fixed_values() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> kValues = {
      {kind::kEnvironment, {"Development", "Staging", "Production"}},
      {kind::kStrategy, {"Canary", "BlueGreen", "Rolling", "Direct", "Linear", "Exponential"}},
      {kind::kRole, {"Admin", "Operator", "Developer", "Viewer", "Instance"}},
      {kind::kDeploymentState,
       {"Planned", "Running", "Paused", "RollingBack", "Succeeded", "RolledBack", "Failed",
        "Cancelled"}},
      {kind::kStatus, {"Healthy", "Degraded", "Removed"}},
      {kind::kCompatibility,
       {"NONE", "BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE",
        "FULL_TRANSITIVE"}}};
  return kValues;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

/// Reads the words one by one, as the parser would.
class Reader {
 public:
  explicit Reader(const CommandSpec& root) : path_{&root} {}

  void read(const std::string& word) {
    if (pending_ != nullptr) {
      give(*pending_, word);
      pending_ = nullptr;
    } else if (!only_words_ && word == "--") {
      only_words_ = true;
    } else if (!only_words_ && word.starts_with("-") && word.size() > 1) {
      read_option(word);
    } else {
      read_word(word);
    }
  }

  [[nodiscard]] Completion answer(const std::string& last) {
    out_.typed = last;
    if (pending_ != nullptr) {
      offer_values(*pending_);
    } else if (const auto equals = last.find('='); last.starts_with("--") && equals != last.npos) {
      out_.typed = last.substr(equals + 1);
      if (const auto* option = find(last.substr(0, equals))) offer_values(*option);
    } else if (last.starts_with("-") && !only_words_) {
      offer_options();
    } else {
      offer_words();
    }
    std::erase_if(out_.candidates,
                  [&](const auto& one) { return !one.value.starts_with(out_.typed); });
    return std::move(out_);
  }

 private:
  [[nodiscard]] const CommandSpec& here() const { return *path_.back(); }

  /// Options of a group and of the program may stand behind its verbs as well.
  [[nodiscard]] const OptionSpec* find(std::string_view name) const {
    for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
      if (const auto* option = (*at)->option(name)) return option;
    }
    return nullptr;
  }

  void give(const OptionSpec& option, std::string value) {
    if (!option.names.empty()) out_.options[option.names.back()] = std::move(value);
  }

  void read_option(const std::string& word) {
    const auto equals = word.find('=');
    const auto* option = find(word.substr(0, equals));
    if (option == nullptr) return;
    if (!option->takes_value()) {
      give(*option, "true");
    } else if (equals != std::string::npos) {
      give(*option, word.substr(equals + 1));
    } else {
      pending_ = option;
    }
  }

  void read_word(const std::string& word) {
    const auto* next = out_.positionals.empty() ? here().command(word) : nullptr;
    if (next == nullptr) {
      out_.positionals.push_back(word);
    } else {
      path_.push_back(next);
    }
  }

  void offer_values(const OptionSpec& option) {
    auto values = option.choices;
    const auto fixed = fixed_values().find(option.value);
    if (values.empty() && fixed != fixed_values().end()) values = fixed->second;
    for (auto& value : values) out_.candidates.push_back({std::move(value), {}});
    if (out_.candidates.empty()) out_.ask = option.value;
  }

  void offer_options() {
    for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
      for (const auto& option : (*at)->options) {
        if (option.names.empty()) continue;
        const auto& name = option.names.back();
        if (out_.options.contains(name) && !option.repeats) continue;
        out_.candidates.push_back({name, std::string(first_line(option.help))});
      }
    }
  }

  void offer_words() {
    if (out_.positionals.empty()) {
      for (const auto& command : here().commands) {
        if (!command.hidden) {
          out_.candidates.push_back({command.name, std::string(first_line(command.help))});
        }
      }
    }
    const auto wanted = here().positionals();
    if (wanted.empty()) return;
    const auto index = std::min(out_.positionals.size(), wanted.size() - 1);
    if (index == out_.positionals.size() || wanted[index]->repeats) offer_values(*wanted[index]);
  }

  std::vector<const CommandSpec*> path_;
  const OptionSpec* pending_ = nullptr;
  bool only_words_ = false;
  Completion out_;
};

bool cuts(const std::string& word) { return word == "=" || word == ":" || word == "@"; }

}  // namespace

Completion complete(const CommandSpec& root, const std::vector<std::string>& words) {
  Reader reader(root);
  if (words.empty()) return reader.answer({});
  for (std::size_t i = 0; i + 1 < words.size(); ++i) reader.read(words[i]);
  return reader.answer(words.back());
}

std::vector<std::string> glued(const std::vector<std::string>& words, std::string& lead) {
  std::vector<std::string> out;
  bool open = false;  // the last word goes on
  lead.clear();
  for (const auto& word : words) {
    const bool joins = !out.empty() && (cuts(word) || open);
    if (joins) {
      // A cutting word that is the last one is itself replaced by nothing.
      lead = cuts(word) ? out.back() + word : out.back();
      out.back() += word;
    } else {
      lead.clear();
      out.push_back(word);
    }
    open = cuts(word);
  }
  return out;
}

}  // namespace hotswap::cli
