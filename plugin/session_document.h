// The session document: what a coding session leaves behind, as shared types. SCHEMA.md says what
// each key means.
//
//   ypp::Doc doc;
//   ypp::plugin::SessionDocument session(doc);
//   ypp::plugin::Message message;
//   message.id = "msg_1";
//   message.role = "user";
//   message.parts.push_back({"msg_1_0", "text", "Hello"});
//   absl::Status status = session.AppendMessage(message);
//
// Writers here follow the schema to the letter. Readers are lenient: a key that is missing, has
// another type than ours or was stored as a plain object is no error, and keys this version does
// not know are handed out in `other`.
//
// Owns nothing but an index; `doc` must outlive it. Thread rule: that of the document. Each
// function that writes is one transaction.
#ifndef YPP_PLUGIN_SESSION_DOCUMENT_H_
#define YPP_PLUGIN_SESSION_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "crdt/doc.h"
#include "crdt/subscription.h"
#include "plugin/element_tracker.h"

namespace ypp::plugin {

// What this version writes into metadata.schemaVersion. A reader goes on whatever it finds there;
// see SCHEMA.md.
inline constexpr int kSchemaVersion = 1;

// A longer text is cut there, with `truncated` set: one paste must not make the session too heavy
// for a phone.
inline constexpr size_t kMaxPartTextBytes = 1 << 20;
// The label of the origin of transactions that append to messages and jobs, and take nothing away.
inline constexpr char kSessionOrigin[] = "ypp-session";
// And of those that put messages and jobs where they belong by time.
inline constexpr char kHistoryOrigin[] = "ypp-session-history";

// Of a job only the beginning of its output is shared; the whole stays on the machine that ran it.
inline constexpr size_t kMaxJobOutputBytes = 16 << 10;

// Who wrote something: a display name and a coarse kind of device ("terminal", "browser", "phone"),
// nothing else.
struct Author {
  std::string name;
  std::string device;
};

struct MessagePart {
  std::string id;
  std::string type = "text";
  std::string text;
  Any::Object other;
};

struct Message {
  std::string id;
  std::string role;  // "user", "assistant", "system"
  Author author;
  std::string agent;
  int64_t created_at_ms = 0;
  std::vector<MessagePart> parts;
  Any::Object other;

  // What a person would read: the text parts that the host did not make up.
  std::string text() const;
};

// A file that a job changed.
struct JobFile {
  std::string path;
  std::string kind;
  std::string previous_call_id;  // as in FileMutation
};

struct Job {
  std::string id;
  std::string tool;
  std::string title;
  std::string status;  // "completed", "error", "running"
  Any args;
  std::string output;
  bool output_truncated = false;
  Author author;
  int64_t finished_at_ms = 0;
  std::string content_hash;
  std::vector<JobFile> files;
  Any::Object other;
};

struct FileMutation {
  std::string path;
  std::string kind;  // "create", "write", "edit", "patch", "move", "delete"
  std::string from;  // "move": where the file was
  std::string to;    // "delete" that is half of a move: where the file is now
  std::string tool;
  std::string call_id;
  std::string previous_call_id;  // the record that this one replaced, as its writer saw it
  Author author;
  int64_t at_ms = 0;
  Any::Object other;
};

class SessionDocument {
 public:
  explicit SessionDocument(Doc& doc);
  SessionDocument(const SessionDocument&) = delete;
  SessionDocument& operator=(const SessionDocument&) = delete;

  // Writes those of schemaVersion and sessionId that are not there yet.
  absl::Status Initialize(std::string_view session_id);
  // Writes createdAt and createdBy unless they are known. To be called when the relay's state is
  // here: before that nobody knows whether the session is new.
  absl::Status RecordCreation(const Author& author, int64_t now_ms);

  // AlreadyExists when there is a message with this id.
  absl::Status AppendMessage(const Message& message);
  bool HasMessage(std::string_view id);
  // In front of the one at `index`, or at the end. REQUIRES: no message has this id, and an open
  // transaction is not one of kSessionOrigin.
  absl::Status InsertMessage(uint32_t index, const Message& message);
  // For who puts it somewhere else.
  absl::Status TakeOutMessage(uint32_t index);
  // NotFound when there is no such message. A part that is not there is added.
  absl::Status AppendPartText(std::string_view message_id, const MessagePart& part,
                              std::string_view delta);
  // Adds a part, or sets what changed in `other` of the one that is there. Its text stays.
  absl::Status UpdatePart(std::string_view message_id, const MessagePart& part);
  // Makes the text of a part this one, keeping what it already begins with.
  absl::Status SetPartText(std::string_view message_id, const MessagePart& part,
                           std::string_view text);

  // Nothing is written when it is the active one already.
  absl::Status SetPersona(std::string_view persona);
  // AlreadyExists when there is a job with this id by the same author: hosts report a call more
  // than once. The same call made on another device is another job.
  absl::Status AppendJob(const Job& job);
  // As InsertMessage.
  absl::Status InsertJob(uint32_t index, const Job& job);
  // Sets previous_call_id by itself.
  absl::Status RecordFileMutation(const FileMutation& mutation);
  absl::Status SetMetadata(std::string_view key, const Any& value);

  // What there is to show. Hosts that joined at the same moment may both have put in what was said
  // before: of messages with one id the first is shown, and a job of the past (without content
  // hash) only where no other job has its id, or as the first of those. Each a walk.
  std::vector<Value> ShownMessages() const;
  std::vector<Value> ShownJobs() const;
  // Of the lists as they are.
  size_t message_count() const;
  size_t job_count() const;
  size_t file_mutation_count() const;
  Message ReadMessage(uint32_t index) const;
  Job ReadJob(uint32_t index) const;
  std::optional<FileMutation> ReadFileMutation(std::string_view path) const;
  std::vector<FileMutation> ReadFileMutations() const;
  std::string ReadPersona() const;
  // Undefined when there is no such key.
  Any ReadMetadata(std::string_view key) const;

  Doc& doc() const { return doc_; }
  Array messages() const { return messages_; }
  Map file_mutations() const { return file_mutations_; }
  Text active_persona() const { return active_persona_; }
  Map metadata() const { return metadata_; }
  Array jobs() const { return jobs_; }

 private:
  // The elements of one array that are not in an index yet.
  struct Unindexed {
    std::vector<Value> Take(const Array& array);

    ElementTracker indexed;
    bool only_appended = false;  // since `indexed` looked
  };

  // The first of them.
  Map FindMessage(std::string_view id);
  void IndexFirstMessages();
  bool HasJob(const Job& job);
  absl::StatusOr<Map> FindOrAddPart(std::string_view message_id, const MessagePart& part);
  absl::StatusOr<Text> PartText(std::string_view message_id, const MessagePart& part);

  Doc& doc_;
  Array messages_;
  Map file_mutations_;
  Text active_persona_;
  Map metadata_;
  Array jobs_;
  Unindexed unindexed_messages_;
  std::unordered_map<std::string, Map> messages_by_id_;
  Unindexed unindexed_jobs_;
  std::unordered_set<std::string> job_keys_;  // JobKey
  Subscription subscription_;
};

// The id of a message or a job; empty: it has none.
std::string ReadId(const Value& value);
// As they are stored, whatever a peer stored there.
Message ReadMessage(const Value& value);
Job ReadJob(const Value& value);
FileMutation ReadFileMutation(std::string_view path, const Value& value);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_SESSION_DOCUMENT_H_
