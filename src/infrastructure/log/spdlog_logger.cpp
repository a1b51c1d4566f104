#include "infrastructure/log/spdlog_logger.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "domain/base/limits.hpp"
#include "infrastructure/log/output.hpp"

namespace hotswap {
namespace {

/// A request after the other is what an access log is: nothing of it is a repeat, and it would
/// push everything else out of the recent lines.
constexpr LogModule kAccess = "access";

class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  Sink(log::Output& output, std::atomic<std::uint64_t>& lost) : output_(output), lost_(lost) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), message.payload.size());
    line += '\n';
    if (!output_.write(line)) lost_.fetch_add(1, std::memory_order_relaxed);
  }
  void flush_() override {}  // nothing is kept back

  log::Output& output_;
  std::atomic<std::uint64_t>& lost_;
};

}  // namespace

struct SpdlogLogger::Backend {
  Backend(const std::string& file, LogBook& book)
      : output(file),
        pool(std::make_shared<spdlog::details::thread_pool>(limits::kLogQueue, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "hotswap", std::make_shared<Sink>(output, book.tally.lost), pool,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_level(spdlog::level::trace);  // the level is checked before the line is made
    logger->set_error_handler([](const std::string&) {});
  }

  log::Output output;
  // The logger must outlive the pool's thread, which still holds messages of it.
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<std::size_t> overrun_told = 0;
  std::atomic<std::uint64_t> lost_told = 0;
};

SpdlogLogger::SpdlogLogger(const Clock& clock, LogBook& book, LogOptions options)
    : clock_(clock),
      book_(book),
      options_(std::move(options)),
      repeats_(options_.repeats),
      backend_(std::make_unique<Backend>(options_.file, book)) {
  const auto opened = backend_->output.open();
  style_ = log::style_of(backend_->output.file());
  if (!opened)
    error("log", "the log file cannot be opened, standard error is used",
          {{"file", options_.file}, {"detail", opened.error().detail}});
}

SpdlogLogger::~SpdlogLogger() {
  {
    const std::lock_guard lock(mutex_);
    tell(repeats_.due(clock_.mono(), true));
  }
  tell_lost();
  backend_->logger->flush();
}

void SpdlogLogger::put(LogLevel level, LogModule module, std::string_view message,
                       const LogFields& fields) {
  if (module != kAccess) {
    const std::lock_guard lock(mutex_);
    if (!repeats_.admit(module, message, level, clock_.mono())) {
      book_.tally.held_back.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
  emit(level, module, message, fields);
}

void SpdlogLogger::emit(LogLevel level, LogModule module, std::string_view message,
                        const LogFields& fields) {
  const log::Line line{clock_.wall(), level, module.name(), message, fields};
  const auto json = log::json_line(line);
  if (module != kAccess) book_.recent.add(json);
  book_.tally.lines[static_cast<std::size_t>(level)].fetch_add(1, std::memory_order_relaxed);
  const auto text = formatted(line, json);
  backend_->logger->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
}

std::string SpdlogLogger::formatted(const log::Line& line, const std::string& json) const {
  const auto text = options_.format == LogFormat::Json ? json : log::text_line(line, style_);
  return style_.journal ? std::string(log::journal_prefix(line.level)) + text : text;
}

void SpdlogLogger::tell(const std::vector<Repeated>& held) {
  for (const Repeated& each : held)
    emit(each.level, each.module, "repeated",
         {{"repeatedMessage", each.message},
          {"repeats", each.count},
          {"window", std::chrono::duration<double>(each.window).count()}});
}

void SpdlogLogger::tell_lost() {
  const std::size_t overrun = backend_->pool->overrun_counter();
  const std::size_t before = backend_->overrun_told.exchange(overrun);
  if (overrun > before) book_.tally.lost.fetch_add(overrun - before, std::memory_order_relaxed);
  const std::uint64_t lost = book_.tally.lost.load(std::memory_order_relaxed);
  const std::uint64_t told = backend_->lost_told.exchange(lost);
  if (lost > told)
    emit(LogLevel::Warning, "log", "lines were lost",
         {{"lines", lost - told},
          {"remedy", "the disk is full, or the log is written slower than it grows"}});
}

void SpdlogLogger::tick() {
  std::vector<Repeated> held;
  {
    const std::lock_guard lock(mutex_);
    held = repeats_.due(clock_.mono());
  }
  tell(held);
  tell_lost();
}

bool SpdlogLogger::reopen() {
  if (!backend_->output.to_file()) return false;
  flush();
  if (auto opened = backend_->output.open(); !opened)
    error("log", "the log file cannot be opened anew, the one of before is written on",
          {{"file", options_.file}, {"detail", opened.error().detail}});
  else
    info("log", "the log file was opened anew", {{"file", options_.file}});
  return true;
}

void SpdlogLogger::flush() { backend_->logger->flush(); }

}  // namespace hotswap
