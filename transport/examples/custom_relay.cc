// A relay of one's own: tokens name their user, guests only read, notes begin with a title, and
// whoever is present hears of every newcomer. Usage: custom_relay HOST:PORT
#include <iostream>

#include "transport/relay.h"

int main(int argc, char** argv) {
  ypp::RelayOptions options;
  options.listen = argc > 1 ? argv[1] : "127.0.0.1:0";
  options.hooks.on_authenticate = [](ypp::AuthenticatePayload& payload, ypp::HookDone done) {
    if (payload.token.empty()) return done(absl::PermissionDeniedError("who are you?"));
    payload.context->Set("user", payload.token);
    payload.read_only = payload.token == "guest";
    done(absl::OkStatus());
  };
  options.hooks.after_load_document = [](ypp::AfterLoadDocumentPayload& payload,
                                         ypp::HookDone done) {
    payload.document->Transact([](ypp::Doc& doc) {
      if (doc.GetText("t").length() == 0) (void)doc.GetText("t").Append("# Notes\n");
    });
    done(absl::OkStatus());
  };
  options.hooks.connected = [](ypp::ConnectedPayload& payload, ypp::HookDone done) {
    const std::string user = *payload.connection->context()->Find("user")->if_string();
    payload.document->BroadcastStateless(user + " is here");
    done(absl::OkStatus());
  };
  auto relay = ypp::Relay::Start(std::move(options));
  if (!relay.ok()) return std::cerr << relay.status().message() << "\n", 1;
  std::cout << "listening on " << (*relay)->url() << std::endl;
  std::cin.get();  // until the standard input ends
}
