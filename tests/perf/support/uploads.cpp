#include "perf/support/uploads.hpp"

#include <fmt/format.h>

#include "perf/support/give_up.hpp"

namespace hotswap::perf {

using namespace std::chrono_literals;

double Uploads::measure(Clock::duration time) {
  answered_ = 0;
  const auto start = Clock::now();
  end_ = start + time;
  for (std::size_t i = 0; i < connections_; ++i) next();
  loop_.run_until([&] { return requests_.unanswered() == 0; }, 30s, "uploads");
  return static_cast<double>(answered_) / seconds_since(start);
}

void Uploads::next() {
  const auto number = ++last_;
  const auto path = fmt::format("/api/v1/configs/{}/versions?version=1.{}.{}", kProfile,
                                number / 1000, number % 1000);
  requests_.submit(request_text("POST", path, server_.token(), document_1k(number)),
                   [this](const HttpAnswer& answer) {
                     if (answer.status != 201) give_up("upload: " + std::string(answer.body));
                     ++answered_;
                     if (Clock::now() < end_) next();
                   });
}

}  // namespace hotswap::perf
