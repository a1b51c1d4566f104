#include "sim/model/contender.hpp"

namespace hotswap::sim {

std::unique_ptr<Contender> make(Judge judge, std::size_t instances, Duration look_at_most) {
  using namespace std::chrono_literals;
  switch (judge) {
    case Judge::HotSwap:
      return hotswap_judge(instances, look_at_most);
    case Judge::Flagger:
      return fixed_threshold(instances, {1min, 1min, 5, std::nullopt});
    case Judge::ArgoTolerant:
      return fixed_threshold(instances, {10s, 1min, 4, 5});
    case Judge::ArgoStrict:
      return fixed_threshold(instances, {10s, 1min, 1, 5});
    case Judge::Kayenta:
      return mann_whitney(instances);
  }
  return nullptr;
}

std::string_view title(Judge judge) {
  switch (judge) {
    case Judge::HotSwap:
      return "HotSwap";
    case Judge::Flagger:
      return "fixed: Flagger, 1 min, 5 failures";
    case Judge::ArgoTolerant:
      return "fixed: Argo, 10 s, failureLimit 3";
    case Judge::ArgoStrict:
      return "fixed: Argo, 10 s, failureLimit 0";
    case Judge::Kayenta:
      return "Mann–Whitney: Kayenta, 1 min";
  }
  return {};
}

}  // namespace hotswap::sim
