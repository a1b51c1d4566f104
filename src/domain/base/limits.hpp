#pragma once
// Every bound of the product in one place: bodies, queues, pages, retries, depths.

#include <chrono>
#include <cstddef>

namespace hotswap::limits {
using namespace std::chrono_literals;

inline constexpr std::size_t kDocumentBytes = 1 << 20;  ///< a configuration document
inline constexpr std::size_t kBodyBytes = kDocumentBytes + (64 << 10);  ///< a request with envelope
inline constexpr std::size_t kHeaderBytes = 16 << 10;
inline constexpr int kJsonDepth = 128;
inline constexpr std::size_t kSpareSlabs = 128;  ///< of 32 KiB, kept for the next parsed document
inline constexpr std::size_t kNameBytes = 128;   ///< names, tags, labels' keys
inline constexpr std::size_t kLabelValueBytes = 256;
inline constexpr std::size_t kLabels = 64;
inline constexpr std::size_t kDescriptionBytes = 4096;
inline constexpr std::size_t kSchemaNodes = 200000;           ///< compiled subschemas and keywords
inline constexpr std::size_t kSchemaChanges = 1000;           ///< listed by one comparison
inline constexpr std::size_t kPatternBytes = 4096;            ///< a regular expression in a schema
inline constexpr std::size_t kSchemaPatternBytes = 64 << 20;  ///< compiled patterns of one schema
inline constexpr std::size_t kPatternSteps = 1'000'000;       ///< PCRE2's match limit, one search
inline constexpr std::size_t kEvaluationSteps = 50'000'000;  ///< keywords evaluated on one document
inline constexpr int kEvaluationDepth = 1000;                ///< nested subschemas at one time
inline constexpr std::size_t kRevalidated = 1000;            ///< stored versions, newest first
inline constexpr std::size_t kRevalidatedInAll = 10'000;     ///< of all profiles of a schema
inline constexpr std::size_t kSchemaReferences = 64;         ///< other schemas that one refers to
inline constexpr std::size_t kVerdicts = 20'000;             ///< remembered: schema and content
inline constexpr std::size_t kProfilesTold = 100;            ///< by events of one schema version
inline constexpr std::size_t kInstanceSchemas = 64;          ///< that one instance registers
inline constexpr std::size_t kPageDefault = 50;
inline constexpr std::size_t kPageMax = 500;
inline constexpr std::size_t kErrorsReported = 100;
inline constexpr std::size_t kActiveDeployments = 1000;  ///< on one node
inline constexpr std::size_t kTargetsPerDeployment = 20000;
inline constexpr std::size_t kSteps = 200;
inline constexpr std::size_t kInstances = 100000;
inline constexpr std::size_t kCalendarEntries = 1000;  ///< windows and freezes
inline constexpr std::size_t kConnections = 20000;
inline constexpr std::size_t kWorkerQueue = 4096;  ///< requests waiting for the pool
inline constexpr std::size_t kCommitQueue = 8192;  ///< change sets waiting for the writer
inline constexpr std::size_t kCommitBatch = 256;   ///< change sets in one transaction
inline constexpr std::size_t kLogQueue = 8192;     ///< lines waiting to be written
inline constexpr std::size_t kAuditPage = 500;
inline constexpr std::size_t kAuditForwarded = 200;  ///< entries sent to a receiver at once
inline constexpr std::size_t kAuditPruned = 5000;    ///< entries removed at once
inline constexpr std::size_t kCheckpointPage = 1000;
inline constexpr std::size_t kEventBacklog = 4096;    ///< events kept for resuming a feed
inline constexpr std::size_t kRelayed = 50'000;       ///< measurements on their way to other nodes
inline constexpr std::size_t kBusMessage = 7000;      ///< bytes of a message between nodes
inline constexpr std::size_t kArchiveVersions = 200;  ///< in one object
inline constexpr std::size_t kArchiveBatchBytes = 8 << 20;  ///< of their content; one may exceed it
inline constexpr std::size_t kArchiveObjectBytes = 64 << 20;  ///< of an object that is read
inline constexpr std::size_t kHeartbeatCustomMetrics = 32;
inline constexpr std::size_t kHistogramBuckets = 2048;
inline constexpr std::size_t kInstanceLogLines = 20;  ///< the newest that an instance sent, kept
inline constexpr std::size_t kLogLineBytes = 500;     ///< of each of them
inline constexpr std::size_t kHooksWaiting = 1000;    ///< calls of deployments' hooks
inline constexpr auto kHeaderTimeout = 10s;
inline constexpr auto kBodyTimeout = 30s;
inline constexpr auto kWriteTimeout = 20s;
inline constexpr auto kIdleTimeout = 75s;
inline constexpr auto kTlsHandshakeTimeout = 10s;
inline constexpr auto kLongPollMax = 60s;
inline constexpr auto kStreamPing = 15s;
inline constexpr auto kDrain = 10s;
inline constexpr auto kLease = 3s;  ///< of a lock between nodes, unless renewed
inline constexpr auto kIdempotencyKeep = 24h;
inline constexpr auto kScheduleAhead = 24h * 30;  ///< a deployment's start
inline constexpr auto kDurationMax = 24h * 366;

}  // namespace hotswap::limits
