#include "api/server/peer_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "api/server/asn1_time.hpp"

namespace hotswap::api {
namespace {

constexpr int kDepth = 4;  // authorities between a client's certificate and one of ours
constexpr std::size_t kNames = 16;

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::vector<std::string> uris_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> uris;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_URI && uris.size() < kNames) {
      uris.push_back(text_of(name->d.uniformResourceIdentifier));
    }
  }
  return uris;
}

/// Empty if there is none, or more than one.
std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

}  // namespace

Result<void> ask_for_certificates(ssl_ctx_st& context, const std::string& authorities,
                                  bool required) {
  const bool known = SSL_CTX_load_verify_file(&context, authorities.c_str()) == 1;
  auto* names = known ? SSL_load_client_CA_file(authorities.c_str()) : nullptr;
  ERR_clear_error();
  if (names == nullptr) {
    return fail(ErrorCode::Invalid, "server.tls",
                "The client authorities file " + authorities +
                    " holds no PEM certificate that can be read.");
  }
  SSL_CTX_set_client_CA_list(&context, names);  // takes them over
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  SSL_CTX_set_verify_depth(&context, kDepth);
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(&context, 0);
  return {};
}

std::shared_ptr<const CertificateNames> names_of_peer(const ssl_st& ssl) {
  const X509* certificate = SSL_get0_peer_certificate(&ssl);
  if (certificate == nullptr || SSL_get_verify_result(&ssl) != X509_V_OK) return nullptr;
  auto names = std::make_shared<CertificateNames>();
  names->uris = uris_of(certificate);
  names->common_name = common_name_of(certificate);
  names->not_before = wall_of(X509_get0_notBefore(certificate));
  return names;
}

}  // namespace hotswap::api
