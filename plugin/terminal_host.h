// A small terminal host: a coding agent without the agent. It shows what a session is, and drives
// one from a script.
#ifndef YPP_PLUGIN_TERMINAL_HOST_H_
#define YPP_PLUGIN_TERMINAL_HOST_H_

#include <string>

#include "plugin/session.h"

namespace ypp::plugin {

struct TerminalHostOptions {
  SessionOptions session;
  std::string console_url;  // empty: where the relay serves it
};

// Reads lines from standard input until /quit, its end, or SIGINT or SIGTERM; then takes leave of
// the relay. Gives the program's exit code: 0, or 1 when the relay refused the token or has not
// acknowledged everything.
int RunTerminalHost(TerminalHostOptions options);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TERMINAL_HOST_H_
