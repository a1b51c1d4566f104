// The examples of the standards: RFC 7515 appendix A, RFC 7520 section 4, RFC 8037 appendix A.
#include <gtest/gtest.h>

#include "api/auth/jwk.hpp"
#include "domain/json/parse.hpp"
#include "unit/auth/tokens.hpp"

namespace hotswap::api::testing {
namespace {

Key key_of(const std::string& jwk, Algorithm rsa = Algorithm::RS256) {
  const auto value = json::parse(jwk);
  EXPECT_TRUE(value);
  auto key = key_of_jwk(*value, rsa);
  EXPECT_TRUE(key) << key.error().detail;
  EXPECT_TRUE(*key);
  return **key;
}

void expect_genuine(const Key& key, const std::string& token) {
  const auto jws = read_jws(token);
  ASSERT_TRUE(jws) << jws.error().internal;
  EXPECT_EQ(prove(*jws, set_of({key})), Proof::Genuine);
  auto changed = token;
  auto& digit = changed[changed.size() - 10];
  digit = digit == 'A' ? 'B' : 'A';
  const auto forged = read_jws(changed);
  ASSERT_TRUE(forged);
  EXPECT_EQ(prove(*forged, set_of({key})), Proof::Forged);
}

const std::string kJoe =
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q.";

const std::string kQuote =
    ".SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250"
    "byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hl"
    "cmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.";

TEST(Rfc7515, A1Hs256) {
  const auto key =
      key_of(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj)"
             R"(0iPS4hcgUuTwjAzZr1Z9CAow"})");
  const auto token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + kJoe +
                     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  expect_genuine(key, token);
  TokenPolicy policy;
  policy.names.subject = "iss";  // the RFC's token names no subject
  const WallTime before(std::chrono::seconds(1300819000));
  EXPECT_TRUE(verify(token, set_of({key}), policy, before));
  expect_refused(verify(token, set_of({key}), policy, kNow));
}

TEST(Rfc7515, A2Rs256) {
  expect_genuine(
      key_of(R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfH)"
             R"(Qp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ4)"
             R"(7soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapH)"
             R"(g665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGN)"
             R"(j8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})"),
      "eyJhbGciOiJSUzI1NiJ9" + kJoe +
          "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
          "O8W2"
          "Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
          "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjt"
          "QBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
          "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6"
          "IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
}

TEST(Rfc7515, A3Es256) {
  expect_genuine(
      key_of(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":)"
             R"("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})"),
      "eyJhbGciOiJFUzI1NiJ9" + kJoe +
          "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
}

TEST(Rfc7515, A4Es512) {
  expect_genuine(
      key_of(R"({"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp)"
             R"(5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyB)"
             R"(XMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})"),
      "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA."
      "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8G"
      "aSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn");
}

TEST(Rfc7515, A5UnsecuredIsRefused) {
  const auto jws = read_jws("eyJhbGciOiJub25lIn0" + kJoe);
  ASSERT_FALSE(jws);
  EXPECT_EQ(jws.error().reason, "auth.required");
}

TEST(Rfc7515, AppendixEUnknownCriticalHeaderIsRefused) {
  EXPECT_FALSE(
      read_jws("eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh"
               "0dHA6Ly9le"
               "GFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA."));
}

const std::string kBilbosRsa =
    R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9A)"
    R"(lkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJm)"
    R"(SCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqF)"
    R"(EHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FV)"
    R"(bb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqg)"
    R"(c5gHdrNP5zw","e":"AQAB"})";

TEST(Rfc7520, Section41Rs256) {
  expect_genuine(
      key_of(kBilbosRsa),
      "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9" + kQuote +
          "MRjdkly7_-"
          "oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83x"
          "uglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_"
          "qHRD68BNt1uSNCrUCTJDt"
          "5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_"
          "de3xyIrDaLGdjluPxUAhb6L2aXic1U12pod"
          "GU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg");
}

TEST(Rfc7520, Section42Ps384) {
  expect_genuine(key_of(kBilbosRsa, Algorithm::PS384),
                 "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9" +
                     kQuote +
                     "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-"
                     "tPid6VrklHkqsGqDqHCdP6O"
                     "8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-"
                     "UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJ"
                     "RmBqrYRXe8P_"
                     "ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLA"
                     "eQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw");
}

TEST(Rfc7520, Section43Es512) {
  expect_genuine(
      key_of(R"({"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x")"
             R"(:"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRX)"
             R"(YgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAg)"
             R"(DPrwQrJmbnX9cwlGfP-HqHZR1"})"),
      "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9" + kQuote +
          "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-"
          "JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJA"
          "Qy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_"
          "IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2");
}

TEST(Rfc7520, Section44Hs256) {
  expect_genuine(
      key_of(R"({"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS2)"
             R"(56","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})"),
      "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9" + kQuote +
          "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0");
}

const std::string kEd25519 =
    R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",")"
    R"(x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
const std::string kEd25519Token =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

TEST(Rfc8037, A4SigningGivesTheVeryToken) {
  const auto text = kEd25519Token.substr(0, kEd25519Token.rfind('.'));
  EXPECT_EQ(text + '.' + base64url_encode(key_of(kEd25519).sign(text)), kEd25519Token);
}

TEST(Rfc8037, A5ValidatesWithThePublicHalf) {
  const auto key =
      key_of(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  EXPECT_FALSE(key.can_sign());
  expect_genuine(key, kEd25519Token);
}

}  // namespace
}  // namespace hotswap::api::testing
