#include "integration/cluster/fleet/agent.hpp"

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::fleet {

using cli::int_at;
using cli::text_at;

std::vector<Frame> FrameReader::take(std::string_view bytes) {
  rest_ += bytes;
  std::vector<Frame> frames;
  for (auto end = rest_.find("\n\n"); end != std::string::npos; end = rest_.find("\n\n")) {
    Frame frame;
    for (std::size_t at = 0; at < end;) {
      const auto stop = std::min(rest_.find('\n', at), end);
      const auto line = std::string_view(rest_).substr(at, stop - at);
      if (line.starts_with("event: ")) frame.event = line.substr(7);
      if (line.starts_with("data: ")) frame.data = line.substr(6);
      at = stop + 1;
    }
    rest_.erase(0, end + 2);
    frames.push_back(std::move(frame));
  }
  return frames;
}

Taken Mind::take(const Frame& frame) {
  Taken taken;
  const auto data = json::parse(frame.data);
  if (!data) {
    taken.breach = "a frame that is no JSON: " + frame.event;
    return taken;
  }
  if (frame.event == "reconnect")
    taken.reconnect = std::chrono::milliseconds(int_at(*data, "afterMs"));
  if (frame.event != "config" && frame.event != "stage" && frame.event != "activate") return taken;
  const Copy copy{text_at(*data, "version"), text_at(*data, "hash"), int_at(*data, "generation")};
  return take_copy(text_at(*data, "profile"), copy, frame.event);
}

void Mind::activate(Held& held, const Copy& copy, Taken& taken) {
  taken.applied = held.running.version != copy.version || held.running.hash != copy.hash;
  if (taken.applied) held.before = held.running;
  held.running = copy;
  if (held.staged && held.staged->hash == copy.hash) held.staged.reset();
}

Taken Mind::take_copy(const std::string& profile, const Copy& copy, std::string_view how) {
  Taken taken;
  taken.profile = profile;
  auto& held = held_[profile];
  // Staging and activating are two generations; one generation is one content for good.
  const auto [entry, fresh] = hashes_.try_emplace({profile, copy.generation}, copy.hash);
  if (!fresh && entry->second != copy.hash)
    taken.breach = profile + " generation " + std::to_string(copy.generation) + " has two contents";
  if (copy.generation <= held.seen) return taken;
  const bool has = (held.staged && held.staged->hash == copy.hash) ||
                   (held.before && held.before->hash == copy.hash) ||
                   held.running.hash == copy.hash;
  if (how == "activate" && !has) {
    taken.fetch = true;
    return taken;
  }
  held.seen = copy.generation;
  taken.say = true;
  states_[profile] = how == "stage" ? "staged" : "applied";
  if (how == "stage")
    held.staged = copy;
  else
    activate(held, copy, taken);
  return taken;
}

std::vector<Taken> Mind::take_all(const json::Value& answer) {
  std::vector<Taken> out;
  for (const auto& item : cli::items_at(answer, "configs")) {
    const auto profile = text_at(item, "profile");
    const Copy copy{text_at(item, "version"), text_at(item, "hash"), int_at(item, "generation")};
    if (!copy.version.empty()) out.push_back(take_copy(profile, copy, "config"));
    const Copy staged{text_at(item, "staged.version"), text_at(item, "staged.hash"),
                      int_at(item, "staged.generation")};
    if (!staged.version.empty()) out.push_back(take_copy(profile, staged, "stage"));
  }
  return out;
}

json::Object Mind::observed() const {
  json::Object out;
  for (const auto& [profile, held] : held_) {
    const auto said = states_.find(profile);
    const bool staged = said != states_.end() && said->second == "staged" && held.staged;
    const Copy& copy = staged ? *held.staged : held.running;
    if (copy.version.empty()) continue;
    out.append(profile, json::Object{{"version", copy.version},
                                     {"generation", copy.generation},
                                     {"state", staged ? "staged" : "applied"},
                                     {"hash", copy.hash}});
  }
  return out;
}

void Mind::forget_generations() {
  for (auto& [profile, held] : held_) held.seen = 0;
  hashes_.clear();
}

}  // namespace hotswap::fleet
