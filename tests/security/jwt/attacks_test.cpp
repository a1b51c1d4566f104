// The published attacks on JSON Web Tokens, each against the server's own verifier. Every refusal
// must look like every other.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/pem.h>

#include "api/auth/signature.hpp"
#include "api/auth/token_verifier.hpp"
#include "testing/fake_clock.hpp"
#include "unit/auth/tokens.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto kEcdsa = {Algorithm::ES256, Algorithm::ES384, Algorithm::ES512};

/// A server that knows one key of each kind, each by its algorithm's name.
struct JwtAttack : ::testing::Test {
  hotswap::testing::FakeClock clock{kNow};
  std::map<Algorithm, Key> keys;
  KeySet set;

  JwtAttack() {
    for (const auto algorithm : kAlgorithms) {
      keys.emplace(algorithm, make_key(algorithm, std::string(to_string(algorithm))));
      set.keys.push_back(keys.at(algorithm));
    }
  }
  [[nodiscard]] const Key& key(Algorithm algorithm) const { return keys.at(algorithm); }
  void refused(const std::string& token, const std::string& what) {
    TokenVerifier tokens({{TokenPolicy(), set}}, clock);
    const auto who = tokens.verify(token);
    ASSERT_FALSE(who) << what;
    EXPECT_EQ(who.error().code, ErrorCode::Unauthenticated) << what;
    EXPECT_EQ(who.error().reason, "auth.required") << what;
    EXPECT_EQ(who.error().detail, unauthenticated("").detail) << what;
    EXPECT_TRUE(who.error().fields.empty()) << what;
  }
  void accepted(const std::string& token) {
    TokenVerifier tokens({{TokenPolicy(), set}}, clock);
    const auto who = tokens.verify(token);
    ASSERT_TRUE(who) << who.error().internal;
  }
};

std::string unsigned_token(const std::string& header, const std::string& signature = {}) {
  return base64url_encode(header) + '.' + base64url_encode(kPayload) + '.' + signature;
}

std::string public_pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

TEST_F(JwtAttack, HonestTokensOfEveryAlgorithmPassSoThatRefusalsMeanSomething) {
  for (const auto algorithm : kAlgorithms) {
    accepted(signed_token(header_of(algorithm), kPayload, key(algorithm)));
  }
}

TEST_F(JwtAttack, NoneIsNoAlgorithmHoweverItIsWritten) {
  for (const auto* name : {"none", "None", "NONE", "nOnE", "", " none", "null"}) {
    const auto header = std::string(R"({"alg":")") + name + "\"}";
    refused(unsigned_token(header), name);
    refused(unsigned_token(header, "AAAA"), name);
    refused(signed_token(header, kPayload, key(Algorithm::HS256)), name);
  }
  refused(unsigned_token("{}"), "no alg");
  refused(unsigned_token(R"({"alg":null})"), "null alg");
}

TEST_F(JwtAttack, AnHonestTokenWithoutItsSignatureIsWorthNothing) {
  for (const auto algorithm : kAlgorithms) refused(unsigned_token(header_of(algorithm)), "empty");
}

TEST_F(JwtAttack, AlgorithmsAreSpelledOneWay) {
  for (const auto* name :
       {"hs256", "Hs256", "HS256 ", " HS256", "HS-256", "HMACSHA256", "HS1", "RS1", "EdDSA448",
        "Ed448", "eddsa", "ES256K", "RSA-OAEP", "A128KW", "dir"}) {
    refused(
        signed_token(std::string(R"({"alg":")") + name + "\"}", kPayload, key(Algorithm::HS256)),
        name);
  }
  refused(signed_token(R"({"alg":["HS256"]})", kPayload, key(Algorithm::HS256)), "array");
  refused(signed_token(R"({"ALG":"HS256"})", kPayload, key(Algorithm::HS256)), "ALG");
}

// The public key is public: whoever uses it as a secret lets everybody in.
TEST_F(JwtAttack, APublicKeyIsNoSecret) {
  for (const auto kind : {KeyKind::Rsa, KeyKind::P256, KeyKind::Ed25519}) {
    const auto material = make_material(kind);
    const auto pinned = kind == KeyKind::Rsa    ? Algorithm::RS256
                        : kind == KeyKind::P256 ? Algorithm::ES256
                                                : Algorithm::EdDSA;
    set = set_of({*Key::of(material, true, pinned, "pub")});
    auto pem = public_pem(material.get());
    for (const auto& secret : {pem, pem.substr(0, pem.size() - 1), pem + "\n"}) {
      for (const auto mac : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
        for (const auto* more : {"", R"(,"kid":"pub")"}) {
          const auto text =
              base64url_encode(header_of(mac, more)) + '.' + base64url_encode(kPayload);
          refused(text + '.' + base64url_encode(hmac(mac, secret, text)), "confusion");
        }
      }
    }
  }
}

TEST_F(JwtAttack, AKeyIsUsedForItsOwnAlgorithmOnly) {
  // One RSA key, pinned to RS256: its other signatures are right, and refused.
  const auto material = make_material(KeyKind::Rsa);
  set = set_of({*Key::of(material, true, Algorithm::RS256, "rsa")});
  for (const auto other :
       {Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512}) {
    const auto signer = *Key::of(material, true, other, "rsa");
    refused(signed_token(header_of(other, R"(,"kid":"rsa")"), kPayload, signer), "other rsa");
    refused(signed_token(header_of(Algorithm::RS256), kPayload, signer), "mislabelled");
  }
}

TEST_F(JwtAttack, TheKidOnlyChoosesAmongKnownKeys) {
  for (const auto* kid :
       {"../../../../dev/null", "/dev/null", "x' UNION SELECT 'secret", "; ls", "|cat /etc/passwd",
        "http://evil.example/key", "%00", "HS256\\u0000", "ES256", "..", "{{7*7}}"}) {
    const auto header = header_of(Algorithm::HS256, std::string(R"(,"kid":")") + kid + '"');
    refused(signed_token(header, kPayload, *Key::secret(Algorithm::HS256, std::string(32, '\0'))),
            kid);
    refused(signed_token(header, kPayload, key(Algorithm::HS256)), kid);
  }
  const auto odd = {R"(,"kid":7)", R"(,"kid":["HS256"])", R"(,"kid":null)", R"(,"kid":"")",
                    R"(,"kid":{"a":1})"};
  for (const auto* kid : odd) {
    refused(signed_token(header_of(Algorithm::HS256, kid), kPayload, key(Algorithm::HS256)), kid);
  }
  const auto longest = R"(,"kid":")" + std::string(257, 'k') + '"';
  refused(signed_token(header_of(Algorithm::HS256, longest), kPayload, key(Algorithm::HS256)),
          "long kid");
}

TEST_F(JwtAttack, KeysThatATokenBringsAlongAreNeverLookedAt) {
  const auto stranger = make_key(Algorithm::EdDSA);
  const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  for (const auto& more :
       {R"(,"jwk":{"kty":"OKP","crv":"Ed25519","x":")" + x + "\"}",
        std::string(R"(,"jku":"http://127.0.0.1:1/jwks.json")"),
        std::string(R"(,"x5u":"http://127.0.0.1:1/cert.pem")"), std::string(R"(,"x5c":["MIIB"])"),
        std::string(R"(,"x5t":"AAAA","x5t#S256":"AAAA")")}) {
    refused(signed_token(header_of(Algorithm::EdDSA, more), kPayload, stranger), more);
    accepted(signed_token(header_of(Algorithm::EdDSA, more), kPayload, key(Algorithm::EdDSA)));
  }
}

// CVE-2022-21449: r = s = 0 fits every message where a library does not look.
TEST_F(JwtAttack, PsychicSignaturesAreNone) {
  for (const auto algorithm : kEcdsa) {
    const std::size_t width = key(algorithm).sign("x").size() / 2;
    const std::string zero(width, '\0');
    std::string one = zero, all(width, '\xff');
    one.back() = '\x01';
    const auto text = base64url_encode(header_of(algorithm)) + '.' + base64url_encode(kPayload);
    for (const auto& r : {zero, one, all}) {
      for (const auto& s : {zero, one, all}) {
        refused(text + '.' + base64url_encode(r + s), "psychic");
      }
    }
  }
}

TEST_F(JwtAttack, EcdsaInDerOrOfAnotherLengthIsRefused) {
  for (const auto algorithm : kEcdsa) {
    const auto text = base64url_encode(header_of(algorithm)) + '.' + base64url_encode(kPayload);
    const auto raw = key(algorithm).sign(text);
    // As DER: SEQUENCE of two INTEGERs.
    const auto width = raw.size() / 2;
    const auto integer = [](std::string bytes) {
      while (bytes.size() > 1 && bytes[0] == '\0') bytes.erase(0, 1);
      if ((static_cast<unsigned char>(bytes[0]) & 0x80U) != 0) bytes.insert(0, 1, '\0');
      return std::string("\x02") + static_cast<char>(bytes.size()) + bytes;
    };
    const auto body = integer(raw.substr(0, width)) + integer(raw.substr(width));
    const auto length = body.size() < 128 ? std::string(1, static_cast<char>(body.size()))
                                          : std::string("\x81") + static_cast<char>(body.size());
    refused(text + '.' + base64url_encode("\x30" + length + body), "der");
    refused(text + '.' + base64url_encode(raw.substr(0, width)), "half");
    refused(text + '.' + base64url_encode(raw + '\0'), "longer");
    refused(text + '.' + base64url_encode('\0' + raw), "padded");
    accepted(text + '.' + base64url_encode(raw));
  }
}

TEST_F(JwtAttack, TruncatedTagsAndSignaturesAreRefusedAtEveryLength) {
  for (const auto algorithm : kAlgorithms) {
    const auto text = base64url_encode(header_of(algorithm)) + '.' + base64url_encode(kPayload);
    const auto whole = key(algorithm).sign(text);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{8}, std::size_t{16},
                                   whole.size() / 2, whole.size() - 1}) {
      refused(text + '.' + base64url_encode(whole.substr(0, size)), "truncated");
    }
    refused(text + '.' + base64url_encode(whole + "x"), "longer");
  }
}

TEST_F(JwtAttack, UnencodedPayloadsAndOtherExtensionsAreRefused) {
  for (const auto* more : {R"(,"b64":false)", R"(,"b64":false,"crit":["b64"])", R"(,"b64":true)",
                           R"(,"crit":[])", R"(,"crit":["exp"])", R"(,"crit":["x"],"x":1)",
                           R"(,"zip":"DEF")", R"(,"enc":"A128GCM")", R"(,"cty":"JWT")"}) {
    refused(signed_token(header_of(Algorithm::HS256, more), kPayload, key(Algorithm::HS256)), more);
  }
}

TEST_F(JwtAttack, ATokenInsideATokenAndOtherSerializationsAreRefused) {
  const auto& secret = key(Algorithm::HS256);
  const auto inner = signed_token(header_of(Algorithm::HS256), kPayload, secret);
  refused(signed_token(header_of(Algorithm::HS256), inner, secret), "nested");
  const auto first = inner.find('.'), last = inner.rfind('.');
  refused(R"({"protected":")" + inner.substr(0, first) + R"(","payload":")" +
              inner.substr(first + 1, last - first - 1) + R"(","signature":")" +
              inner.substr(last + 1) + R"("})",
          "JSON serialization");
  refused(inner.substr(0, first) + ".." + inner.substr(last + 1), "detached");
  refused(inner + ".AAAA.AAAA", "five parts");
  refused("." + inner, "leading dot");
}

TEST_F(JwtAttack, NamesThatStandTwiceAreRefusedThoughSigned) {
  const auto& secret = key(Algorithm::HS256);
  refused(signed_token(R"({"alg":"HS256","alg":"HS256"})", kPayload, secret), "alg twice");
  refused(signed_token(R"({"alg":"HS256","kid":"HS256","kid":"x"})", kPayload, secret),
          "kid twice");
  for (const auto* payload :
       {R"({"sub":"ann","roles":["Viewer"],"exp":9999999999,"roles":["Admin"]})",
        R"({"sub":"ann","sub":"root","exp":9999999999})",
        R"({"sub":"ann","exp":1,"exp":9999999999})",
        R"({"sub":"ann","exp":9999999999,"\u0073ub":"root"})"}) {
    refused(signed_token(header_of(Algorithm::HS256), payload, secret), payload);
  }
}

TEST_F(JwtAttack, TimeIsTakenByTheLetter) {
  const auto& secret = key(Algorithm::HS256);
  for (const auto* payload :
       {R"({"sub":"ann"})", R"({"sub":"ann","exp":1})", R"({"sub":"ann","exp":0})",
        R"({"sub":"ann","exp":-1})", R"({"sub":"ann","exp":"9999999999"})",
        R"({"sub":"ann","exp":null})", R"({"sub":"ann","exp":true})",
        R"({"sub":"ann","exp":1e999})", R"({"sub":"ann","exp":99999999999999999999})",
        R"({"sub":"ann","EXP":9999999999})", R"({"sub":"ann","exp":9999999999,"nbf":9999999998})",
        R"({"sub":"ann","exp":9999999999,"nbf":"now"})",
        R"({"sub":"ann","exp":9999999999,"iat":9999999998})"}) {
    refused(signed_token(header_of(Algorithm::HS256), payload, secret), payload);
  }
}

TEST_F(JwtAttack, HugeAndDeepTokensAreRefusedBeforeTheyCost) {
  const auto& secret = key(Algorithm::HS256);
  refused(std::string(std::size_t{1} << 20, 'a'), "a million letters");
  refused(std::string(4000, '.'), "dots");
  refused(signed_token(header_of(Algorithm::HS256),
                       R"({"sub":")" + std::string(9000, 'a') + R"(","exp":9999999999})", secret),
          "large payload");
  std::string deep = R"({"sub":"ann","exp":9999999999,"x":)" + std::string(500, '[');
  deep += std::string(500, ']') + '}';
  refused(signed_token(header_of(Algorithm::HS256), deep, secret), "deep");
}

TEST_F(JwtAttack, ForeignAlphabetsAndBlanksAreRefused) {
  const auto honest = signed_token(header_of(Algorithm::HS256), kPayload, key(Algorithm::HS256));
  accepted(honest);
  for (const auto& token :
       {honest + "=", honest + " ", " " + honest, honest + "\n", honest + std::string(1, '\0'),
        "\xef\xbb\xbf" + honest, honest.substr(0, 10) + "\t" + honest.substr(10)}) {
    refused(token, token);
  }
}

// PSS with another salt length than the hash's, which RFC 7518 does not allow.
TEST_F(JwtAttack, PssTakesTheSaltOfTheStandardOnly) {
  const auto material = make_material(KeyKind::Rsa);
  set = set_of({*Key::of(material, true, Algorithm::PS256, "")});
  const auto text =
      base64url_encode(header_of(Algorithm::PS256)) + '.' + base64url_encode(kPayload);
  for (const int salt : {0, 20, 32}) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    EVP_PKEY_CTX* options = nullptr;
    ASSERT_EQ(EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, material.get()),
              1);
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt);
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    ASSERT_EQ(
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()),
        1);
    const auto token = text + '.' + base64url_encode(signature);
    if (salt == 32) {
      accepted(token);
    } else {
      refused(token, std::to_string(salt));
    }
  }
}

}  // namespace
}  // namespace hotswap::api::testing
