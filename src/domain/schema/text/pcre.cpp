#include "domain/schema/text/pcre.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::schema {
namespace {

constexpr std::uint32_t kHeapKib = 32 << 10;  ///< backtracking of the interpreter
constexpr std::size_t kJitStackStart = 32 << 10;
constexpr std::size_t kJitStackMost = 1 << 20;
constexpr std::size_t kJitCode = 16 << 10;  ///< more of PCRE2's code is interpreted
constexpr std::size_t kStepsPerStart = 64;  ///< that any start in the text gets

/// What one thread needs to match, made at its first match.
class Workspace {
 public:
  Workspace() { reset(); }
  ~Workspace() { release(); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  static Workspace& of_this_thread() {
    static thread_local Workspace workspace;
    return workspace;
  }

  /// PCRE2's return code.
  int run(const pcre2_code* code, std::string_view text, std::size_t start, std::uint32_t options,
          std::size_t steps) {
    pcre2_set_match_limit(context_, static_cast<std::uint32_t>(steps));
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), start,
                       options | PCRE2_NO_UTF_CHECK, data_, context_);
  }
  /// Gives back what the interpreter has kept for backtracking.
  void shrink() {
    release();
    reset();
  }

 private:
  void reset() {
    data_ = pcre2_match_data_create(1, nullptr);
    context_ = pcre2_match_context_create(nullptr);
    stack_ = pcre2_jit_stack_create(kJitStackStart, kJitStackMost, nullptr);
    HS_ASSERT(data_ != nullptr && context_ != nullptr);
    pcre2_set_heap_limit(context_, kHeapKib);
    pcre2_jit_stack_assign(context_, nullptr, stack_);
  }
  void release() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    pcre2_jit_stack_free(stack_);
  }

  pcre2_match_data* data_ = nullptr;
  pcre2_match_context* context_ = nullptr;
  pcre2_jit_stack* stack_ = nullptr;
};

bool is_anchored(const pcre2_code* code) {
  std::uint32_t options = 0;
  pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
  return (options & PCRE2_ANCHORED) != 0;
}

std::size_t size_of(const pcre2_code* code, std::uint32_t what) {
  std::size_t bytes = 0;
  pcre2_pattern_info(code, what, &bytes);
  return bytes;
}

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(error, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

bool is_length_of_lookbehind(int error) {
  return error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH ||
         error == PCRE2_ERROR_LOOKBEHIND_TOO_LONG ||
         error == PCRE2_ERROR_LOOKBEHIND_TOO_COMPLICATED;
}

}  // namespace

void Pcre::Free::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

Pcre::Pcre(std::unique_ptr<pcre2_real_code_8, Free> code, bool compares_rest)
    : code_(std::move(code)), anchored_(is_anchored(code_.get())), compares_rest_(compares_rest) {}

std::expected<Pcre, Pcre::Refusal> Pcre::compile(std::string_view pcre, bool compares_rest) {
  int error = 0;
  std::size_t offset = 0;
  constexpr std::uint32_t kOptions =
      PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
  std::unique_ptr<pcre2_real_code_8, Free> code(pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(pcre.data()), pcre.size(), kOptions, &error, &offset, nullptr));
  if (code == nullptr)
    return std::unexpected(Refusal{message_of(error), is_length_of_lookbehind(error)});
  // Where there is no JIT, or memory may not be made executable, PCRE2 interprets; and what is
  // large: it would take a millisecond and 100 KB.
  if (size_of(code.get(), PCRE2_INFO_SIZE) <= kJitCode)
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  return Pcre(std::move(code), compares_rest);
}

std::size_t Pcre::bytes() const {
  return size_of(code_.get(), PCRE2_INFO_SIZE) + size_of(code_.get(), PCRE2_INFO_JITSIZE);
}

Match Pcre::search(std::string_view text) const {
  // PCRE2 counts steps anew from every start in the text; the first run gives each a fair share.
  auto budget = limits::kPatternSteps;
  if (compares_rest_) budget = std::max(budget * 1024 / (1024 + text.size()), kStepsPerStart);
  const auto share = anchored_ ? budget : std::max(budget / (text.size() + 1), kStepsPerStart);
  auto& workspace = Workspace::of_this_thread();
  const int rc = workspace.run(code_.get(), text, 0, 0, share);
  if (rc >= 0) return Match::Yes;
  if (rc == PCRE2_ERROR_NOMATCH) return Match::No;
  if (anchored_ && rc == PCRE2_ERROR_MATCHLIMIT) return Match::GaveUp;
  const auto match = search_slowly(text, budget);
  workspace.shrink();
  return match;
}

/// Start by start; one that needs more than its share gets it from the common budget.
Match Pcre::search_slowly(std::string_view text, std::size_t budget) const {
  const auto share = std::max(budget / (text.size() + 1), kStepsPerStart);
  for (std::size_t start = 0; start <= text.size(); ++start) {
    const bool inside =
        start < text.size() && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80;
    if (inside) continue;
    auto steps = share;
    int rc = PCRE2_ERROR_MATCHLIMIT;
    while (true) {
      rc = Workspace::of_this_thread().run(code_.get(), text, start, PCRE2_ANCHORED, steps);
      if (rc != PCRE2_ERROR_MATCHLIMIT || budget == 0) break;
      steps = std::min(steps * 4, budget);
      budget -= steps;
    }
    if (rc >= 0) return Match::Yes;
    if (rc != PCRE2_ERROR_NOMATCH) return Match::GaveUp;
    if (anchored_) break;
  }
  return Match::No;
}

}  // namespace hotswap::schema
