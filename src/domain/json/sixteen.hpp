#pragma once
// Looks at 16 bytes of a JSON text at once, where the processor can.

#include <bit>
#include <cstddef>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace hotswap::json::detail {

inline bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}
inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// How many of 16 readable bytes, from the first, stand for themselves in a string: neither quote,
/// backslash, control character nor beyond ASCII.
inline unsigned plain_of_16(const char* bytes) {
#ifdef __SSE2__
  const auto all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  // As signed bytes, control characters and those beyond ASCII are less than a space.
  const auto special = _mm_or_si128(_mm_cmplt_epi8(all, _mm_set1_epi8(' ')),
                                    _mm_or_si128(_mm_cmpeq_epi8(all, _mm_set1_epi8('"')),
                                                 _mm_cmpeq_epi8(all, _mm_set1_epi8('\\'))));
  const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
  return static_cast<unsigned>(std::countr_zero(mask | 0x10000U));
#else
  unsigned count = 0;
  while (count < 16 && is_plain(bytes[count])) ++count;
  return count;
#endif
}

/// How many of 16 readable bytes, from the first, are white space.
inline unsigned space_of_16(const char* bytes) {
#ifdef __SSE2__
  const auto all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const auto space = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(all, _mm_set1_epi8(' ')),
                                               _mm_cmpeq_epi8(all, _mm_set1_epi8('\n'))),
                                  _mm_or_si128(_mm_cmpeq_epi8(all, _mm_set1_epi8('\r')),
                                               _mm_cmpeq_epi8(all, _mm_set1_epi8('\t'))));
  const auto mask = static_cast<unsigned>(_mm_movemask_epi8(space));
  return static_cast<unsigned>(std::countr_one(mask));
#else
  unsigned count = 0;
  while (count < 16 && is_space(bytes[count])) ++count;
  return count;
#endif
}

}  // namespace hotswap::json::detail
