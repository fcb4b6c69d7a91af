// ypp-client-driver: the provider as a program that tests in other languages drive, line by line.
//
//   ypp-client-driver URL
//
// Commands on stdin, one per line; each is answered with one line "= ...". Events come in between
// as "! DOCUMENT EVENT".
//   attach DOCUMENT TOKEN        append DOCUMENT TEXT        text DOCUMENT          sync DOCUMENT
//   TIMEOUT_MS detach DOCUMENT              flush DOCUMENT TIMEOUT_MS   unsynced DOCUMENT presence
//   DOCUMENT JSON present DOCUMENT             say DOCUMENT TEXT           authenticate DOCUMENT
//   connect | disconnect | status
// Text is the root "t". The program ends with stdin.
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "transport/client.h"

namespace {

void Say(const std::string& line) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  std::cout << line << std::endl;
}

struct Document {
  ypp::Doc doc;
  ypp::Awareness awareness{doc.client_id(), ypp::Client::NowMs()};
  std::unique_ptr<ypp::Provider> provider;
};

ypp::ProviderEvents EventsOf(const std::string& name) {
  const auto say = [name](const std::string& event) { Say("! " + name + " " + event); };
  ypp::ProviderEvents events;
  events.on_authenticated = [say](const std::string& scope) { say("authenticated " + scope); };
  events.on_authentication_failed = [say](const std::string& reason, bool will_retry) {
    say("denied " + reason + (will_retry ? " (will retry)" : ""));
  };
  events.on_synced = [say](bool synced) { say(synced ? "synced" : "unsynced"); };
  events.on_refused = [say] { say("refused"); };
  events.on_stateless = [say](const std::string& payload) { say("stateless " + payload); };
  events.on_close = [say](const std::string& reason) { say("close " + reason); };
  events.on_error = [say](const absl::Status& status) { say("error " + status.ToString()); };
  return events;
}

class Driver {
 public:
  explicit Driver(std::unique_ptr<ypp::Client> client) : client_(std::move(client)) {}

  std::string Execute(const std::string& line) {
    std::istringstream words(line);
    std::string command, name, argument;
    words >> command >> name >> std::ws;
    std::getline(words, argument);
    if (command == "connect") return client_->Connect(), "ok";
    if (command == "disconnect") return client_->Disconnect(), "ok";
    if (command == "status") return StatusName(client_->status());
    if (command == "attach") return Attach(name, argument);
    const auto found = documents_.find(name);
    if (found == documents_.end()) return "no such document";
    if (command == "detach") return documents_.erase(found), "ok";
    return ExecuteOn(*found->second, command, argument);
  }

 private:
  static std::string StatusName(ypp::ConnectionStatus status) {
    if (status == ypp::ConnectionStatus::kConnected) return "connected";
    return status == ypp::ConnectionStatus::kConnecting ? "connecting" : "disconnected";
  }

  std::string Attach(const std::string& name, const std::string& token) {
    auto document = std::make_unique<Document>();
    ypp::ProviderOptions options;
    options.document = name;
    options.token = token;
    auto provider = client_->Attach(document->doc, &document->awareness, options, EventsOf(name));
    if (!provider.ok()) return provider.status().ToString();
    document->provider = *std::move(provider);
    documents_[name] = std::move(document);
    return "ok";
  }

  std::string ExecuteOn(Document& document, const std::string& command,
                        const std::string& argument) {
    ypp::Provider& provider = *document.provider;
    absl::Status status;
    if (command == "append") {
      client_->Run([&] { status = document.doc.GetText("t").Append(argument); });
    } else if (command == "text") {
      std::string text;
      client_->Run([&] { text = document.doc.GetText("t").ToString(); });
      return text;
    } else if (command == "sync") {
      status = provider.WaitForSync(std::atoll(argument.c_str()));
    } else if (command == "flush") {
      status = provider.Flush(std::atoll(argument.c_str()));
    } else if (command == "unsynced") {
      return std::to_string(provider.unsynced_changes());
    } else if (command == "presence") {
      status = provider.SetAwarenessState(argument);
    } else if (command == "present") {
      std::string states;
      client_->Run([&] {
        for (const auto& [client, state] : document.awareness.states()) states += state + " ";
      });
      return states;
    } else if (command == "say") {
      return provider.SendStateless(argument) ? "ok" : "not connected";
    } else if (command == "authenticate") {
      provider.Authenticate();
    } else {
      return "no such command";
    }
    return status.ok() ? "ok" : status.ToString();
  }

  // Documents go before the client here, after it in other programs; both are right.
  std::unique_ptr<ypp::Client> client_;
  std::map<std::string, std::unique_ptr<Document>> documents_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: ypp-client-driver URL\n";
    return 2;
  }
  ypp::ClientOptions options;
  options.url = argv[1];
  ypp::ClientEvents events;
  events.on_disconnect = [](uint16_t code, const std::string& reason) {
    Say("! - disconnect " + std::to_string(code) + " " + reason);
  };
  auto client = ypp::Client::Create(options, events);
  if (!client.ok()) {
    std::cerr << client.status().ToString() << "\n";
    return 1;
  }
  Driver driver(*std::move(client));
  for (std::string line; std::getline(std::cin, line);) Say("= " + driver.Execute(line));
  return 0;
}
