#include "integration/cluster/long/troubles.hpp"

#include "integration/cluster/world.hpp"

namespace hotswap::lab {

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{
      {"kill", [](Node& node) { node.kill(); }, [](Node& node) { node.start(); }},
      {"stop", [](Node& node) { node.freeze(); }, [](Node& node) { node.thaw(); }},
      {"cut", [](Node& node) { node.place().cut(); }, [](Node& node) { node.place().join(); }},
      {"deaf", [](Node& node) { node.place().go_deaf(); }, [](Node& node) { node.place().hear(); }},
  };
  return all;
}

const std::vector<std::pair<std::string, json::Value>>& strategies() {
  static const std::vector<std::pair<std::string, json::Value>> all{
      {"Canary", canary("PT4S")},
      {"BlueGreen",
       json::Object{
           {"type", "BlueGreen"}, {"verificationPeriod", "PT4S"}, {"healthCheckEnabled", false}}},
      {"Rolling", json::Object{{"type", "Rolling"},
                               {"batchSize", "34%"},
                               {"batchInterval", "PT4S"},
                               {"healthCheckEnabled", false}}},
      {"Direct", json::Object{{"type", "Direct"}, {"bakeTime", "PT4S"}}}};
  return all;
}

}  // namespace hotswap::lab
