#include "api/resources/secret_free.hpp"

#include <atomic>

namespace hotswap::api {
namespace {

class SecretFree final : public EventStream {
 public:
  SecretFree(std::shared_ptr<EventStream> stream, Logger& logger, std::string instance)
      : stream_(std::move(stream)), logger_(logger), instance_(std::move(instance)) {}

  bool push(std::string key, std::shared_ptr<const std::string> frame) override {
    if (!holds_secrets(*frame)) return stream_->push(std::move(key), std::move(frame));
    if (!told_.exchange(true))
      logger_.warning("secrets", "secrets are withheld from an instance that asks over plain HTTP",
                      {{"instanceId", instance_}, {"remedy", "let it use https"}});
    return stream_->is_open();
  }
  void close(std::string last_frame) override { stream_->close(std::move(last_frame)); }
  [[nodiscard]] bool is_open() const override { return stream_->is_open(); }
  [[nodiscard]] std::size_t waiting() const override { return stream_->waiting(); }

 private:
  const std::shared_ptr<EventStream> stream_;
  Logger& logger_;
  const std::string instance_;
  std::atomic<bool> told_ = false;
};

}  // namespace

bool holds_secrets(std::string_view rendered) {
  // Stands before the data, in which the same text could be anybody's.
  const auto head = rendered.substr(0, rendered.find(R"("data":)"));
  return head.contains(R"("dataHash":")");
}

std::shared_ptr<EventStream> secret_free(std::shared_ptr<EventStream> stream, Logger& logger,
                                         std::string instance) {
  return std::make_shared<SecretFree>(std::move(stream), logger, std::move(instance));
}

}  // namespace hotswap::api
