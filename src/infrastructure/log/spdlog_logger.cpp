#include "infrastructure/log/spdlog_logger.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "domain/base/limits.hpp"
#include "infrastructure/log/line.hpp"

namespace hotswap {
namespace {

spdlog::sink_ptr make_sink(const std::string& file, std::string& problem) {
  if (!file.empty()) {
    try {
      return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    } catch (const spdlog::spdlog_ex& error) {
      problem = error.what();
    }
  }
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

}  // namespace

struct SpdlogLogger::Backend {
  explicit Backend(const spdlog::sink_ptr& sink)
      : pool(std::make_shared<spdlog::details::thread_pool>(limits::kLogQueue, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "hotswap", sink, pool, spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);  // the level is checked before the line is made
    logger->set_error_handler([](const std::string&) {});
    logger->flush_on(spdlog::level::warn);
  }

  // The logger must outlive the pool's thread, which still holds messages of it.
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<std::size_t> lost_told = 0;
};

SpdlogLogger::SpdlogLogger(const Clock& clock, LogLevel level, LogFormat format,
                           const std::string& file)
    : clock_(clock), level_(level), format_(format) {
  std::string problem;
  backend_ = std::make_unique<Backend>(make_sink(file, problem));
  if (!problem.empty()) {
    error("log", "The log file cannot be opened; writing to standard error.",
          {{"file", file}, {"problem", problem}});
  }
}

SpdlogLogger::~SpdlogLogger() { backend_->logger->flush(); }

void SpdlogLogger::write(LogLevel level, std::string_view module, std::string_view message,
                         const LogFields& fields) {
  if (!enabled(level)) return;
  const std::size_t lost = backend_->pool->overrun_counter();
  const std::size_t told = backend_->lost_told.exchange(lost);
  if (lost > told) {
    warning("log", "Lines were lost: the log is written slower than it grows.",
            {{"lines", lost - told}});
  }
  const log::Line line{clock_.wall(), level, module, message, fields};
  const auto text = format_ == LogFormat::Json ? log::json_line(line) : log::text_line(line);
  const auto severity = level >= LogLevel::Warning ? spdlog::level::warn : spdlog::level::info;
  backend_->logger->log(severity, spdlog::string_view_t(text.data(), text.size()));
}

void SpdlogLogger::flush() { backend_->logger->flush(); }

}  // namespace hotswap
