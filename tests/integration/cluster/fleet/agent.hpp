#pragma once
// What one instance knows and decides; the loop does the rest. No input or output here.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::fleet {

using Steady = std::chrono::steady_clock;

struct Copy {
  std::string version, hash;
  std::int64_t generation = 0;
};

/// A frame of the stream.
struct Frame {
  std::string event, data;
};

/// Cuts a stream into frames.
class FrameReader {
 public:
  std::vector<Frame> take(std::string_view bytes);

 private:
  std::string rest_;
};

/// What an instance has of one profile.
struct Held {
  Copy running;
  std::optional<Copy> staged;
  std::optional<Copy> before;  ///< ran until the last change; undoing needs no fetch
  std::int64_t seen = 0;       ///< highest generation
};

/// What came of a frame.
struct Taken {
  bool applied = false;  ///< something else runs now
  bool say = false;      ///< an answer is due at once
  bool fetch = false;    ///< asked to activate what is not held
  std::string profile, breach;
  std::optional<std::chrono::milliseconds> reconnect{};
};

class Mind {
 public:
  Taken take(const Frame& frame);
  /// Of GET …/configs.
  std::vector<Taken> take_all(const json::Value& answer);
  [[nodiscard]] json::Object observed() const;
  [[nodiscard]] const std::map<std::string, Held>& held() const { return held_; }
  /// After a new registration generations count anew.
  void forget_generations();

 private:
  Taken take_copy(const std::string& profile, const Copy& copy, std::string_view how);
  void activate(Held& held, const Copy& copy, Taken& taken);

  std::map<std::string, Held> held_;
  std::map<std::pair<std::string, std::int64_t>, std::string> hashes_;
  std::map<std::string, std::string> states_;  ///< by profile: to be said
};

}  // namespace hotswap::fleet
