#include "api/server/asn1_time.hpp"

#include <openssl/asn1.h>

#include <chrono>
#include <ctime>

namespace hotswap::api {

WallTime wall_of(const asn1_string_st* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  using namespace std::chrono;
  const year_month_day date{year(parts.tm_year + 1900),
                            month(static_cast<unsigned>(parts.tm_mon + 1)),
                            day(static_cast<unsigned>(parts.tm_mday))};
  return time_point_cast<WallTime::duration>(sys_days(date) + hours(parts.tm_hour) +
                                             minutes(parts.tm_min) + seconds(parts.tm_sec));
}

}  // namespace hotswap::api
