#include "plugin/terminal_host.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "plugin/console_link.h"
#include "plugin/input_wait.h"
#include "plugin/terminal_commands.h"
#include "plugin/terminal_lines.h"
#include "plugin/terminal_text.h"

namespace ypp::plugin {
namespace {

// A longer line is not something a person typed; it is refused, so that memory stays bounded.
constexpr size_t kMaxLineBytes = 4 << 20;
// Joining a long session shows its end only.
constexpr size_t kMessagesShownAtOnce = 20;
// A relay that is there has answered by then.
constexpr int kFirstSecondsMs = 3'000;

// Shows what the others do.
class Listener {
 public:
  // `wait` is woken when the relay refuses the session.
  Listener(Screen& screen, const InputWait& wait) : screen_(screen), wait_(wait) {}

  SessionEvents Events() {
    SessionEvents events;
    events.on_remote = [this](const RemoteChanges& changes) { Show(changes); };
    events.on_status = [this](const SessionStatus& status) { Show(status); };
    return events;
  }

  // What was known before there was a session to report it.
  void ShowStart(const SessionStatus& status) {
    ShowLocalStore(status);
    if (status.state == SyncState::kNotEligible) {
      screen_.Note("not synced: " + status.tier.hint, Tone::kBad);
    }
  }

  // The relay has had time to answer.
  void ShowLongWait(const SessionStatus& status) {
    if (status.state == SyncState::kOffline) ShowOffline();
  }

  // The end of the connection is no news when it is our own doing.
  void Leave() { leaving_ = true; }

 private:
  void Show(const RemoteChanges& changes) {
    size_t skipped = 0;
    if (changes.messages.size() > kMessagesShownAtOnce) {
      skipped = changes.messages.size() - kMessagesShownAtOnce;
      screen_.Note(std::to_string(skipped) + " earlier messages (/history " +
                   std::to_string(changes.messages.size()) + " shows them)");
    }
    for (size_t i = skipped; i < changes.messages.size(); ++i) {
      screen_.Say(AuthorTag(changes.messages[i]), Printable(changes.messages[i].text()));
    }
    for (const MessageGrowth& growth : changes.growths) {
      screen_.Say(AuthorTag(growth.message), "… " + Printable(growth.appended));
    }
    if (changes.title) screen_.Note("title: " + Label(*changes.title));
    if (changes.persona) screen_.Note("persona: " + Label(*changes.persona));
    ShowSome(changes.jobs, "jobs", JobLine);
    ShowSome(changes.file_mutations, "files", FileMutationLine);
  }

  template <typename Record, typename Line>
  void ShowSome(const std::vector<Record>& records, std::string_view command, const Line& line) {
    if (records.size() > kMessagesShownAtOnce) {
      screen_.Note(std::to_string(records.size()) + " more (/" + std::string(command) +
                   " shows them)");
      return;
    }
    for (const Record& record : records) screen_.Note(line(record));
  }

  // Only what lasts is worth a line: saving and connecting pass.
  void Show(const SessionStatus& status) {
    ShowLocalStore(status);
    if (status.state == SyncState::kSaving || status.state == SyncState::kConnecting) return;
    if (status.state == shown_ || leaving_) return;
    const bool was_saved = shown_ == SyncState::kSaved;
    shown_ = status.state;
    if (status.state == SyncState::kSaved) {
      screen_.Note("connected: everything is stored by the relay", Tone::kGood);
    } else if (status.state == SyncState::kOffline && was_saved) {
      ShowOffline();
    } else if (status.state == SyncState::kPaused) {
      screen_.Note("paused: what you write is kept and sent after /pugi.cloud.resume");
    } else if (status.state == SyncState::kRefused) {
      screen_.Note(RefusalLine(status.refusal), Tone::kBad);
      wait_.Wake();
    }
  }

  void ShowOffline() {
    screen_.Note("offline: what you write is kept and sent when the relay can be reached",
                 Tone::kBad);
  }

  void ShowLocalStore(const SessionStatus& status) {
    if (status.local_store != LocalStoreState::kFailed) return;
    if (local_store_failed_.exchange(true)) return;
    screen_.Note("not kept on this machine: " + status.local_store_error, Tone::kBad);
  }

  Screen& screen_;
  const InputWait& wait_;
  std::atomic<bool> local_store_failed_ = false;  // shown
  SyncState shown_ = SyncState::kOffline;
  std::atomic<bool> leaving_ = false;
};

enum class End { kInput, kSignal, kRefused };

// Reads lines and carries them out until there is a reason to stop.
// `on_quiet` is called once, when nothing is typed in the first seconds.
End RunLoop(TerminalCommands& commands, Screen& screen, const InputWait& wait,
            const std::function<void()>& on_quiet) {
  std::string buffer;
  bool too_long = false;
  int timeout_ms = kFirstSecondsMs;
  screen.Prompt();
  for (;;) {
    switch (wait.For(STDIN_FILENO, timeout_ms)) {
      case InputWait::Result::kSignal:
        return End::kSignal;
      case InputWait::Result::kWoken:
        return End::kRefused;
      case InputWait::Result::kTimeout:
        timeout_ms = InputWait::kForever;
        on_quiet();
        continue;
      case InputWait::Result::kInput:
        break;
    }
    char chunk[64 << 10];
    const ssize_t size = read(STDIN_FILENO, chunk, sizeof(chunk));
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) {
      if (!too_long && !buffer.empty()) commands.Execute(buffer);
      return End::kInput;
    }
    buffer.append(chunk, static_cast<size_t>(size));
    size_t start = 0;
    for (size_t end; (end = buffer.find('\n', start)) != std::string::npos; start = end + 1) {
      if (std::exchange(too_long, false)) continue;
      screen.ForgetPrompt();
      if (!commands.Execute(std::string_view(buffer).substr(start, end - start)))
        return End::kInput;
      screen.Prompt();
    }
    buffer.erase(0, start);
    if (buffer.size() > kMaxLineBytes) {
      if (!too_long) screen.Note("a line longer than 4 MiB is not taken", Tone::kBad);
      too_long = true;
      buffer.clear();
    }
  }
}

}  // namespace

int RunTerminalHost(TerminalHostOptions options) {
  const bool interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  Screen screen(interactive, isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr);
  const InputWait wait;
  signal(SIGPIPE, SIG_IGN);

  Listener listener(screen, wait);
  const std::string relay_url = options.session.relay_url;
  const std::string link_token = options.session.token;
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(std::move(options.session), listener.Events());
  if (!session.ok()) {
    std::fprintf(stderr, "ypp-session: %s\n", std::string(session.status().message()).c_str());
    return 2;
  }
  screen.Note("session " + (*session)->session_id() + ", you are " + (*session)->display_name(),
              Tone::kPlain);
  screen.Say("console",
             ConsoleLink(relay_url, options.console_url, (*session)->document_name(), link_token));
  screen.Note(
      "this link holds your token: keep it to yourself, and give others one of "
      "/pugi.cloud.handoff; type /help for what you can do");

  const Subscription conflicts = (*session)->OnConflict([&screen](const Conflict& conflict) {
    std::string line(ConflictName(conflict.kind));
    line += ": " + JobLine(conflict.first) + " of " + AuthorLine(conflict.first.author) +
            " and of " + AuthorLine(conflict.second.author);
    if (!conflict.path.empty()) line += ", both " + Label(conflict.path);
    screen.Note(line, Tone::kBad);
  });

  listener.ShowStart((*session)->status());

  TerminalCommands commands(**session, screen, options.console_url);
  const End end =
      RunLoop(commands, screen, wait, [&] { listener.ShowLongWait((*session)->status()); });
  if (screen.interactive()) std::fputs("\r\x1b[K", stdout);
  screen.ForgetPrompt();
  listener.Leave();
  const absl::Status disposed = (*session)->Dispose();
  if (end == End::kRefused) return 1;
  if (absl::IsPermissionDenied(disposed)) {
    std::fprintf(stderr, "ypp-session: %s\n", RefusalLine(std::string(disposed.message())).c_str());
    return 1;
  }
  if (!disposed.ok()) {
    const int open = (*session)->status().unacknowledged_changes;
    std::fprintf(
        stderr, "ypp-session: the relay has not confirmed everything (%s%s%d changes open)\n",
        std::string(disposed.message()).c_str(), disposed.message().empty() ? "" : ", ", open);
    return 1;
  }
  screen.Note((*session)->status().tier.eligible ? "left; everything is stored by the relay"
                                                 : "left; nothing was sent to a relay");
  return 0;
}

}  // namespace ypp::plugin
