// The edits of a client's session: exchanges states with the server in rounds, sends what is edited
// after that, and knows what the server has not acknowledged.
//
// A round begins with our SyncStep1 and ends with our answer to the server's. Edits travel as
// Update frames only while `live`: from that answer on. What is edited before is in it. So nothing
// is queued here, and an unauthenticated connection carries three frames, however much is typed.
//
// unsynced_changes = outstanding (acknowledgements to come, the one for the answer to SyncStep1
// included) + refused + unsent.
//
// A part of its session, on the client's thread.
#ifndef YPP_TRANSPORT_DOCUMENT_SYNC_H_
#define YPP_TRANSPORT_DOCUMENT_SYNC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "codec/byte_reader.h"
#include "crdt/doc.h"
#include "crdt/subscription.h"
#include "transport/session_host.h"
#include "transport/unsynced_edits.h"

namespace ypp::transport {

class DocumentSync {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // The document has everything that the server had.
    virtual void OnSynced() = 0;
    virtual void OnRefused() = 0;
    // unsynced_changes or edits may have changed.
    virtual void OnProgress() = 0;
  };
  struct Options {
    int64_t flush_delay_ms = 0;
    int64_t force_interval_ms = 0;  // 0: never
  };

  // All must outlive it.
  DocumentSync(SessionHost* host, Listener* listener, const std::string* address, Doc* doc,
               Options options)
      : host_(host), listener_(listener), address_(address), doc_(doc), options_(options) {}

  // `origin`: of what comes from the server.
  void Open(Origin origin);
  void Close() { on_update_.Cancel(); }

  // The session greets the server; is let in; has lost the connection.
  void Greet();
  void OnAuthenticated();
  void OnDisconnected();

  // After an error this replica may lack something, and only a new connection tells.
  absl::Status HandleMessage(codec::ByteReader& body);
  void HandleStatus(bool applied);

  // Exchanges states anew.
  void ForceSync();
  // While paused no sync messages go out, and those that come are left.
  void SetPaused(bool paused);
  // Sends the edits that wait for more.
  void Flush();

  void Tick();
  int64_t next_deadline_ms() const;

  int unsynced_changes() const {
    return outstanding_ + refused_ + unsent_ + (waiting_edits_.empty() ? 0 : 1);
  }
  const UnsyncedEdits& edits() const { return edits_; }

 private:
  void BeginRound();
  absl::Status AnswerStateVector(codec::Bytes payload);
  absl::Status ApplyRemote(codec::Bytes update, bool completes_sync);
  void OnLocalUpdate(const UpdateEvent& event);
  // Edits stay in the document until the send buffer has drained; then states are exchanged anew.
  void HoldBack();

  SessionHost* host_;
  Listener* listener_;
  const std::string* address_;
  Doc* doc_;
  const Options options_;
  Origin origin_;
  Subscription on_update_;

  bool established_ = false;
  bool live_ = false;
  bool paused_ = false;
  bool round_open_ = false;     // our SyncStep1 is out and the server's is not answered yet
  bool resync_wanted_ = false;  // edits stayed behind because the send buffer was full
  std::vector<std::string> waiting_edits_;  // for flush_at_ms_
  int64_t flush_at_ms_ = 0;
  int64_t force_at_ms_ = 0;
  UnsyncedEdits edits_;
  int outstanding_ = 0;
  int refused_ = 0;
  int unsent_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_SYNC_H_
