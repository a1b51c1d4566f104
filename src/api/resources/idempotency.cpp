#include "api/resources/idempotency.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"
#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kKeyBytes = 255;
constexpr std::string_view kContentType = "Content-Type";

std::string headers_text(const Response& response) {
  json::Object headers;
  headers.append(std::string(kContentType), response.content_type);
  for (const auto& header : response.headers) headers.set(header.name, header.value);
  return json::write(headers);
}

Response restored(const change::PutIdempotent& stored) {
  auto response = make_response(stored.status, "", stored.body);
  const auto headers = json::parse(stored.headers);
  const auto* object = headers ? headers->as_object() : nullptr;
  if (object == nullptr) return response;
  for (const auto& [name, value] : *object) {
    const auto* text = value.as_string();
    if (text == nullptr) continue;
    if (name == kContentType) {
      response.content_type = *text;
    } else {
      response.headers.push_back({name, *text});
    }
  }
  response.headers.push_back({"Idempotent-Replayed", "true"});
  return response;
}

bool invites_repetition(int status) { return status == 429 || status >= 500; }

}  // namespace

Idempotency::Idempotency(Store& store, Committer& committer, const Clock& clock, Logger& logger)
    : store_(store), committer_(committer), clock_(clock), logger_(logger) {}

Result<Idempotency::Ticket> Idempotency::ticket(const std::string& subject,
                                                const Request& request) {
  const auto key = request.header("Idempotency-Key");
  const bool plain = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 127; });
  if (key.empty() || key.size() > kKeyBytes || !plain) {
    return fail(ErrorCode::Invalid, "idempotency.invalid",
                "Idempotency-Key must be 1 to 255 visible ASCII characters, such as a GUID.");
  }
  // A body may hold secrets: only who knows the key can try guesses at what is stored of it.
  return Ticket{sha256_hex(subject + '\n' + std::string(key)),
                hmac_sha256_hex(key, std::string(to_string(request.method)) + ' ' + request.target +
                                         '\n' + request.body)};
}

Result<std::optional<Response>> Idempotency::stored(const Ticket& ticket) {
  auto found = store_.idempotent(ticket.key, clock_.wall());
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  if ((*found)->body_hash != ticket.body_hash) {
    return fail(ErrorCode::Invalid, "idempotency.mismatch",
                "This Idempotency-Key was used for another request within the last 24 hours: take "
                "a new key for a new request.");
  }
  return restored(**found);
}

Result<std::optional<Response>> Idempotency::begin(const Ticket& ticket) {
  {
    const MutexLock lock(mutex_);
    if (!running_.insert(ticket.key).second) {
      return fail(ErrorCode::Conflict, "idempotency.in_progress",
                  "A request with this Idempotency-Key is being answered: repeat it in a moment.");
    }
  }
  auto known = stored(ticket);
  if (known && !*known) return known;
  const MutexLock lock(mutex_);
  running_.erase(ticket.key);
  return known;
}

void Idempotency::finish(const Ticket& ticket, const Response& response) {
  if (!invites_repetition(response.status)) {
    ChangeSet changes;
    changes.push_back(change::PutIdempotent{
        ticket.key, ticket.body_hash, response.status, headers_text(response),
        response.body ? *response.body : std::string(), clock_.wall() + limits::kIdempotencyKeep});
    if (const auto kept = committer_.commit(std::move(changes)); !kept) {
      logger_.warning("api", "An answer could not be kept for its Idempotency-Key",
                      {{"reason", kept.error().reason}});
    }
  }
  const MutexLock lock(mutex_);
  running_.erase(ticket.key);
}

}  // namespace hotswap::api
