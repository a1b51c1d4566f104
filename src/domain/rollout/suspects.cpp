#include "domain/rollout/suspects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/base/utf8.hpp"
#include "domain/json/path.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kQuoteBytes = 120;

/// Words that many fields are called by: alone they point at nothing.
constexpr std::string_view kCommon[] = {"value", "name", "type",    "data",  "config",  "settings",
                                        "items", "id",   "enabled", "key",   "default", "max",
                                        "min",   "mode", "service", "level", "version", "options"};
constexpr std::string_view kOfLatency[] = {
    "timeout", "latency", "delay",   "pool",     "connection", "connections",
    "limit",   "limits",  "max",     "min",      "size",       "thread",
    "threads", "worker",  "workers", "queue",    "batch",      "cache",
    "ttl",     "retry",   "retries", "backoff",  "interval",   "concurrency",
    "buffer",  "rate",    "memory",  "deadline", "parallelism"};
constexpr std::string_view kOfErrors[] = {
    "url",     "uri",      "host",     "port",    "endpoint", "address",    "path",
    "key",     "token",    "password", "user",    "secret",   "credential", "credentials",
    "timeout", "limit",    "retry",    "retries", "enabled",  "feature",    "flag",
    "mode",    "database", "region",   "protocol"};
constexpr std::string_view kOfChecks[] = {"port", "host", "address",     "url",    "health",
                                          "tls",  "cert", "certificate", "listen", "bind"};

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// ` pool max connections ` for `pool.maxConnections` and `pool/max_connections` alike.
std::string words_of(std::string_view text) {
  std::string out = " ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_alnum(c)) {
      if (out.back() != ' ') out += ' ';
      continue;
    }
    const bool hump = is_upper(c) && i > 0 && is_alnum(text[i - 1]) && !is_upper(text[i - 1]);
    if (hump) out += ' ';
    out += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

bool has_word(const std::string& words, auto const& list) {
  return std::ranges::any_of(
      list, [&](std::string_view word) { return words.contains(" " + std::string(word) + " "); });
}

bool is_common(const std::string& words) {
  return words.size() < 6 ||
         std::ranges::any_of(
             kCommon,
             [&](std::string_view word) { return words == " " + std::string(word) + " "; });
}

std::string shown(const json::Value& value) {
  const std::string text = json::write(value);
  const std::string cut = clip_utf8(text, 60);
  return cut.size() < text.size() ? cut + "…" : cut;
}

std::string quoted(const Said& said) {
  const std::string cut = clip_utf8(said.text, kQuoteBytes);
  return "“" + cut + (cut.size() < said.text.size() ? "…”" : "”");
}

std::string speaker(const Said& said) {
  switch (said.kind) {
    case Said::Kind::Rejection:
      return said.who + " refused it:";
    case Said::Kind::Log:
      return said.who + " logged";
    case Said::Kind::Verdict:
      return "the verdict of " + said.who + " says";
  }
  return said.who;
}

/// Collects reasons; each lowers what is left to doubt.
class Case {
 public:
  void add(double weight, std::string reason) { found_.emplace_back(weight, std::move(reason)); }
  [[nodiscard]] Suspect closed(const Difference& change) {
    std::ranges::sort(found_, std::ranges::greater{});
    double doubt = 0.98;
    Suspect suspect{change, 0, {}};
    for (auto& [weight, reason] : found_) {
      doubt *= 1 - weight;
      suspect.reasons.push_back(std::move(reason));
    }
    suspect.score = std::round((1 - doubt) * 100) / 100;
    return suspect;
  }

 private:
  std::vector<std::pair<double, std::string>> found_;
};

/// A change with its names as words.
struct Field {
  const Difference& change;
  std::string last, whole;
  std::vector<std::string> parents;
  explicit Field(const Difference& of) : change(of), whole(words_of(of.path)) {
    const auto tokens = json::pointer_tokens(of.pointer).value_or(std::vector<std::string>{});
    for (const std::string& token : tokens)
      if (!json::pointer_index(token)) parents.push_back(words_of(token));
    if (parents.empty()) return;
    last = parents.back();
    parents.pop_back();
  }
};

/// A text or number that stands out enough to be recognised, as words; else empty.
std::string telling(const json::Value& value) {
  if (const auto* text = value.as_string(); text != nullptr && text->size() >= 3)
    return words_of(text->view());
  const auto* number = value.as_number();
  return number != nullptr && number->text.size() >= 2 ? words_of(number->text.view())
                                                       : std::string();
}

bool says(const std::string& heard, const std::string& words) {
  return words.size() > 2 && heard.contains(words);
}

void weigh_mentions(const Field& field, const Symptoms& symptoms, Case& found) {
  const std::string to = telling(field.change.to), from = telling(field.change.from);
  double best = 0;
  std::string why;
  const auto better = [&](double weight, std::string reason) {
    if (weight > best) best = weight, why = std::move(reason);
  };
  for (const Said& said : symptoms.said) {
    const std::string heard = words_of(said.text);
    const double trust = said.kind == Said::Kind::Rejection ? 1 : 0.85;
    const std::string who = speaker(said) + " " + quoted(said);
    if (!field.parents.empty() && says(heard, field.whole))
      better(0.8 * trust, who + ", which names this very field.");
    else if (says(heard, field.last))
      better((is_common(field.last) ? 0.3 : 0.65) * trust, who + ", which names this field.");
    else if (says(heard, to))
      better(0.5 * trust, who + ", which holds the new value.");
    else if (std::ranges::any_of(field.parents, [&](const auto& parent) {
               return !is_common(parent) && says(heard, parent);
             }))
      better(0.25 * trust, who + ", which names the part that this field is in.");
    else if (says(heard, from))
      better(0.2 * trust, who + ", which holds the old value.");
  }
  if (best > 0) found.add(best, std::move(why));
}

void weigh_kind(const Field& field, const Symptoms& symptoms, Case& found) {
  if (symptoms.latency && has_word(field.whole, kOfLatency))
    found.add(0.4, "Latency fails, and timeouts, pools and limits are what makes requests wait.");
  if (symptoms.errors && has_word(field.whole, kOfErrors))
    found.add(0.3, "Requests fail, and addresses, credentials, limits and switches break them.");
  if (symptoms.checks && has_word(field.whole, kOfChecks))
    found.add(0.3, "Health checks fail, and addresses and certificates decide whether they pass.");
  for (const std::string& metric : symptoms.metrics) {
    const std::string words = words_of(metric);
    if (says(words, field.last) && !is_common(field.last))
      found.add(0.45, "The failing measurement " + metric + " is called as this field is.");
  }
}

std::string times(double factor) {
  return factor >= 100 ? fmt::format("{:.0f}", factor) : fmt::format("{:.3g}", factor);
}

void weigh_size(const Field& field, Case& found) {
  const auto from = field.change.from.as_double(), to = field.change.to.as_double();
  if (!from || !to || !std::isfinite(*from) || !std::isfinite(*to)) return;
  const std::string both = shown(field.change.from) + " → " + shown(field.change.to);
  if (*to == 0) return found.add(0.35, "It became zero: " + both + ".");
  if (*from == 0 || (*from < 0) != (*to < 0)) return found.add(0.25, "It left zero: " + both + ".");
  const bool grew = std::abs(*to) > std::abs(*from);
  const double factor = grew ? *to / *from : *from / *to;
  const double weight = factor >= 10 ? 0.35 : factor >= 3 ? 0.25 : factor >= 1.5 ? 0.12 : 0.03;
  found.add(weight, fmt::format("It is {} times as {} as before ({}).", times(factor),
                                grew ? "large" : "small", both));
}

void weigh_change(const Field& field, const Symptoms& symptoms, Case& found) {
  const Difference& change = field.change;
  if (change.kind == Difference::Kind::Removed) found.add(0.2, "It is no longer there.");
  if (change.kind == Difference::Kind::Added) found.add(0.06, "It is new.");
  if (change.kind != Difference::Kind::Modified) return;
  if (change.from.kind() != change.to.kind())
    found.add(0.4, fmt::format("It was a {} and is a {} now.", change.from.type_name(),
                               change.to.type_name()));
  if (change.to.find("masked") != nullptr && change.from.find("masked") != nullptr)
    found.add(symptoms.errors || symptoms.checks ? 0.2 : 0.1, "The secret is another one.");
  if (change.to.as_bool() != nullptr && change.from.as_bool() != nullptr)
    found.add(0.1, *change.to.as_bool() ? "It was switched on." : "It was switched off.");
}

/// Value of a trait that all failing instances have, and how many of the others have it, too.
struct Common {
  std::string name, value;
  std::size_t others = 0;
};

std::vector<Common> common_traits(const Symptoms& symptoms) {
  std::vector<Common> out;
  if (symptoms.failing.size() < 2 || symptoms.fine.empty()) return out;
  const auto has = [](const Traits& traits, const std::string& name, const std::string& value) {
    const auto found = traits.find(name);
    return found != traits.end() && found->second == value;
  };
  for (const auto& [name, value] : symptoms.failing.front()) {
    const auto same = [&](const Traits& traits) { return has(traits, name, value); };
    if (value.empty() || !std::ranges::all_of(symptoms.failing, same)) continue;
    const auto others = static_cast<std::size_t>(std::ranges::count_if(symptoms.fine, same));
    if (others * 2 < symptoms.fine.size()) out.push_back({name, value, others});
  }
  return out;
}

void weigh_traits(const Field& field, const std::vector<Common>& traits, Case& found) {
  for (const Common& trait : traits) {
    const std::string words = words_of(trait.value);
    if (says(field.whole, words) || says(telling(field.change.to), words))
      found.add(0.4, "It speaks of " + trait.name + " " + trait.value +
                         ", which all failing instances share.");
  }
}

std::string_view kind_word(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::Added:
      return "added";
    case Difference::Kind::Removed:
      return "removed";
    case Difference::Kind::Modified:
      return "modified";
    case Difference::Kind::Moved:
      return "moved";
  }
  return "modified";
}

}  // namespace

std::vector<Suspect> rank_suspects(const Diff& diff, const Symptoms& symptoms) {
  const auto traits = common_traits(symptoms);
  std::vector<Suspect> suspects;
  for (const Difference& change : diff.changes) {
    if (change.kind == Difference::Kind::Moved) continue;
    const Field field(change);
    Case found;
    weigh_mentions(field, symptoms, found);
    weigh_kind(field, symptoms, found);
    weigh_size(field, found);
    weigh_change(field, symptoms, found);
    weigh_traits(field, traits, found);
    suspects.push_back(found.closed(change));
  }
  std::ranges::sort(suspects, [](const Suspect& a, const Suspect& b) {
    return a.score != b.score ? a.score > b.score : a.change.path < b.change.path;
  });
  return suspects;
}

std::vector<std::string> shared_traits(const Symptoms& symptoms) {
  std::vector<std::string> out;
  for (const Common& trait : common_traits(symptoms))
    out.push_back(fmt::format(
        "All {} failing instances have {} {}; of the {} others {}.", symptoms.failing.size(),
        trait.name, trait.value, symptoms.fine.size(),
        trait.others == 0 ? std::string("none has") : fmt::format("{} have", trait.others)));
  return out;
}

json::Value to_json(const Suspect& suspect) {
  json::Array reasons;
  for (const auto& reason : suspect.reasons) reasons.push_back(reason);
  return json::Object{{"path", suspect.change.path}, {"change", kind_word(suspect.change.kind)},
                      {"from", suspect.change.from}, {"to", suspect.change.to},
                      {"score", suspect.score},      {"reasons", std::move(reasons)}};
}

}  // namespace hotswap
