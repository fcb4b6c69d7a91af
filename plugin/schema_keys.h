// The keys of the session document, each written down once. SCHEMA.md says what they mean.
#ifndef YPP_PLUGIN_SCHEMA_KEYS_H_
#define YPP_PLUGIN_SCHEMA_KEYS_H_

#include <string_view>

namespace ypp::plugin::key {

// Roots
inline constexpr std::string_view kMessages = "messages";
inline constexpr std::string_view kFileMutations = "file_mutations";
inline constexpr std::string_view kActivePersona = "active_persona";
inline constexpr std::string_view kMetadata = "metadata";
inline constexpr std::string_view kJobs = "jobs";

// Of more than one kind of record
inline constexpr std::string_view kId = "id";
inline constexpr std::string_view kAuthor = "author";
inline constexpr std::string_view kDevice = "device";
inline constexpr std::string_view kTool = "tool";
inline constexpr std::string_view kText = "text";
inline constexpr std::string_view kTruncated = "truncated";

// A message and its parts
inline constexpr std::string_view kRole = "role";
inline constexpr std::string_view kAgent = "agent";
inline constexpr std::string_view kCreatedAt = "createdAt";
inline constexpr std::string_view kParts = "parts";
inline constexpr std::string_view kContent = "content";
inline constexpr std::string_view kType = "type";
inline constexpr std::string_view kSynthetic = "synthetic";

// A job
inline constexpr std::string_view kTitle = "title";
inline constexpr std::string_view kStatus = "status";
inline constexpr std::string_view kArgs = "args";
inline constexpr std::string_view kOutput = "output";
inline constexpr std::string_view kOutputTruncated = "outputTruncated";
inline constexpr std::string_view kFinishedAt = "finishedAt";
inline constexpr std::string_view kContentHash = "contentHash";
inline constexpr std::string_view kFiles = "files";

// A file mutation
inline constexpr std::string_view kPath = "path";
inline constexpr std::string_view kKind = "kind";
inline constexpr std::string_view kFrom = "from";
inline constexpr std::string_view kTo = "to";
inline constexpr std::string_view kCallId = "callId";
inline constexpr std::string_view kPreviousCallId = "previousCallId";
inline constexpr std::string_view kAt = "at";

// Metadata
inline constexpr std::string_view kSchemaVersion = "schemaVersion";
inline constexpr std::string_view kSessionId = "sessionId";
inline constexpr std::string_view kCreatedBy = "createdBy";
inline constexpr std::string_view kActivePersonaName = "activePersona";
inline constexpr std::string_view kHost = "host";
inline constexpr std::string_view kHostState = "hostState";
inline constexpr std::string_view kHostStateAt = "hostStateAt";

}  // namespace ypp::plugin::key

#endif  // YPP_PLUGIN_SCHEMA_KEYS_H_
