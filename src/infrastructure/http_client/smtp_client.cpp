#include "infrastructure/http_client/smtp_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

#include "infrastructure/http_client/transfer.hpp"

namespace hotswap {
namespace {

struct Upload {
  std::string_view left;
  static std::size_t read(char* to, std::size_t size, std::size_t count, void* self) {
    auto& upload = *static_cast<Upload*>(self);
    const auto length = std::min(size * count, upload.left.size());
    std::memcpy(to, upload.left.data(), length);
    upload.left.remove_prefix(length);
    return length;
  }
};

bool is_plain(std::string_view address) {
  return !address.empty() && std::ranges::all_of(address, [](char c) {
    return c > ' ' && c < 0x7f && c != '<' && c != '>';
  });
}

void set_security(CURL* handle, const SmtpRelay& relay) {
  // A password never goes over a line that others can read.
  const long level = relay.user.empty() ? CURLUSESSL_TRY : CURLUSESSL_ALL;
  curl_easy_setopt(handle, CURLOPT_USE_SSL, level);
  if (!relay.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, relay.ca_file.c_str());
  if (relay.user.empty()) return;
  curl_easy_setopt(handle, CURLOPT_USERNAME, relay.user.c_str());
  curl_easy_setopt(handle, CURLOPT_PASSWORD, relay.password.c_str());
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

Result<void> send_mail(const SmtpRelay& relay, const Mail& mail, Duration timeout) {
  if (!is_plain(mail.from) || !is_plain(mail.to))
    return fail(ErrorCode::Invalid, "smtp.invalid", "The mail's addresses cannot be sent.");
  const http::Easy handle(curl_easy_init());
  const std::string from = '<' + mail.from + '>';
  const std::unique_ptr<curl_slist, FreeList> to(
      curl_slist_append(nullptr, ('<' + mail.to + '>').c_str()));
  Upload upload{mail.message};
  char problem[CURL_ERROR_SIZE] = {};
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(handle.get(), option, value);
  };
  set(CURLOPT_URL, relay.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_ERRORBUFFER, problem);
  set(CURLOPT_MAIL_FROM, from.c_str());
  set(CURLOPT_MAIL_RCPT, to.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &Upload::read);
  set(CURLOPT_READDATA, static_cast<void*>(&upload));
  set_security(handle.get(), relay);
  const auto code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return {};
  const std::string words = problem[0] != '\0' ? problem : curl_easy_strerror(code);
  return fail(ErrorCode::Unavailable, "smtp.undelivered",
              "The mail relay " + relay.url + " did not take the mail: " + words + ".");
}

}  // namespace hotswap
